"""Real nodes in one process: gRPC on loopback, files, and a state machine that remembers what it saw."""

from __future__ import annotations

import asyncio
import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

import grpc
from prometheus_client import CollectorRegistry

from lms_cluster.local.ports import free_ports
from protos.raft_pb2_grpc import add_RaftServiceServicer_to_server
from raft.config import Config
from raft.errors import RaftError, SnapshotDamaged
from raft.membership import Membership
from raft.runtime.driver import Driver
from raft.runtime.log_sizes import CompactionPolicy
from raft.runtime.metrics import Metrics
from raft.runtime.proposals import Applied
from raft.runtime.secret import ClusterSecret
from raft.runtime.server import RaftServicer
from raft.runtime.snapshot_limits import SnapshotLimits
from raft.runtime.transport import SERVER_OPTIONS, PeerTransport
from raft.types import Entry, EntryKind, Index, LogStore, NodeId, Role, Snapshot
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


@dataclass(frozen=True, slots=True)
class Options:
    tick_seconds: float = TICK_SECONDS
    compaction: CompactionPolicy = field(default_factory=CompactionPolicy)
    snapshot_limits: SnapshotLimits = field(default_factory=SnapshotLimits)


class WallClock:
    """The time of day, until somebody sets the clock."""

    def __init__(self) -> None:
        self.set_ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.set_ahead


class Memory:
    """A state machine that keeps every command; its answer is how many it has seen. What it held at the last
    checkpoint is in the file `path`, and that is what a snapshot is, too."""

    def __init__(self, path: Path, founders: Membership) -> None:
        self._path = path
        self.commands: list[bytes] = []
        self._applied = Snapshot(0, 0, founders)
        self.is_damaged = False
        """Whether it takes every snapshot for damaged."""
        if path.exists():
            self._load(path)

    def applied(self) -> Snapshot:
        return self._applied

    def apply(self, entries: Sequence[Entry]) -> list[bytes]:
        responses = []
        for entry in entries:
            assert entry.index == self._applied.index + 1
            membership = self._applied.membership
            if entry.kind is EntryKind.MEMBERSHIP:
                membership = Membership.decode(entry.data)
            self._applied = Snapshot(entry.index, entry.term, membership)
            if entry.kind is EntryKind.COMMAND:
                self.commands.append(entry.data)
            responses.append(b"%d" % len(self.commands) if entry.kind is EntryKind.COMMAND else b"")
        return responses

    def checkpoint(self) -> Index:
        beside = self._path.with_suffix(".new")
        written = self.write_snapshot(beside)
        beside.replace(self._path)
        return written.index

    def write_snapshot(self, path: Path) -> Snapshot:
        applied = self._applied
        count = len(self.commands)
        while applied is not self._applied:  # another thread applies
            applied, count = self._applied, len(self.commands)
        path.write_bytes(pickle.dumps((applied, self.commands[:count])))
        return applied

    def read_snapshot(self, path: Path) -> Snapshot:
        if self.is_damaged:
            raise SnapshotDamaged("as the test wants it")
        applied, _ = pickle.loads(path.read_bytes())
        assert isinstance(applied, Snapshot)
        return applied

    def install(self, path: Path) -> None:
        path.replace(self._path)
        self._load(self._path)

    def close(self) -> None:
        pass

    def _load(self, path: Path) -> None:
        self._applied, self.commands = pickle.loads(path.read_bytes())


class RunningNode:
    """One node with its server, from start to stop."""

    def __init__(
        self,
        node_id: NodeId,
        addresses: dict[NodeId, str],
        server: grpc.aio.Server,
        folder: Path,
        store: LogStore,
        options: Options,
    ) -> None:
        self.node_id = node_id
        self.memory = Memory(folder / "state", store.base().membership)
        self.store = store
        self.registry = CollectorRegistry()
        self.wall_clock = WallClock()
        self.snapshot_folder = folder / "snapshots"
        self._server = server
        self.transport = PeerTransport(node_id, addresses, SECRET)
        add_RaftServiceServicer_to_server(RaftServicer(self.transport), server)
        self.driver = Driver(
            Config(node_id),
            store,
            self.memory,
            self.transport,
            snapshot_folder=self.snapshot_folder,
            random=Random(node_id),
            tick_seconds=options.tick_seconds,
            compaction=options.compaction,
            snapshot_limits=options.snapshot_limits,
            metrics=Metrics(self.registry),
            wall_clock=self.wall_clock,
        )

    async def start(self) -> None:
        await self._server.start()
        await self.driver.start()

    async def stop(self) -> None:
        await self.driver.stop()
        await self._server.stop(None)
        self.store.close()

    def metric(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(name, labels) or 0.0

    def leads(self) -> bool:
        return self.driver.status().role is Role.LEADER

    async def propose(self, data: bytes) -> Applied:
        return await self.driver.propose(data, CALL_SECONDS)


class Cluster:
    """`async with Cluster(folder)`: the nodes n1, n2… run until the block ends."""

    def __init__(self, folder: Path, size: int = 3, options: Options = Options()) -> None:
        self._folder = folder
        self._options = options
        self._servers: dict[NodeId, grpc.aio.Server] = {}
        self.addresses: dict[NodeId, str] = {}
        self.nodes: dict[NodeId, RunningNode] = {}
        self.node_ids = [f"n{number}" for number in range(1, size + 1)]
        for node_id in self.node_ids:
            self.folder(node_id).mkdir(parents=True)
            SqliteLogStore.found(self.log_path(node_id), Membership(tuple(self.node_ids))).close()

    def folder(self, node_id: NodeId) -> Path:
        return self._folder / node_id

    def log_path(self, node_id: NodeId) -> Path:
        return self.folder(node_id) / "raft.db"

    async def __aenter__(self) -> Cluster:
        for node_id in self.node_ids:
            self.reserve(node_id)
        for node_id in self.node_ids:
            await self.start(node_id)
        return self

    async def __aexit__(self, *_: object) -> None:
        for node_id in list(self.nodes):
            await self.kill(node_id)

    def reserve(self, node_id: NodeId) -> str:
        """An address for `node_id`."""
        self._servers[node_id] = grpc.aio.server(options=SERVER_OPTIONS)
        (port,) = free_ports(1)
        self.addresses[node_id] = f"127.0.0.1:{port}"
        self._servers[node_id].add_insecure_port(self.addresses[node_id])
        return self.addresses[node_id]

    async def join(self, node_id: NodeId) -> None:
        """Start a node that is in no membership yet, on an empty disk."""
        self.reserve(node_id)
        self.folder(node_id).mkdir()
        await self.start(node_id)

    async def start(
        self, node_id: NodeId, wrap: Callable[[LogStore], LogStore] = lambda store: store
    ) -> None:
        """Start, or start again on the same address and files. `wrap` may put faults before the store."""
        server = self._servers.pop(node_id, None)
        if server is None:
            server = grpc.aio.server(options=SERVER_OPTIONS)
            server.add_insecure_port(self.addresses[node_id])
        store = wrap(SqliteLogStore(self.log_path(node_id)))
        node = RunningNode(node_id, self.addresses, server, self.folder(node_id), store, self._options)
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
