"""The wire between nodes, as the driver sees it: `send` a message, and have those that arrive handed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import grpc

from raft.messages import (
    AppendEntries,
    AppendEntriesReply,
    Message,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
    RequestVote,
    RequestVoteReply,
)
from raft.runtime.link import PeerLink
from raft.runtime.replies import ReplyRoutes
from raft.runtime.secret import ClusterSecret
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


class PeerTransport:
    """Carries messages between `node_id` and `peers`, a mapping of node id to "host:port".

    Requests leave on streams that this node opens; replies to a peer's requests leave on the streams that the
    peer opened, through the RaftServicer that shares this transport. Both are lossy and never block. Calls in
    either direction show `secret`.
    """

    def __init__(self, node_id: NodeId, peers: Mapping[NodeId, str], secret: ClusterSecret) -> None:
        self.node_id = node_id
        self.secret = secret
        self.peers = {peer: address for peer, address in peers.items() if peer != node_id}
        self.replies = ReplyRoutes()
        self._links: dict[NodeId, PeerLink] = {}
        self._receive: Callable[[Message], None] | None = None

    def start(self, receive: Callable[[Message], None]) -> None:
        """Open the links, on the running event loop. `receive` is called there with every message for this
        node."""
        self._receive = receive
        for peer, address in self.peers.items():
            channel = grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS)
            self._links[peer] = PeerLink(self.node_id, peer, channel, self.secret, receive)

    def send(self, message: Message) -> None:
        """Dropped when its peer is away or slow, or the transport not started."""
        match message:
            case AppendEntries() | ProposeRequest() | ReadIndexRequest() | RequestVote():
                if (link := self._links.get(message.to)) is not None:
                    link.send(message)
            case AppendEntriesReply() | ProposeReply() | ReadIndexReply() | RequestVoteReply():
                self.replies.send(message)

    def receive(self, message: Message) -> None:
        """A peer's request has arrived. Dropped while the transport is not started."""
        if self._receive is not None:
            self._receive(message)

    async def close(self) -> None:
        """Nothing is sent or received from now on. Idempotent."""
        self._receive = None
        links, self._links = self._links, {}
        for link in links.values():
            await link.close()
