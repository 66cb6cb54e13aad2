"""What the driver asks of the wire between nodes, whoever carries it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from raft.messages import Message
from raft.runtime.snapshot_stream import ServeSnapshot, SnapshotStream
from raft.types import NodeId


class Transport(Protocol):
    """Messages may be lost, repeated, delayed and reordered."""

    @property
    def dropped(self) -> int:
        """Messages for which there was no way or no room."""
        ...

    def start(self, receive: Callable[[Message], None], serve_snapshot: ServeSnapshot) -> None:
        """On the running event loop, `receive` is called with every message for this node, `serve_snapshot`
        with every stream that brings a snapshot."""
        ...

    def set_peers(self, peers: Mapping[NodeId, str]) -> None:
        """To whom messages go from now on, and where they are, "" for "not known"; called whenever that
        changes, and first after `start`."""
        ...

    def send(self, message: Message) -> None:
        """Never blocks. Never a message about snapshots."""
        ...

    def open_snapshot(self, peer: NodeId) -> SnapshotStream:
        """A stream for one snapshot. Raises StreamBroken when there is no way to `peer`."""
        ...

    async def close(self) -> None:
        """Nothing is sent or received from now on. Idempotent."""
        ...
