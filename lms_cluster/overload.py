"""Saying "not now" early, with a time to come back, rather than queueing without end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from lms_cluster.refusal import Code, Refused


class Overloaded(Refused):
    """Nothing was done; the same request may succeed after `retry_seconds`."""

    def __init__(self, message: str, retry_seconds: float, reason: str = "OVERLOADED") -> None:
        super().__init__(Code.RESOURCE_EXHAUSTED, reason, message, retry_seconds=retry_seconds)


class Admission:
    """At most `limit` at a time; one more is refused, not kept waiting."""

    def __init__(self, limit: int, message: str, retry_seconds: float = 1.0) -> None:
        self._free = limit
        self._message = message
        self._retry_seconds = retry_seconds

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Raises Overloaded."""
        if not self._free:
            raise Overloaded(self._message, self._retry_seconds)
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


class FairAdmission:
    """At most `limit` at a time of each person, so that nobody takes every place of an Admission."""

    def __init__(self, limit: int, message: str, retry_seconds: float = 1.0) -> None:
        self._limit = limit
        self._message = message
        self._retry_seconds = retry_seconds
        self._taken: Counter[str] = Counter()

    @contextmanager
    def admitted(self, username: str) -> Iterator[None]:
        """Raises Overloaded."""
        if self._taken[username] >= self._limit:
            raise Overloaded(self._message, self._retry_seconds)
        self._taken[username] += 1
        try:
            yield
        finally:
            self._taken[username] -= 1
            if not self._taken[username]:
                del self._taken[username]
