"""How long writes stood still although a majority could talk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from typing import Final

from raft.types import NodeId

POLL_SECONDS: Final = 0.05
STANDSTILL_SECONDS_MAX: Final = 15.0
"""What a healthy majority may take for an acknowledgement: an election on a busy machine, and clients that
wait five seconds for a stopped node before they try another."""

Quorum = frozenset[NodeId]


class Progress:
    """`longest` is the longest time, in seconds, in which one majority was whole all along and no write was
    acknowledged."""

    def __init__(self, quorums: Callable[[], Collection[Quorum]], last_write_at: Callable[[], float]) -> None:
        """`quorums` are the majorities that are whole now; `last_write_at` is in seconds of the monotonic
        clock."""
        self.longest = 0.0
        self._quorums = quorums
        self._last_write_at = last_write_at
        self._whole_since: dict[Quorum, float] = {}

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            self.look(time.monotonic())
            await asyncio.sleep(POLL_SECONDS)

    def look(self, now: float) -> None:
        """To be called often: a majority that breaks and heals between two looks seems whole."""
        self._whole_since = {quorum: self._whole_since.get(quorum, now) for quorum in self._quorums()}
        if self._whole_since:
            since = max(min(self._whole_since.values()), self._last_write_at())
            self.longest = max(self.longest, now - since)
