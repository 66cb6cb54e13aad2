"""Passwords are argon2id: slow on purpose, so worked on beside the event loop, a few at a time.

The cost is one that OWASP recommends (19 MiB, two passes): a guess costs tens of milliseconds, and a rush of
logins costs this node tens of megabytes, not hundreds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms_cluster.overload import Admission
from lms_cluster.refusal import Violation, invalid

T = TypeVar("T")

CHARACTERS_MIN = 8
CHARACTERS_MAX = 256
AT_ONCE = 2
WAITING_MAX = 64
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Passwords:
    """Hashes and verifies. `close` when done."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._hasher = hasher
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._admission = Admission(WAITING_MAX, "Too many people are logging in at once.")
        self._dummy = self._hasher.hash("nobody has this password")

    async def hash(self, password: str, field: str) -> str:
        """A new salted hash. Raises Refused INVALID_FIELD naming `field`, and Overloaded."""
        if not CHARACTERS_MIN <= len(password) <= CHARACTERS_MAX:
            expected = f"must be {CHARACTERS_MIN} to {CHARACTERS_MAX} characters"
            raise invalid([Violation(field, f"{expected}, you sent {len(password)}")])
        return await self._beside(lambda: self._hasher.hash(password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Takes as long for a user that does not exist (None) as for a wrong password. Raises Overloaded."""
        if len(password) > CHARACTERS_MAX:
            return False
        matches = await self._beside(lambda: self._matches(password_hash or self._dummy, password))
        return matches and password_hash is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _beside(self, work: Callable[[], T]) -> T:
        with self._admission.admitted():
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
