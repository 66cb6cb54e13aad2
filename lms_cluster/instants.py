"""Points in time: Unix milliseconds inside, Timestamps outside, UTC in sentences."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

_YEAR_9999_ENDS_S = 253_402_300_799


def timestamp(ms: int) -> Timestamp:
    return Timestamp(seconds=ms // 1000, nanos=ms % 1000 * 1_000_000)


def instant_ms(value: Timestamp) -> int | None:
    """None for what our calendar cannot write: before 1970, after 9999, or with nanoseconds out of range."""
    if not (0 <= value.seconds <= _YEAR_9999_ENDS_S and 0 <= value.nanos < 1_000_000_000):
        return None
    return value.seconds * 1000 + value.nanos // 1_000_000


def written(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
