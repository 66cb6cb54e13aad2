"""Real nodes in one process: gRPC on loopback, files, and a state machine that remembers what it saw."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import TypeVar

import grpc

from protos.raft_pb2_grpc import add_RaftServiceServicer_to_server
from raft.config import Config
from raft.errors import RaftError
from raft.runtime.driver import Driver
from raft.runtime.proposals import Applied
from raft.runtime.secret import ClusterSecret
from raft.runtime.server import RaftServicer
from raft.runtime.transport import SERVER_OPTIONS, PeerTransport
from raft.types import Entry, EntryKind, Index, LogStore, NodeId, Role
from storage.log_store import SqliteLogStore

PATIENCE_SECONDS = 30.0
CALL_SECONDS = 5.0
TICK_SECONDS = 0.02
SECRET = ClusterSecret("the-secret-of-the-nodes-in-the-tests")

Found = TypeVar("Found")


async def eventually(look: Callable[[], Found | None]) -> Found:
    """The first thing that `look` finds: anything but None and False."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if (found := look()) is not None and found is not False:
                return found
            await asyncio.sleep(0.005)


class Memory:
    """A state machine that keeps every command; its answer is how many it has seen."""

    def __init__(self) -> None:
        self.commands: list[bytes] = []
        self._applied_index = 0

    def applied_index(self) -> Index:
        return self._applied_index

    def apply(self, entries: Sequence[Entry]) -> list[bytes]:
        responses = []
        for entry in entries:
            assert entry.index == self._applied_index + 1
            self._applied_index = entry.index
            if entry.kind is EntryKind.COMMAND:
                self.commands.append(entry.data)
            responses.append(b"%d" % len(self.commands) if entry.kind is EntryKind.COMMAND else b"")
        return responses

    def close(self) -> None:
        pass


class RunningNode:
    """One node with its server, from start to stop."""

    def __init__(
        self,
        node_id: NodeId,
        addresses: dict[NodeId, str],
        server: grpc.aio.Server,
        store: LogStore,
        tick_seconds: float,
    ) -> None:
        self.node_id = node_id
        self.memory = Memory()
        self.store = store
        self._server = server
        transport = PeerTransport(node_id, addresses, SECRET)
        add_RaftServiceServicer_to_server(RaftServicer(transport), server)
        self.driver = Driver(
            Config(node_id, tuple(addresses)),
            store,
            self.memory,
            transport,
            tick_seconds=tick_seconds,
            random=Random(node_id),
        )

    async def start(self) -> None:
        await self._server.start()
        await self.driver.start()

    async def stop(self) -> None:
        await self.driver.stop()
        await self._server.stop(None)
        self.store.close()

    def leads(self) -> bool:
        return self.driver.status().role is Role.LEADER

    async def propose(self, data: bytes) -> Applied:
        return await self.driver.propose(data, CALL_SECONDS)


class Cluster:
    """`async with Cluster(folder)`: the nodes n1, n2… run until the block ends."""

    def __init__(self, folder: Path, size: int = 3, tick_seconds: float = TICK_SECONDS) -> None:
        self._folder = folder
        self._tick_seconds = tick_seconds
        self._servers: dict[NodeId, grpc.aio.Server] = {}
        self.addresses: dict[NodeId, str] = {}
        self.nodes: dict[NodeId, RunningNode] = {}
        self.node_ids = [f"n{number}" for number in range(1, size + 1)]

    async def __aenter__(self) -> Cluster:
        for node_id in self.node_ids:
            self._servers[node_id] = grpc.aio.server(options=SERVER_OPTIONS)
            port = self._servers[node_id].add_insecure_port("127.0.0.1:0")
            self.addresses[node_id] = f"127.0.0.1:{port}"
        for node_id in self.node_ids:
            await self.start(node_id)
        return self

    async def __aexit__(self, *_: object) -> None:
        for node_id in list(self.nodes):
            await self.kill(node_id)

    async def start(
        self, node_id: NodeId, wrap: Callable[[LogStore], LogStore] = lambda store: store
    ) -> None:
        """Start, or start again on the same address and files. `wrap` may put faults before the store."""
        server = self._servers.pop(node_id, None)
        if server is None:
            server = grpc.aio.server(options=SERVER_OPTIONS)
            server.add_insecure_port(self.addresses[node_id])
        store = wrap(SqliteLogStore(self._folder / f"{node_id}.db"))
        node = RunningNode(node_id, self.addresses, server, store, self._tick_seconds)
        await node.start()
        self.nodes[node_id] = node

    async def kill(self, node_id: NodeId) -> None:
        await self.nodes.pop(node_id).stop()

    async def leader(self) -> RunningNode:
        """The node that leads in the latest term, once all who run follow it."""

        def agreed() -> RunningNode | None:
            statuses = [node.driver.status() for node in self.nodes.values()]
            leaders = {status.leader_id for status in statuses}
            terms = {status.term for status in statuses}
            if len(leaders) > 1 or len(terms) > 1:
                return None
            return next((node for node in self.nodes.values() if node.leads()), None)

        return await eventually(agreed)

    async def propose_anywhere(self, data: bytes) -> Applied:
        """Through any node, again and again until it is acknowledged: it may be applied more than once."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for node in list(self.nodes.values()):
                    try:
                        return await node.driver.propose(data, 1.0)
                    except RaftError:
                        await asyncio.sleep(0.02)
