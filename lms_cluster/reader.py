"""Reading the classroom: as of now, by agreement with the leader, or as this node knows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lms_cluster.deadline import Deadline
from lms_cluster.refusal import no_quorum
from lms_cluster.viewer import Viewer, viewer_of
from raft.errors import ReadUnavailable
from raft.runtime.driver import Driver
from raft.types import Index
from storage.classroom import Classroom
from storage.digest import state_hash
from storage.progress import applied_index

T = TypeVar("T")

THREADS = 2


class Reader:
    """Reads run in threads of their own, each on a consistent snapshot. `close` when done."""

    def __init__(self, driver: Driver, classroom: Classroom, clock: Callable[[], float]) -> None:
        """`clock` gives the time of day in seconds."""
        self._driver = driver
        self._classroom = classroom
        self._clock = clock
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="reader")

    async def barrier(self, deadline: Deadline) -> None:
        """Returns once everything acknowledged anywhere before the call is applied here.

        Raises Refused NO_QUORUM."""
        try:
            await self._driver.read_index(deadline.remaining())
        except ReadUnavailable as error:
            raise no_quorum() from error

    def now_ms(self) -> int:
        """By this node's clock: for what has opened, and nothing that is replicated."""
        return int(self._clock() * 1000)

    async def read(self, view: Callable[[], T]) -> T:
        """What `view` finds in one consistent snapshot of this node's state. Raises what `view` raises."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, view)

    def read_now(self, view: Callable[[], T]) -> T:
        """The same on the caller's thread: for what costs less than handing it over."""
        with self._classroom.reading():
            return view()

    async def viewer(self, token_sha256: bytes, deadline: Deadline) -> Viewer:
        """Who the token belongs to, as of now. Raises Refused SESSION_ENDED and NO_QUORUM."""
        await self.barrier(deadline)
        return self.read_now(lambda: viewer_of(token_sha256))

    async def state_hash(self) -> tuple[Index, str]:
        """SHA-256 in hexadecimal over every replicated row, and the applied index at which they stood."""
        return await self.read(lambda: (applied_index(), state_hash()))

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
