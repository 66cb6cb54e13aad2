"""The way out of snapshots: a peer lacks entries that the log no longer holds, and is brought the state
itself, at a pace that leaves room for everything else."""

from __future__ import annotations

import asyncio
from asyncio import Task
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

import google_crc32c
import structlog

from raft.messages import InstallSnapshot, InstallSnapshotReply
from raft.runtime.daemon_thread import DaemonThread
from raft.runtime.metrics import Metrics
from raft.runtime.snapshot_files import SnapshotFile, SnapshotFiles
from raft.runtime.snapshot_limits import SnapshotLimits
from raft.runtime.snapshot_stream import (
    DAMAGED,
    ResumeAt,
    SnapshotChunk,
    SnapshotOffer,
    SnapshotStream,
    StreamBroken,
    StreamRefused,
)
from raft.types import Index, NodeId, StateMachine, Term

ANSWER_SECONDS_MAX: Final = 10.0
"""For the answer to an offer, and for room for one more chunk."""
INSTALL_SECONDS_MIN: Final = 60.0
INSTALL_BYTES_PER_SECOND_MIN: Final = 8 << 20
"""The receiver verifies all of it before it answers."""
RETRY_SECONDS_FIRST: Final = 0.25
RETRY_SECONDS_MAX: Final = 8.0

log = structlog.get_logger("raft.snapshots")


class SnapshotSender:
    """`leads_in` says whether this node leads in a term; `answered` takes the receiver's
    reply; `failed` is told of a peer that could not be brought a snapshot, after a pause that grows with
    every failure in a row that brought nothing, since the node asks for the next try at once."""

    def __init__(
        self,
        state_machine: StateMachine,
        folder: Path,
        limits: SnapshotLimits,
        metrics: Metrics,
        *,
        open_stream: Callable[[NodeId], SnapshotStream],
        leads_in: Callable[[Term], bool],
        answered: Callable[[InstallSnapshotReply], None],
        failed: Callable[[NodeId], None],
    ) -> None:
        self._files = SnapshotFiles(state_machine, folder)
        self._limits = limits
        self._metrics = metrics
        self._open_stream = open_stream
        self._leads_in = leads_in
        self._answered = answered
        self._failed = failed
        self._thread = DaemonThread("raft-snapshot-read")
        self._places = asyncio.Semaphore(limits.sends_max)
        self._next_chunk_at = 0.0
        self._sends: dict[NodeId, tuple[InstallSnapshot, Task[None]]] = {}
        self._pauses: dict[NodeId, float] = {}

    def begin(self, message: InstallSnapshot) -> None:
        """Bring the state to `message.to`, unless that is being done for this term already."""
        peer = message.to
        if peer in self._sends:
            under_way, task = self._sends[peer]
            if under_way.term == message.term:
                return
            task.cancel()
        task = asyncio.create_task(self._bring(message), name=f"snapshot to {peer}")
        self._sends[peer] = message, task

    def pinned_index(self) -> Index | None:
        """The log after this index is what receivers of a snapshot go on with."""
        return self._files.pinned_index()

    async def close(self) -> None:
        tasks = [task for _, task in self._sends.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._thread.shutdown(wait=False)
        self._files.close()

    async def _bring(self, message: InstallSnapshot) -> None:
        peer = message.to
        reply = await self._send(message)
        del self._sends[peer]  # before the node hears of it, and may ask for the next
        if reply is None:
            self._failed(peer)
        else:
            self._answered(reply)

    async def _send(self, message: InstallSnapshot) -> InstallSnapshotReply | None:
        """The receiver's reply; None, after a pause, when it could not be brought the state."""
        peer = message.to
        try:
            async with self._places, self._files.lease(message.snapshot.index) as file:
                reply = await self._stream_file(message, file)
        except Exception as error:  # whatever it was, the peer must not be left waiting
            self._metrics.snapshots.labels("sent", "failed").inc()
            log.warning("snapshot not brought", peer=peer, error=str(error) or type(error).__name__)
            pause = self._pauses.get(peer, RETRY_SECONDS_FIRST)
            self._pauses[peer] = min(2 * pause, RETRY_SECONDS_MAX)
            await asyncio.sleep(pause)
            return None
        self._metrics.snapshots.labels("sent", "done").inc()
        self._pauses.pop(peer, None)
        return reply

    async def _stream_file(self, message: InstallSnapshot, file: SnapshotFile) -> InstallSnapshotReply:
        stream = self._open_stream(message.to)
        try:
            offer = SnapshotOffer(replace(message, snapshot=file.snapshot), file.size, file.sha256)
            offset = await self._offer(stream, offer)
            log.info("snapshot begun", peer=message.to, index=file.snapshot.index, size=file.size, at=offset)
            await self._send_chunks(stream, offer, file.path, offset)
            verifying = file.size / INSTALL_BYTES_PER_SECOND_MIN
            async with asyncio.timeout(INSTALL_SECONDS_MIN + verifying):
                reply = await stream.receive()
        except StreamRefused as refusal:
            if refusal.reason == DAMAGED:
                self._files.retire(file)
            raise
        finally:
            await stream.close()
        if not isinstance(reply, InstallSnapshotReply) or (reply.from_, reply.to) != (
            message.to,
            message.from_,
        ):
            raise StreamBroken("answered what was not asked")
        return reply

    async def _offer(self, stream: SnapshotStream, offer: SnapshotOffer) -> int:
        """Where the receiver wants the file from."""
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await stream.send(offer)
            answer = await stream.receive()
        if not isinstance(answer, ResumeAt) or answer.offset > offer.size:
            raise StreamBroken("answered what was not asked")
        return answer.offset

    async def _send_chunks(
        self, stream: SnapshotStream, offer: SnapshotOffer, path: Path, offset: int
    ) -> None:
        loop = asyncio.get_running_loop()
        file = await loop.run_in_executor(self._thread, path.open, "rb")
        try:
            while offset < offer.size:
                chunk = await loop.run_in_executor(
                    self._thread, _read_chunk, file, offset, self._limits.chunk_bytes
                )
                await self._keep_pace(len(chunk.data))
                if not self._leads_in(offer.install.term):
                    raise StreamBroken("this node leads no longer")
                async with asyncio.timeout(ANSWER_SECONDS_MAX):
                    await stream.send(chunk)
                self._pauses.pop(offer.install.to, None)  # what moves on is worth another try soon
                offset += len(chunk.data)
                self._metrics.snapshot_bytes.labels("sent").inc(len(chunk.data))
        finally:
            file.close()

    async def _keep_pace(self, size: int) -> None:
        """Wait until another `size` bytes may leave."""
        now = asyncio.get_running_loop().time()
        begin = max(now, self._next_chunk_at)
        self._next_chunk_at = begin + size / self._limits.bytes_per_second
        await asyncio.sleep(begin - now)


def _read_chunk(file: BinaryIO, offset: int, size: int) -> SnapshotChunk:
    file.seek(offset)
    data = file.read(size)
    if not data:
        raise OSError("a snapshot's file has become shorter")
    return SnapshotChunk(offset, data, google_crc32c.value(data))
