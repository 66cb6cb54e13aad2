"""Callers that wait for a read index, and then for the state to reach it. Callers that arrive together
share one request to the node; every try is a request of its own, since an old answer proves nothing
about a later read."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Final

from raft.errors import ReadUnavailable
from raft.ready import ReadReady
from raft.types import Index

WAITING_MAX: Final = 65_536


class ReadWaiters:
    def __init__(self, applied_index: Index) -> None:
        self._next_id = 1
        self._applied_index = applied_index
        self._waiting = 0
        self._arrived: list[Future[Index | None]] = []
        self._asked: dict[int, list[Future[Index | None]]] = {}
        self._behind: list[tuple[Index, int, list[Future[Index | None]]]] = []
        """A heap: callers whose index is known but not applied here yet."""

    def add(self) -> Future[Index | None]:
        """The index once it is applied, or None when this try was refused. Raises ReadUnavailable when too
        many wait."""
        if self._waiting >= WAITING_MAX:
            raise ReadUnavailable("too many reads wait")
        self._waiting += 1
        reader: Future[Index | None] = asyncio.get_running_loop().create_future()
        self._arrived.append(reader)
        return reader

    def take(self) -> int | None:
        """The id to ask the node with, for all who arrived since the last call; None when nobody did."""
        if not self._arrived:
            return None
        read_id = self._next_id
        self._next_id += 1
        self._asked[read_id], self._arrived = self._arrived, []
        return read_id

    def settle(self, reads: Sequence[ReadReady]) -> None:
        """The node tells the index that a read must wait for, or that it cannot."""
        for read in reads:
            readers = self._asked.pop(read.id)
            if read.index is not None and read.index > self._applied_index:
                heappush(self._behind, (read.index, read.id, readers))
            else:
                self._answer(readers, read.index)

    def applied(self, index: Index) -> None:
        """The state has reached `index`."""
        self._applied_index = index
        while self._behind and self._behind[0][0] <= index:
            wanted, _, readers = heappop(self._behind)
            self._answer(readers, wanted)

    def fail_all(self, why: str) -> None:
        """No more news will come."""
        everybody = [self._arrived, *self._asked.values(), *(readers for _, _, readers in self._behind)]
        for reader in (reader for readers in everybody for reader in readers):
            if not reader.done():
                reader.set_exception(ReadUnavailable(why))
        self._waiting = 0
        self._arrived, self._asked, self._behind = [], {}, []

    def _answer(self, readers: list[Future[Index | None]], index: Index | None) -> None:
        self._waiting -= len(readers)
        for reader in readers:
            if not reader.done():
                reader.set_result(index)
