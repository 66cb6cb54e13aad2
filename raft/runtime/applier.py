"""Applies committed entries in order, in a thread of its own: a long replay delays neither heartbeats nor
the log.

What several Readies have committed meanwhile is applied in one transaction, as the log's writes share one
commit. A snapshot takes its place in the same order.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from raft.ready import Ready
from raft.runtime.daemon_thread import DaemonThread
from raft.types import Entry, StateMachine

TRANSACTION_BYTES_MAX: Final = 4 << 20

AfterApply = Callable[[Sequence[Ready], Sequence[Entry], Sequence[bytes], int], None]


@dataclass(frozen=True, slots=True)
class _Install:
    path: Path
    done: Future[None]


class Applier:
    """`after_apply` is called on the event loop with what was applied, the response to each entry, and the
    bytes of their data."""

    def __init__(self, state_machine: StateMachine, after_apply: AfterApply) -> None:
        self._state_machine = state_machine
        self._after_apply = after_apply
        self._queue: deque[Ready | _Install] = deque()
        self._wake = asyncio.Event()
        self._is_stopping = False
        self.backlog_bytes = 0
        """Data bytes of committed entries that are not applied yet."""

    def add(self, ready: Ready) -> None:
        """`ready` holds committed entries, durable here."""
        self._queue.append(ready)
        self.backlog_bytes += _size(ready)
        self._wake.set()

    async def install(self, path: Path) -> None:
        """Have the verified snapshot in `path` take the state's place, after everything that was added.
        Raises what the state machine raises."""
        install = _Install(path, asyncio.get_running_loop().create_future())
        self._queue.append(install)
        self._wake.set()
        await install.done

    def stop(self) -> None:
        """`run` returns after the transaction under way."""
        self._is_stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Until stopped. Raises whatever the state machine raises; nothing is applied after that."""
        loop = asyncio.get_running_loop()
        thread = DaemonThread("raft-apply")
        try:
            while not self._is_stopping:
                if not self._queue:
                    self._wake.clear()
                    await self._wake.wait()
                    continue
                if isinstance(install := self._queue[0], _Install):
                    await loop.run_in_executor(thread, self._state_machine.install, install.path)
                    self._queue.popleft()
                    install.done.set_result(None)
                    continue
                readies = self._next_transaction()
                entries = [entry for ready in readies for entry in ready.committed]
                responses = await loop.run_in_executor(thread, self._state_machine.apply, entries)
                size = sum(map(_size, readies))
                self.backlog_bytes -= size
                self._after_apply(readies, entries, responses, size)
        finally:
            thread.shutdown(wait=False)
            for left in self._queue:
                if isinstance(left, _Install) and not left.done.done():
                    left.done.cancel()

    def _next_transaction(self) -> list[Ready]:
        readies: list[Ready] = []
        size = 0
        while self._queue and isinstance(ready := self._queue[0], Ready):
            size += _size(ready)
            if readies and size > TRANSACTION_BYTES_MAX:
                break
            readies.append(ready)
            self._queue.popleft()
        return readies


def _size(ready: Ready) -> int:
    return sum([len(entry.data) for entry in ready.committed])
