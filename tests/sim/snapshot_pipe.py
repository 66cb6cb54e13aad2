"""A snapshot's stream between two simulated nodes: parts arrive late, in order, now and then twice; a cut
link holds them back, and a stream may break at any of them."""

from __future__ import annotations

import asyncio
from asyncio import Task
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from raft import NodeId
from raft.messages import InstallSnapshotReply
from raft.runtime.snapshot_stream import (
    SnapshotAnswer,
    SnapshotChunk,
    SnapshotOffer,
    SnapshotPart,
    StreamBroken,
    StreamRefused,
)

if TYPE_CHECKING:
    from tests.sim.network import Network

ROOM: Final = 4
"""Parts under way before `send` waits."""
RETRY_SECONDS: Final = 0.1


class SnapshotPipe:
    """The sender's end: implements raft.runtime.snapshot_stream.SnapshotStream."""

    def __init__(self, network: Network, from_: NodeId, to: NodeId) -> None:
        self.from_ = from_
        self.to = to
        self._network = network
        self._under_way = 0
        self._last_arrival = 0.0
        self._answers: deque[SnapshotAnswer] = deque()
        self._end: StreamBroken | StreamRefused | None = None
        self._news = asyncio.Event()
        self._parts: asyncio.Queue[SnapshotPart] = asyncio.Queue()
        self._serving: Task[None] | None = None

    @property
    def has_ended(self) -> bool:
        return self._end is not None

    async def send(self, part: SnapshotPart) -> None:
        while self._end is None and self._under_way >= ROOM:
            await self._next_news()
        if self._end is not None:
            raise self._end
        self._under_way += 1
        self._carry(part)
        if (
            isinstance(part, SnapshotChunk)
            and self._network.random.random() < self._network.weather.duplicate
        ):
            self._network.trace.faults["snapshot chunk repeated"] += 1
            self._under_way += 1
            self._carry(part)

    async def receive(self) -> SnapshotAnswer:
        while not self._answers:
            if self._end is not None:
                raise self._end
            await self._next_news()
        return self._answers.popleft()

    async def close(self) -> None:
        self.break_off()

    def break_off(self) -> None:
        """Both ends learn it; what serves the stream is cancelled, as a server does."""
        self._finish(StreamBroken("the connection is gone"))
        if self._serving is not None:
            self._serving.cancel()

    async def _next_news(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _finish(self, end: StreamBroken | StreamRefused) -> None:
        if self._end is None:
            self._end = end
        self._news.set()

    def _carry(self, part: SnapshotPart) -> None:
        network = self._network
        delay = network.weather.delay_seconds * (0.5 + network.random.expovariate(2.0))
        self._last_arrival = max(self._last_arrival, network.loop.now + delay)
        network.loop.at(self._last_arrival, self._arrive, part)

    def _arrive(self, part: SnapshotPart) -> None:
        network = self._network
        if self._end is not None:
            return
        if network.is_cut((self.from_, self.to)) or network.is_cut((self.to, self.from_)):
            # Those that follow queue up behind it.
            self._last_arrival = max(self._last_arrival, network.loop.now) + RETRY_SECONDS
            network.loop.after(RETRY_SECONDS, self._arrive, part)
            return
        endpoint = network.endpoints.get(self.to)
        is_calm = self.from_ in network.calm and self.to in network.calm
        if endpoint is None or (not is_calm and network.random.random() < network.weather.stream_break):
            network.trace.fault(network.loop.now, "snapshot stream broken", f"{self.from_}>{self.to}")
            self.break_off()
            return
        name = "offer" if isinstance(part, SnapshotOffer) else f"chunk at {part.offset}"
        network.trace.note(network.loop.now, f"{self.from_}>{self.to} snapshot {name}")
        self._under_way -= 1
        self._parts.put_nowait(part)
        self._news.set()
        if self._serving is None:
            serving = self._serve(endpoint.serve_snapshot(self._arrived()))
            self._serving = network.loop.spawn(endpoint.process, serving)

    async def _arrived(self) -> AsyncIterator[SnapshotPart]:
        while True:
            yield await self._parts.get()

    async def _serve(self, answers: AsyncGenerator[SnapshotAnswer, None]) -> None:
        try:
            async with aclosing(answers):
                async for answer in answers:
                    if isinstance(answer, InstallSnapshotReply):
                        self._network.on_send(answer)
                    self._network.loop.after(self._network.weather.delay_seconds, self._answer, answer)
        except StreamRefused as refusal:
            self._finish(refusal)
        except StreamBroken as broken:
            self._finish(broken)
        else:
            self._network.loop.after(
                3 * self._network.weather.delay_seconds, self._finish, StreamBroken("the receiver ended it")
            )

    def _answer(self, answer: SnapshotAnswer) -> None:
        self._answers.append(answer)
        self._news.set()
