"""The wire between simulated nodes: it loses, repeats, delays and reorders; links are cut one way or both, or
hold everything back until they let it all go at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

from raft import (
    AppendEntries,
    Message,
    NodeId,
    ProposeRequest,
    ReadIndexRequest,
    RequestVote,
)
from raft.messages import TimeoutNow
from raft.runtime.codec import WholeMessage, decode, encode
from raft.runtime.snapshot_stream import ServeSnapshot, SnapshotStream, StreamBroken
from tests.sim.loop import SimulatedLoop
from tests.sim.process import Process
from tests.sim.snapshot_pipe import SnapshotPipe
from tests.sim.trace import Trace

HELD_MAX: Final = 500
"""Messages that a clogged link holds; more are lost."""
REPLAY_SECONDS_MAX: Final = 10.0

Receive = Callable[[Message], None]
Link = tuple[NodeId, NodeId]

_REQUESTS = (AppendEntries, ProposeRequest, ReadIndexRequest, RequestVote, TimeoutNow)


@dataclass(slots=True)
class Weather:
    """Probabilities per message. `delay_seconds` is the mean; without `reorders` every link is a stream.
    `through_wire`: each message is encoded and decoded on its way."""

    loss: float = 0.0
    duplicate: float = 0.0
    replay: float = 0.0
    slow: float = 0.0
    delay_seconds: float = 0.002
    reorders: bool = False
    through_wire: bool = False
    stream_break: float = 0.0


@dataclass(slots=True)
class Endpoint:
    """What runs at a node's address at present."""

    process: Process
    receive: Receive
    serve_snapshot: ServeSnapshot


@dataclass(slots=True)
class Network:
    loop: SimulatedLoop
    random: Random
    trace: Trace
    weather: Weather = field(default_factory=Weather)
    cuts: set[Link] = field(default_factory=set)
    calm: set[NodeId] = field(default_factory=set)
    """Between these the weather is fine."""
    on_send: Callable[[Message], None] = lambda message: None
    endpoints: dict[NodeId, Endpoint] = field(default_factory=dict)
    pipes: list[SnapshotPipe] = field(default_factory=list)
    sent: int = 0
    _clogged: dict[Link, list[Message]] = field(default_factory=dict)
    _last_arrival: dict[Link, float] = field(default_factory=dict)

    def send(self, message: Message) -> None:
        self.sent += 1
        self.on_send(message)
        link = message.from_, message.to
        self.trace.note(
            self.loop.now, f"{message.from_}>{message.to} {type(message).__name__} {message.term}"
        )
        if self.weather.through_wire:
            message = _through_wire(message)
        weather, random = self.weather, self.random
        if message.from_ in self.calm and message.to in self.calm:
            self._carry(link, message, self._delay())
            return
        if random.random() < weather.loss:
            self.trace.faults["message lost"] += 1
            return
        delay = self._delay()
        if random.random() < weather.slow:
            self.trace.faults["message delayed"] += 1
            delay += random.random()
        self._carry(link, message, delay)
        if random.random() < weather.duplicate:
            self.trace.faults["message repeated"] += 1
            self._carry(link, message, self._delay())
        if random.random() < weather.replay:
            self.trace.faults["old message replayed"] += 1
            self.loop.after(random.uniform(1.0, REPLAY_SECONDS_MAX), self._arrive, link, message)

    def open_snapshot(self, from_: NodeId, to: NodeId) -> SnapshotStream:
        pipe = SnapshotPipe(self, from_, to)
        self.pipes.append(pipe)
        return pipe

    def is_cut(self, link: Link) -> bool:
        return link in self.cuts

    def clog(self, link: Link) -> None:
        self._clogged.setdefault(link, [])

    def unclog(self, link: Link) -> None:
        for message in self._clogged.pop(link, ()):
            self._arrive(link, message)

    def clogged(self) -> list[Link]:
        return list(self._clogged)

    def forget(self, node_id: NodeId) -> None:
        """The node is gone, and so are its connections."""
        self.endpoints.pop(node_id, None)
        for pipe in self.pipes:
            if node_id in (pipe.from_, pipe.to):
                pipe.break_off()
        self.pipes = [pipe for pipe in self.pipes if not pipe.has_ended]

    def _delay(self) -> float:
        return self.weather.delay_seconds * (0.5 + self.random.expovariate(2.0))

    def _carry(self, link: Link, message: Message, delay: float) -> None:
        when = self.loop.now + delay
        if not self.weather.reorders:
            when = max(when, self._last_arrival.get(link, 0.0))
            self._last_arrival[link] = when
        self.loop.at(when, self._arrive, link, message)

    def _arrive(self, link: Link, message: Message) -> None:
        if link in self.cuts:
            self.trace.faults["message cut off"] += 1
        elif (held := self._clogged.get(link)) is not None:
            if len(held) < HELD_MAX:
                held.append(message)
        elif (endpoint := self.endpoints.get(message.to)) is not None:
            endpoint.receive(message)


class SimulatedTransport:
    """Implements raft.runtime.wire.Transport: one run of one node's end of the network."""

    def __init__(self, network: Network, node_id: NodeId, process: Process) -> None:
        self._network = network
        self._node_id = node_id
        self._process = process
        self._peers: Mapping[NodeId, str] = {}
        self._is_open = False
        self.dropped = 0

    def start(self, receive: Receive, serve_snapshot: ServeSnapshot) -> None:
        self._network.endpoints[self._node_id] = Endpoint(self._process, receive, serve_snapshot)
        self._is_open = True

    def set_peers(self, peers: Mapping[NodeId, str]) -> None:
        self._peers = dict(peers)

    def send(self, message: Message) -> None:
        if self._is_open and (message.to in self._peers or not isinstance(message, _REQUESTS)):
            self._network.send(message)
        else:
            self.dropped += 1

    def open_snapshot(self, peer: NodeId) -> SnapshotStream:
        if not self._is_open:
            raise StreamBroken("closed")
        return self._network.open_snapshot(self._node_id, peer)

    async def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._network.forget(self._node_id)


def _through_wire(message: Message) -> Message:
    return decode(encode(message)) if isinstance(message, WholeMessage) else message
