"""Keeps the log short: what the state holds durably need not be kept as entries too, but for a tail, with
which followers that lag a little catch up faster than by a snapshot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

from raft.errors import LogGap
from raft.runtime.daemon_thread import DaemonThread
from raft.runtime.log_sizes import CompactionPolicy, LogSizes
from raft.runtime.metrics import Metrics
from raft.types import Index, LogStore, StateMachine

PAUSE_SECONDS: Final = 0.5
"""Between two tries: a checkpoint that got nowhere is not asked for again at once."""
PINNED_TAILS_MAX: Final = 16
"""A snapshot under way holds compaction back until the log is so many tails long."""
MEASURED_ENTRIES_MAX: Final = 4096
MEASURED_BYTES_MAX: Final = 1 << 20

log = structlog.get_logger("raft.compaction")


class Compactor:
    """`pinned_index` says after which index the log is needed by the receivers of snapshots; `compact` makes
    the node and its store forget the log up to an index."""

    def __init__(
        self,
        policy: CompactionPolicy,
        store: LogStore,
        state_machine: StateMachine,
        metrics: Metrics,
        *,
        applied_index: Index,
        pinned_index: Callable[[], Index | None],
        compact: Callable[[Index], Awaitable[None]],
    ) -> None:
        self._policy = policy
        self._store = store
        self._state_machine = state_machine
        self._metrics = metrics
        self._applied_at_start = applied_index
        self._pinned_index = pinned_index
        self._compact = compact
        self._sizes = LogSizes(policy, store.base().index, applied_index)
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()

    def applied(self, last_index: Index, size: int) -> None:
        """Entries up to `last_index`, with `size` bytes of data, have been applied."""
        self._sizes.add(last_index, size)
        if self._sizes.exceed(2):
            self._wake.set()

    def installed(self, index: Index) -> None:
        """The log begins anew after `index`."""
        self._sizes.begin_after(index)

    def stop(self) -> None:
        """`run` returns after the step under way."""
        self._stopping.set()
        self._wake.set()

    async def run(self) -> None:
        """Until stopped. Raises StorageFailed."""
        thread = DaemonThread("raft-checkpoint")
        try:
            await self._measure()
            while not self._stopping.is_set():
                if self._sizes.exceed(2):
                    await self._cut_back(thread)
                    await self._pause()
                else:
                    self._wake.clear()
                    await self._wake.wait()
        finally:
            thread.shutdown(wait=False)

    async def _cut_back(self, thread: DaemonThread) -> None:
        tail_begin = self._sizes.tail_begin()
        pinned = self._pinned_index()
        if pinned is not None and not self._sizes.exceed(PINNED_TAILS_MAX):
            tail_begin = min(tail_begin, pinned)
        if tail_begin <= self._sizes.base_index:
            return
        loop = asyncio.get_running_loop()
        durable_index = await loop.run_in_executor(thread, self._state_machine.checkpoint)
        index = min(tail_begin, durable_index)
        if index > self._sizes.base_index and not self._stopping.is_set():
            await self._compact(index)
            self._sizes.begin_after(index)
            self._metrics.compactions.inc()
            log.info("log compacted", index=index)

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE_SECONDS):
                await self._stopping.wait()

    async def _measure(self) -> None:
        """What the log held at start; read in pieces, between which the node goes on."""
        stretches: list[tuple[Index, int]] = []
        bytes_max = min(MEASURED_BYTES_MAX, self._policy.stretch_bytes)
        low, end = self._store.base().index + 1, self._applied_at_start + 1
        while low < end and not self._stopping.is_set():
            try:
                entries = self._store.entries(low, min(end, low + MEASURED_ENTRIES_MAX), bytes_max)
            except LogGap:  # a snapshot was installed meanwhile
                break
            low = entries[-1].index + 1
            stretches.append((low - 1, sum(len(entry.data) for entry in entries)))
            await asyncio.sleep(0)
        self._sizes.precede(stretches)
