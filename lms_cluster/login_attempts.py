"""Guessing is slow: after five wrong passwords a name is locked on this node for ten minutes.

A name that does not exist is locked as one that does, so that a lock tells nothing. Attempts on one name are
verified one after another; many at once get no more than five guesses.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from lms_cluster.overload import Overloaded

WRONG_MAX = 5
LOCK_SECONDS = 600.0
NAMES_MAX = 10_000
"""The oldest are forgotten beyond this, so that inventing names cannot fill the memory."""


@dataclass(slots=True)
class Attempt:
    """One name's record; `wrong` counts since the last success or lock."""

    wrong: int = 0
    last_at: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    callers: int = 0
    """Whose try is under way or waits for its turn."""


class LoginAttempts:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._names: OrderedDict[str, Attempt] = OrderedDict()

    def __len__(self) -> int:
        """How many names are remembered."""
        return len(self._names)

    @asynccontextmanager
    async def attempt(self, username: str) -> AsyncIterator[Attempt]:
        """One try at a time for each name; call `wrong` or `right` inside. Raises Overloaded when locked."""
        record = self._names.setdefault(username, Attempt())
        self._names.move_to_end(username)
        record.callers += 1
        try:
            async with record.turn:
                self._demand_unlocked(record)
                yield record
        finally:
            record.callers -= 1
            self._forget(username, record)

    def _demand_unlocked(self, record: Attempt) -> None:
        if record.wrong >= WRONG_MAX:
            left = record.last_at + LOCK_SECONDS - self._clock()
            if left > 0:
                raise Overloaded("Too many wrong passwords.", left, reason="LOCKED")
            record.wrong = 0

    def _forget(self, username: str, record: Attempt) -> None:
        """Only a wrong guess is worth remembering: it cost its guesser the time of a password's hash, while
        names that cost nothing could push a lock out."""
        if not record.wrong and not record.callers and self._names.get(username) is record:
            del self._names[username]
        elif len(self._names) > NAMES_MAX:
            self._names.popitem(last=False)

    def wrong(self, record: Attempt) -> None:
        now = self._clock()
        if now - record.last_at > LOCK_SECONDS:
            record.wrong = 0
        record.wrong += 1
        record.last_at = now

    def right(self, username: str) -> None:
        self._names.pop(username, None)
