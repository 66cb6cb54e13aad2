"""What the accepting node writes into a command, so that applying it needs no clock."""

from __future__ import annotations

import time

from protos.command_pb2 import Command

VERSION = 3
"""Of the rules of apply: an entry is applied as its own release meant it, or replaying an old log would come
to another state than the old release came to."""


def stamped(request_id: str, token_sha256: bytes) -> Command:
    """A command of now, still without its data. `token_sha256` is empty for the cluster's own commands."""
    now_ms = time.time_ns() // 1_000_000
    return Command(request_id=request_id, token_sha256=token_sha256, time_ms=now_ms, version=VERSION)
