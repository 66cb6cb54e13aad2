"""The way in of snapshots: what a leader streams is gathered in a file, verified, and only then told to the
node, which decides. The node's heartbeats and writes go on meanwhile."""

from __future__ import annotations

import asyncio
from asyncio import Future, TimerHandle
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import structlog

from raft.errors import PeerMistake
from raft.messages import InstallSnapshot, InstallSnapshotReply
from raft.runtime.daemon_thread import DaemonThread
from raft.runtime.incoming_file import IncomingFile, delete_incoming
from raft.runtime.metrics import Metrics
from raft.runtime.snapshot_limits import SnapshotLimits
from raft.runtime.snapshot_stream import (
    ResumeAt,
    SnapshotAnswer,
    SnapshotChunk,
    SnapshotOffer,
    SnapshotPart,
    StreamRefused,
)
from raft.types import Index, StateMachine, Term

PART_SECONDS_MAX: Final = 30.0
"""Between two parts of a stream."""
KEPT_SECONDS: Final = 600.0
"""What has arrived of a snapshot waits so long for the rest."""

Result = TypeVar("Result")

log = structlog.get_logger("raft.snapshots")


@dataclass(frozen=True, slots=True, eq=False)
class Handed:
    """A message that the node has been given; `file` holds its snapshot unless the node needs none."""

    install: InstallSnapshot
    file: IncomingFile | None
    answer: Future[InstallSnapshotReply]


class SnapshotReceiver:
    """`standing` gives the node's term and commit index; `step` hands it a message, and raises PeerMistake
    for an impossible one. One snapshot is gathered at a time, the newest that is offered."""

    def __init__(
        self,
        state_machine: StateMachine,
        folder: Path,
        limits: SnapshotLimits,
        metrics: Metrics,
        *,
        standing: Callable[[], tuple[Term, Index]],
        step: Callable[[InstallSnapshot], None],
    ) -> None:
        self._state_machine = state_machine
        self._folder = folder
        self._limits = limits
        self._metrics = metrics
        self._standing = standing
        self._step = step
        self._thread = DaemonThread("raft-snapshot-write")
        self._is_closed = False
        self._gathering: SnapshotOffer | None = None
        self.handed: Handed | None = None
        """What the node has been given and not settled; its file must stay."""
        self._expiry = self._expire_later()

    async def serve(self, parts: AsyncIterator[SnapshotPart]) -> AsyncGenerator[SnapshotAnswer, None]:
        """One stream. Raises StreamRefused."""
        offer = await _next_part(parts)
        if not isinstance(offer, SnapshotOffer):
            raise StreamRefused("a snapshot begins with its offer")
        if not self._is_news(offer.install):
            yield ResumeAt(offer.size)
            yield await self._hand_over(offer.install, None)
            return
        self._begin(offer)
        file = None
        try:
            file = await self._run(IncomingFile, self._folder, offer, self._limits)
            yield ResumeAt(file.offset)
            while file.offset < offer.size:
                chunk = await _next_part(parts)
                self._check_wanted(offer)
                if not isinstance(chunk, SnapshotChunk):
                    raise StreamRefused("two offers on one stream")
                await self._run(file.write, chunk)
                self._metrics.snapshot_bytes.labels("received").inc(len(chunk.data))
            await self._run(file.verify, self._state_machine)
            self._check_wanted(offer)
            yield await self._hand_over(offer.install, file)
        except StreamRefused as refusal:
            self._metrics.snapshots.labels("received", "failed").inc()
            log.warning("snapshot refused", sender=offer.install.from_, reason=refusal.reason)
            raise
        finally:
            if self._gathering is offer:
                self._gathering = None
            if file is not None:
                file.close()

    def answered(self, reply: InstallSnapshotReply) -> None:
        """The node's reply to what it was handed may leave."""
        if self.handed is not None and not self.handed.answer.done():
            self.handed.answer.set_result(reply)

    def settled(self, handed: Handed) -> None:
        """The node has done with it; its file, unless it was installed, is of no more use."""
        self.handed = None
        if handed.file is not None:
            asyncio.get_running_loop().run_in_executor(self._thread, handed.file.delete)
            self._metrics.snapshots.labels("received", "done").inc()
        if not handed.answer.done():
            handed.answer.set_exception(StreamRefused("not answered"))

    def close(self) -> None:
        """Every stream ends. What has arrived stays for the next run."""
        self._is_closed = True
        self._expiry.cancel()
        self._thread.shutdown(wait=False)
        if self.handed is not None:
            self.handed.answer.cancel()

    def _begin(self, offer: SnapshotOffer) -> None:
        """From now on this is the one that is gathered."""
        if offer.size > self._limits.size_max:
            raise StreamRefused("too large")
        if self.handed is not None:
            raise StreamRefused("another is being installed")
        if self._gathering is not None and _age(offer) < _age(self._gathering):
            raise StreamRefused("a newer one is on its way")
        self._gathering = offer
        self._expiry.cancel()
        self._expiry = self._expire_later()

    def _is_news(self, install: InstallSnapshot) -> bool:
        """Otherwise the node answers without the state."""
        term, commit_index = self._standing()
        return install.term >= term and install.snapshot.index > commit_index

    def _check_wanted(self, offer: SnapshotOffer) -> None:
        """Raises StreamRefused."""
        if self._is_closed:
            raise StreamRefused("stopping")
        if self._gathering is not offer:
            raise StreamRefused("a newer one is on its way")
        if offer.install.term < self._standing()[0]:
            raise StreamRefused("of an earlier term")

    async def _hand_over(self, install: InstallSnapshot, file: IncomingFile | None) -> InstallSnapshotReply:
        if self.handed is not None or self._is_closed:
            raise StreamRefused("another is being installed")
        handed = Handed(install, file, asyncio.get_running_loop().create_future())
        self.handed = handed
        try:
            self._step(install)
        except PeerMistake as mistake:
            self.settled(handed)
            raise StreamRefused(str(mistake)) from None
        return await handed.answer

    async def _run(self, work: Callable[..., Result], *arguments: object) -> Result:
        """In the thread for files, where one stream's work never overlaps another's."""
        if self._is_closed:
            raise StreamRefused("stopping")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)
        except OSError as error:
            raise StreamRefused(f"not written: {error.strerror}") from error

    def _expire_later(self) -> TimerHandle:
        return asyncio.get_running_loop().call_later(KEPT_SECONDS, self._expire)

    def _expire(self) -> None:
        if self._gathering is None and self.handed is None:
            asyncio.get_running_loop().run_in_executor(self._thread, delete_incoming, self._folder)
        self._expiry = self._expire_later()


async def _next_part(parts: AsyncIterator[SnapshotPart]) -> SnapshotPart:
    try:
        async with asyncio.timeout(PART_SECONDS_MAX):
            return await anext(parts)
    except (StopAsyncIteration, TimeoutError):
        raise StreamRefused("nothing more came") from None


def _age(offer: SnapshotOffer) -> tuple[Term, Index]:
    return offer.install.term, offer.install.snapshot.index
