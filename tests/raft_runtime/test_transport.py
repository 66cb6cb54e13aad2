"""The wire between two nodes: ordered, lossy, bounded, and closed to strangers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Any

import grpc
import pytest

from protos import raft_pb2 as wire
from protos.raft_pb2_grpc import RaftServiceStub, add_RaftServiceServicer_to_server
from raft.membership import Membership
from raft.messages import (
    AppendEntries,
    AppendEntriesReply,
    InstallSnapshot,
    InstallSnapshotReply,
    Message,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
    RequestVote,
    RequestVoteReply,
    TimeoutNow,
)
from raft.runtime.codec import encode
from raft.runtime.link import WAITING_REQUESTS_MAX
from raft.runtime.server import RaftServicer
from raft.runtime.snapshot_stream import (
    ResumeAt,
    SnapshotAnswer,
    SnapshotChunk,
    SnapshotOffer,
    SnapshotPart,
    StreamBroken,
    StreamRefused,
)
from raft.runtime.transport import SERVER_OPTIONS, PeerTransport
from raft.types import Entry, EntryKind, Snapshot
from tests.raft_runtime.cluster import SECRET, eventually


async def refuse(parts: AsyncIterator[SnapshotPart]) -> AsyncGenerator[SnapshotAnswer, None]:
    raise StreamRefused("no snapshots here")
    yield


class Endpoint:
    """A transport and its server; keeps what arrives."""

    def __init__(self, node_id: str, port: int = 0) -> None:
        self.node_id = node_id
        self.received: list[Message] = []
        self.server = grpc.aio.server(options=SERVER_OPTIONS)
        self.port = self.server.add_insecure_port(f"127.0.0.1:{port}")
        self.transport = PeerTransport(node_id, {}, SECRET)

    async def start(self, **peers: Endpoint) -> None:
        addresses = {node_id: f"127.0.0.1:{peer.port}" for node_id, peer in peers.items()}
        self.transport = PeerTransport(self.node_id, addresses, SECRET)
        add_RaftServiceServicer_to_server(RaftServicer(self.transport), self.server)
        await self.server.start()
        self.transport.start(self.received.append, refuse)
        self.transport.set_peers(dict.fromkeys(addresses, ""))

    async def stop(self) -> None:
        await self.transport.close()
        await self.server.stop(None)


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Endpoint, Endpoint]]:
    n1, n2 = Endpoint("n1"), Endpoint("n2")
    await n1.start(n1=n1, n2=n2)
    await n2.start(n1=n1, n2=n2)
    yield n1, n2
    await n1.stop()
    await n2.stop()


def heartbeat(commit_index: int = 0, from_: str = "n1", to: str = "n2") -> AppendEntries:
    return AppendEntries(from_, to, 1, 0, 0, commit_index)


async def delivered(sender: Endpoint, receiver: Endpoint, message: Message) -> None:
    """Sends until it arrives: anything may be lost while a stream opens."""

    def arrived() -> bool:
        if message in receiver.received:
            return True
        sender.transport.send(message)
        return False

    await eventually(arrived)


REQUESTS_AND_REPLIES: list[tuple[Message, Message]] = [
    (heartbeat(), AppendEntriesReply("n2", "n1", 1, True, 0)),
    (ProposeRequest("n1", "n2", 1, ()), ProposeReply("n2", "n1", 1, ())),
    (ReadIndexRequest("n1", "n2", 1, 5), ReadIndexReply("n2", "n1", 1, 5, index=9)),
    (RequestVote("n1", "n2", 1, 0, 0), RequestVoteReply("n2", "n1", 1, vote_granted=True)),
]


@pytest.mark.parametrize(
    ("request_", "reply"), REQUESTS_AND_REPLIES, ids=lambda message: type(message).__name__
)
async def test_a_request_arrives_and_its_reply_finds_the_way_back(
    pair: tuple[Endpoint, Endpoint], request_: Message, reply: Message
) -> None:
    n1, n2 = pair
    await delivered(n1, n2, request_)
    n2.transport.send(reply)
    await eventually(lambda: reply in n1.received)


async def test_timeout_now_arrives(pair: tuple[Endpoint, Endpoint]) -> None:
    await delivered(*pair, TimeoutNow("n1", "n2", 1))


async def test_a_peer_that_is_added_is_reached_and_one_that_is_removed_is_not(
    pair: tuple[Endpoint, Endpoint],
) -> None:
    n1, n2 = pair
    n3 = Endpoint("n3")
    await n3.start(n3=n3)
    n1.transport.set_peers({"n2": "", "n3": f"127.0.0.1:{n3.port}"})
    await delivered(n1, n3, heartbeat(1, to="n3"))
    n1.transport.set_peers({"n3": ""})
    n1.transport.send(heartbeat(2))
    assert n1.transport.dropped > 0
    await delivered(n1, n3, heartbeat(3, to="n3"))
    assert heartbeat(2) not in n2.received
    n1.transport.set_peers({"n2": "", "n3": ""})
    await delivered(n1, n2, heartbeat(4))
    await n3.stop()


async def test_a_peer_that_moves_is_found_at_its_new_address(pair: tuple[Endpoint, Endpoint]) -> None:
    n1, _ = pair
    before, after = Endpoint("n3"), Endpoint("n3")
    await before.start()
    await after.start()
    n1.transport.set_peers({"n3": f"127.0.0.1:{before.port}"})
    await delivered(n1, before, heartbeat(1, to="n3"))
    n1.transport.set_peers({"n3": f"127.0.0.1:{after.port}"})
    await delivered(n1, after, heartbeat(2, to="n3"))
    assert heartbeat(2, to="n3") not in before.received
    await before.stop()
    await after.stop()


async def test_the_configured_address_wins(pair: tuple[Endpoint, Endpoint]) -> None:
    n1, n2 = pair
    n1.transport.set_peers({"n2": "127.0.0.1:1"})
    await delivered(n1, n2, heartbeat(1))


async def test_whoever_shows_the_secret_is_heard_and_answered(pair: tuple[Endpoint, Endpoint]) -> None:
    _, n2 = pair
    stranger = Endpoint("n9")
    await stranger.start(n2=n2)
    await delivered(stranger, n2, heartbeat(1, from_="n9"))
    reply = AppendEntriesReply("n2", "n9", 1, True, 0)
    n2.transport.send(reply)
    await eventually(lambda: reply in stranger.received)
    await stranger.stop()


SNAPSHOT = InstallSnapshot("n1", "n2", 1, Snapshot(5, 1, Membership(("n1", "n2"))))
OFFER = SnapshotOffer(SNAPSHOT, 1000, bytes(32))
CHUNK = SnapshotChunk(0, bytes(1000), 7)


async def test_a_snapshot_has_a_stream_of_its_own_both_ways(pair: tuple[Endpoint, Endpoint]) -> None:
    n1, n2 = pair
    arrived: list[SnapshotPart] = []

    async def serve(parts: AsyncIterator[SnapshotPart]) -> AsyncGenerator[SnapshotAnswer, None]:
        arrived.append(await anext(parts))
        yield ResumeAt(0)
        arrived.append(await anext(parts))
        yield InstallSnapshotReply("n2", "n1", 1, 5)

    n2.transport.start(n2.received.append, serve)
    stream = n1.transport.open_snapshot("n2")
    await stream.send(OFFER)
    assert await stream.receive() == ResumeAt(0)
    await stream.send(CHUNK)
    assert await stream.receive() == InstallSnapshotReply("n2", "n1", 1, 5)
    assert arrived == [OFFER, CHUNK]
    with pytest.raises(StreamBroken):
        await stream.receive()
    await stream.close()


async def test_a_refused_snapshot_tells_the_sender_why(pair: tuple[Endpoint, Endpoint]) -> None:
    stream = pair[0].transport.open_snapshot("n2")
    with pytest.raises(StreamRefused, match="no snapshots here"):
        await stream.send(OFFER)
        await stream.receive()
    with pytest.raises((StreamRefused, StreamBroken)):
        while True:
            await stream.send(CHUNK)
    await stream.close()


async def test_a_snapshot_for_a_peer_that_is_away_or_unknown_is_a_broken_stream(
    pair: tuple[Endpoint, Endpoint],
) -> None:
    n1, n2 = pair
    with pytest.raises(StreamBroken):
        n1.transport.open_snapshot("n9")
    await n2.stop()
    stream = n1.transport.open_snapshot("n2")
    with pytest.raises(StreamBroken):
        await stream.send(OFFER)
        await stream.receive()
    await stream.close()


async def test_a_snapshot_for_another_node_is_refused(pair: tuple[Endpoint, Endpoint]) -> None:
    stream = pair[0].transport.open_snapshot("n2")
    with pytest.raises((StreamRefused, StreamBroken)):
        await stream.send(replace(OFFER, install=replace(SNAPSHOT, to="n3")))
        await stream.receive()
    await stream.close()


async def test_what_one_stream_carries_arrives_in_order(pair: tuple[Endpoint, Endpoint]) -> None:
    n1, n2 = pair
    await delivered(n1, n2, heartbeat())
    n2.received.clear()
    for number in range(1, 101):
        n1.transport.send(heartbeat(number))
    await eventually(lambda: heartbeat(100) in n2.received)
    numbers = [message.commit_index for message in n2.received if isinstance(message, AppendEntries)]
    assert [number for number in numbers if number] == list(range(1, 101))


async def test_a_message_of_nearly_eight_megabytes_passes(pair: tuple[Endpoint, Endpoint]) -> None:
    n1, n2 = pair
    large = Entry(1, 1, EntryKind.COMMAND, bytes(7 << 20))
    await delivered(n1, n2, AppendEntries("n1", "n2", 1, 0, 0, 0, (large,)))


async def test_a_restarted_peer_is_found_again(pair: tuple[Endpoint, Endpoint]) -> None:
    n1, n2 = pair
    await delivered(n1, n2, heartbeat(1))
    await n2.stop()
    again = Endpoint("n2", n2.port)
    await again.start(n1=n1, n2=again)
    await delivered(n1, again, heartbeat(2))
    await again.stop()


async def test_a_peer_that_is_away_costs_a_bounded_queue(pair: tuple[Endpoint, Endpoint]) -> None:
    n1, n2 = pair
    await n2.stop()
    for number in range(10 * WAITING_REQUESTS_MAX):
        n1.transport.send(heartbeat(number))
        n1.transport.send(RequestVote("n1", "n2", 1, 0, 0))
    (link,) = n1.transport._links.values()
    assert all(queue.qsize() <= WAITING_REQUESTS_MAX for queue in link._queues.values())
    assert len(link._calls) <= 4


async def test_after_close_nothing_is_received(pair: tuple[Endpoint, Endpoint]) -> None:
    n1, n2 = pair
    await delivered(n1, n2, heartbeat(1))
    await n2.transport.close()
    n2.received.clear()
    n2.transport.receive(heartbeat(2))
    assert n2.received == []


@pytest.fixture
async def stub(pair: tuple[Endpoint, Endpoint]) -> AsyncIterator[Any]:
    """Anybody who can reach the port of n2."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{pair[1].port}") as channel:
        yield RaftServiceStub(channel)


