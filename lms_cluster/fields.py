"""Checking what people wrote: all wrong fields at once, each with what was expected and what came."""

from __future__ import annotations

import re
from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp

from lms_cluster.instants import instant_ms, written
from lms_cluster.refusal import Violation, invalid

TITLE_MAX = 200
TEXT_MAX = 20_000
QUESTION_MAX = 2_000
FEEDBACK_MAX = 10_000
DISPLAY_NAME_MAX = 100
SOURCED_ID_MAX = 100
ROSTER_ROWS_MAX = 1_000
LINK_CODES_MAX = 1_000
POINTS_MAX = 1_000
REQUEST_ID_MIN = 8
REQUEST_ID_MAX = 64

_USERNAME = re.compile(r"[a-z0-9._-]{2,32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ONE_LINE_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Fields:
    """Collects violations; `done` raises Refused INVALID_FIELD when there are any."""

    def __init__(self) -> None:
        self._violations: list[Violation] = []

    @property
    def count(self) -> int:
        """How many are wrong so far."""
        return len(self._violations)

    def wrong(self, field: str, description: str) -> None:
        self._violations.append(Violation(field, description))

    def done(self) -> None:
        if self._violations:
            raise invalid(self._violations)

    def line(self, field: str, value: str, characters_max: int, *, optional: bool = False) -> None:
        """One line of text, not blank."""
        self._text(field, value, characters_max, optional)
        if _ONE_LINE_CONTROL.search(value):
            self.wrong(field, "must be one line of text")

    def text(self, field: str, value: str, characters_max: int, *, optional: bool = False) -> None:
        """Any number of lines, not blank."""
        self._text(field, value, characters_max, optional)
        if _CONTROL.search(value):
            self.wrong(field, "must be text without control characters")

    def _text(self, field: str, value: str, characters_max: int, optional: bool) -> None:
        if not optional and not value.strip():
            self.wrong(field, "must not be empty")
        if len(value) > characters_max:
            self.wrong(field, f"must be at most {characters_max:,} characters, you sent {len(value):,}")

    def points(self, field: str, value: int, points_max: int) -> None:
        if not 0 <= value <= points_max:
            self.wrong(field, f"must be 0 to {points_max}, you sent {value}")

    def one_of(self, field: str, value: int, allowed: Sequence[int], expected: str) -> None:
        if value not in allowed:
            self.wrong(field, f"must be {expected}")

    def moment(self, field: str, value: Timestamp) -> int | None:
        """In milliseconds; None when it is wrong."""
        ms = instant_ms(value)
        if ms is None:
            self.wrong(field, "must be a time within the years 1970 to 9999")
        return ms

    def future(self, field: str, value: Timestamp, now_ms: int) -> int | None:
        """A `moment` that is still to come. One that is past is wrong, and returned all the same."""
        ms = self.moment(field, value)
        if ms is not None and ms <= now_ms:
            self.wrong(field, f"must be in the future, you sent {written(ms)}")
        return ms

    def username(self, field: str, value: str) -> None:
        if not _USERNAME.fullmatch(value):
            self.wrong(field, "must be 2 to 32 of the characters a-z, 0-9, dot, underscore, hyphen")

    def sha256(self, field: str, value: str) -> bool:
        well_formed = _SHA256.fullmatch(value) is not None
        if not well_formed:
            self.wrong(field, "must be 64 lower-case hexadecimal digits")
        return well_formed

    def request_id(self, value: str) -> None:
        if not REQUEST_ID_MIN <= len(value) <= REQUEST_ID_MAX:
            expected = f"must be {REQUEST_ID_MIN} to {REQUEST_ID_MAX} characters"
            self.wrong("request_id", f"{expected}, you sent {len(value)}")
