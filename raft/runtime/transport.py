"""The wire between nodes, as the driver sees it: `send` a message, and have those that arrive handed over."""

from __future__ import annotations

import asyncio
from asyncio import Task
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from typing import Final

import grpc
import structlog

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
from raft.runtime.link import PeerLink
from raft.runtime.replies import ReplyRoutes
from raft.runtime.secret import ClusterSecret
from raft.runtime.snapshot_link import SnapshotCall
from raft.runtime.snapshot_stream import (
    ServeSnapshot,
    SnapshotAnswer,
    SnapshotPart,
    SnapshotStream,
    StreamBroken,
    StreamRefused,
)
from raft.types import NodeId

MESSAGE_BYTES_MAX: Final = 8 << 20
_PING_MILLISECONDS: Final = 5_000

_SHARED_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    ("grpc.keepalive_time_ms", _PING_MILLISECONDS),
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
)
CHANNEL_OPTIONS: Final = (
    *_SHARED_OPTIONS,
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 1_000),  # how long one attempt to connect may take
    ("grpc.max_reconnect_backoff_ms", 500),
    ("grpc.use_local_subchannel_pool", 1),
)
SERVER_OPTIONS: Final = (
    *_SHARED_OPTIONS,
    ("grpc.http2.min_ping_interval_without_data_ms", _PING_MILLISECONDS // 2),
    ("grpc.so_reuseport", 0),
)
"""For the server that RaftServicer is added to: peers ping it, and large appends fit."""

log = structlog.get_logger("raft.transport")


class PeerTransport:
    """Carries messages between `node_id` and its peers. `addresses`, a mapping of node id to "host:port", is
    what this node was configured with; it wins over what `set_peers` tells.

    Requests leave on streams that this node opens; replies to a peer's requests leave on the streams that the
    peer opened, through the RaftServicer that shares this transport. Both are lossy and never block.
    Snapshots have a connection of their own. Calls in either direction show `secret`.
    """

    def __init__(self, node_id: NodeId, addresses: Mapping[NodeId, str], secret: ClusterSecret) -> None:
        self.node_id = node_id
        self.secret = secret
        self.replies = ReplyRoutes()
        self.dropped = 0
        """Messages for which there was no way or no room."""
        self._configured = dict(addresses)
        self._addresses: dict[NodeId, str] = {}
        self._links: dict[NodeId, PeerLink] = {}
        self._closing: set[Task[None]] = set()
        self._receive: Callable[[Message], None] | None = None
        self._serve_snapshot: ServeSnapshot | None = None

    def start(self, receive: Callable[[Message], None], serve_snapshot: ServeSnapshot) -> None:
        """On the running event loop, `receive` is called with every message for this node, `serve_snapshot`
        with every stream that brings a snapshot."""
        self._receive = receive
        self._serve_snapshot = serve_snapshot

    def set_peers(self, peers: Mapping[NodeId, str]) -> None:
        """Hold a link to each of these from now on, and to nobody else. The address, "" when none is known,
        counts for peers that were not configured; a link whose address changes is opened anew."""
        if self._receive is None:
            return
        addresses = {
            peer: self._configured.get(peer) or address or self._addresses.get(peer, "")
            for peer, address in peers.items()
            if peer != self.node_id
        }
        for peer in [peer for peer in self._links if addresses.get(peer) != self._addresses[peer]]:
            self._close_link(peer)
        for peer, address in addresses.items():
            if not address:
                log.warning("a peer without an address", node=self.node_id, peer=peer)
            elif peer not in self._links:
                channel = grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS)
                self._links[peer] = PeerLink(self.node_id, peer, channel, self.secret, self.receive)
        self._addresses = addresses

    def send(self, message: Message) -> None:
        """Dropped when its peer is away or slow, or the transport not started."""
        match message:
            case AppendEntries() | ProposeRequest() | ReadIndexRequest() | RequestVote() | TimeoutNow():
                link = self._links.get(message.to)
                is_sent = link is not None and link.send(message)
            case AppendEntriesReply() | ProposeReply() | ReadIndexReply() | RequestVoteReply():
                is_sent = self.replies.send(message)
            case InstallSnapshot() | InstallSnapshotReply():
                raise TypeError("snapshots travel on a stream of their own")
        if not is_sent:
            self.dropped += 1

    def open_snapshot(self, peer: NodeId) -> SnapshotStream:
        """A stream for one snapshot, on a connection of its own. Raises StreamBroken when nobody knows where
        `peer` is."""
        if not (address := self._addresses.get(peer)):
            raise StreamBroken(f"no address of {peer}")
        return SnapshotCall(grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS), self.secret)

    def receive(self, message: Message) -> None:
        """A message has arrived. Dropped while the transport is not started."""
        if self._receive is not None:
            self._receive(message)

    def serve_snapshot(self, parts: AsyncIterator[SnapshotPart]) -> AsyncGenerator[SnapshotAnswer, None]:
        """A peer brings a snapshot. Raises StreamRefused."""
        if self._serve_snapshot is None:
            raise StreamRefused("not running")
        return self._serve_snapshot(parts)

    async def close(self) -> None:
        """Nothing is sent or received from now on. Idempotent."""
        self._receive = self._serve_snapshot = None
        for peer in list(self._links):
            self._close_link(peer)
        await asyncio.gather(*self._closing)

    def _close_link(self, peer: NodeId) -> None:
        task = asyncio.create_task(self._links.pop(peer).close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
