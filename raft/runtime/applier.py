"""Applies committed entries in order, in a thread of its own: a long replay delays neither heartbeats nor
the log.

What several Readies have committed meanwhile is applied in one transaction, as the log's writes share one
commit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from raft.ready import Ready
from raft.types import Entry, StateMachine

TRANSACTION_BYTES_MAX: Final = 4 << 20

AfterApply = Callable[[Sequence[Ready], Sequence[Entry], Sequence[bytes]], None]


class Applier:
    """`after_apply` is called on the event loop with what was applied and the response to each entry."""

    def __init__(self, state_machine: StateMachine, after_apply: AfterApply) -> None:
        self._state_machine = state_machine
        self._after_apply = after_apply
        self._queue: deque[Ready] = deque()
        self._wake = asyncio.Event()
        self._is_stopping = False
        self.backlog_bytes = 0
        """Data bytes of committed entries that are not applied yet."""

    def add(self, ready: Ready) -> None:
        """`ready` holds committed entries, durable here."""
        self._queue.append(ready)
        self.backlog_bytes += _size(ready)
        self._wake.set()

    def stop(self) -> None:
        """`run` returns after the transaction under way."""
        self._is_stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Until stopped. Raises whatever the state machine raises; nothing is applied after that."""
        loop = asyncio.get_running_loop()
        thread = ThreadPoolExecutor(1, thread_name_prefix="raft-apply")
        try:
            while not self._is_stopping:
                if not self._queue:
                    self._wake.clear()
                    await self._wake.wait()
                    continue
                readies = self._next_transaction()
                entries = [entry for ready in readies for entry in ready.committed]
                responses = await loop.run_in_executor(thread, self._state_machine.apply, entries)
                self.backlog_bytes -= sum(map(_size, readies))
                self._after_apply(readies, entries, responses)
        finally:
            thread.shutdown(wait=False)

    def _next_transaction(self) -> list[Ready]:
        readies = [self._queue.popleft()]
        size = _size(readies[0])
        while self._queue and size + _size(self._queue[0]) <= TRANSACTION_BYTES_MAX:
            size += _size(self._queue[0])
            readies.append(self._queue.popleft())
        return readies


def _size(ready: Ready) -> int:
    return sum([len(entry.data) for entry in ready.committed])
