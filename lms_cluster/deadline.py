"""How long a call may still take: the caller's own deadline, within what this node allows."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

ANSWER_SECONDS = 0.1
ANSWER_PART = 0.1
"""Kept back to say what came of the call while its caller still listens: this long, or this part if less."""


class Call(Protocol):
    """What is asked of a gRPC context here."""

    def time_remaining(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Deadline:
    at: float
    """On the clock of time.monotonic, in seconds."""

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds)

    @classmethod
    def of(cls, call: Call, *, default: float, at_most: float) -> Deadline:
        """`default` and `at_most` in seconds: for a caller that set no deadline, and for any."""
        remaining = call.time_remaining()
        if remaining is None:
            return cls.after(default)
        return cls.after(min(at_most, remaining - min(ANSWER_SECONDS, remaining * ANSWER_PART)))

    def remaining(self) -> float:
        """Seconds, at least 0."""
        return max(0.0, self.at - time.monotonic())

    def limit(self) -> asyncio.Timeout:
        """`async with` this: cancels what is inside, and raises TimeoutError, when the time has passed."""
        return asyncio.timeout(self.remaining())