STRANGE: list[tuple[str, AppendEntries]] = [
    ("for another node", heartbeat(to="n3")),
    ("from the node itself", heartbeat(from_="n2")),
]


@pytest.mark.parametrize(("what", "message"), STRANGE)
async def test_a_message_that_does_not_belong_here_is_refused(
    pair: tuple[Endpoint, Endpoint], stub: Any, what: str, message: AppendEntries
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as streamed:
        await anext(aiter(stub.AppendEntries(iter([encode(message)]), metadata=SECRET.metadata)))
    assert streamed.value.code() is grpc.StatusCode.INVALID_ARGUMENT, what
    with pytest.raises(grpc.aio.AioRpcError) as single:
        await stub.RequestVote(
            encode(RequestVote(message.from_, message.to, 1, 0, 0)), timeout=10, metadata=SECRET.metadata
        )
    assert single.value.code() is grpc.StatusCode.INVALID_ARGUMENT, what
    assert pair[1].received == []


async def test_a_stream_cannot_change_its_sender(pair: tuple[Endpoint, Endpoint]) -> None:
    n3 = Endpoint("n3")
    await n3.start(n1=pair[0], n2=pair[1], n3=n3)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{n3.port}") as channel:
        stub: Any = RaftServiceStub(channel)
        messages = [heartbeat(to="n3"), heartbeat(from_="n2", to="n3")]
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            wire = [encode(message) for message in messages]
            await anext(aiter(stub.AppendEntries(iter(wire), metadata=SECRET.metadata)))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert n3.received == messages[:1]
    await n3.stop()


async def test_a_malformed_message_is_dropped_and_the_stream_goes_on(
    pair: tuple[Endpoint, Endpoint], stub: Any
) -> None:
    n2 = pair[1]
    header: dict[str, Any] = {"from": "n1", "to": "n2", "term": 1}
    stream = stub.AppendEntries(metadata=SECRET.metadata)
    await stream.write(encode(heartbeat(1)))
    await stream.write(wire.AppendEntriesRequest(**header, entries=[wire.Entry(term=1, index=1)]))
    await stream.write(encode(heartbeat(2)))
    await eventually(lambda: heartbeat(2) in n2.received)
    assert n2.received == [heartbeat(1), heartbeat(2)]
    stream.cancel()


async def test_bytes_that_are_no_message_harm_nothing(pair: tuple[Endpoint, Endpoint]) -> None:
    n1, n2 = pair
    async with grpc.aio.insecure_channel(f"127.0.0.1:{n2.port}") as channel:
        raw: Any = channel.unary_unary("/raft.v1.RaftService/RequestVote")
        with pytest.raises(grpc.aio.AioRpcError):
            await raw(b"\xff" * 100, timeout=10)
    await delivered(n1, n2, heartbeat(3))


async def test_a_vote_that_never_comes_ends_at_the_deadline(
    pair: tuple[Endpoint, Endpoint], stub: Any
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as late:
        await stub.RequestVote(
            encode(RequestVote("n1", "n2", 1, 0, 0)), timeout=0.1, metadata=SECRET.metadata
        )
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert pair[1].received == [RequestVote("n1", "n2", 1, 0, 0)]


async def test_a_reply_in_anothers_name_is_dropped(pair: tuple[Endpoint, Endpoint]) -> None:
    n1, n2 = pair
    await delivered(n1, n2, heartbeat(1))
    queue = n2.transport.replies._streams["n1", AppendEntriesReply]
    queue.put_nowait(AppendEntriesReply("n3", "n1", 1, True, 0))
    queue.put_nowait(AppendEntriesReply("n2", "n1", 1, True, 0))
    await eventually(lambda: bool(n1.received))
    assert n1.received == [AppendEntriesReply("n2", "n1", 1, True, 0)]
