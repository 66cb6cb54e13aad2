"""A real cluster whose nodes reach each other through proxies, and what was done to each of its nodes."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

from lms_cluster.local.cluster import CLUSTER_FILE, ClusterError, LocalCluster
from lms_cluster.local.cluster_file import add_node
from lms_cluster.local.ports import free_ports
from lms_cluster.local.process import Process
from protos.lms_pb2 import NODE_ROLE_LEADER, GetClusterStatusResponse
from raft.types import NodeId
from tests.chaos.mesh import Mesh

T = TypeVar("T")

READY_SECONDS = 60.0
WATCH_SECONDS = 0.2
TERMINATE_SECONDS = 20.0
"""From SIGTERM to the end of the process, on a busy machine."""


class State(Enum):
    """What we did to a node; what it makes of that is its own."""

    SPARE = "spare"
    """No member of the cluster: its disk is empty, and it does not run."""
    DOWN = "down"
    STARTING = "starting"
    """Or given the state anew: nothing can be expected of it yet."""
    RUNNING = "running"
    STOPPED = "stopped"
    """By SIGSTOP."""


class ChaosCluster:
    """Nodes in processes of their own under one folder, started by `start`, and the `mesh` between them."""

    def __init__(self, local: LocalCluster, accuse: Callable[[str], None]) -> None:
        """`accuse` is told of every process that ended, or failed to end or to serve, without our doing."""
        self.local = local
        self.mesh = Mesh(local.config.addresses)
        self.accuse = accuse
        self.states = dict.fromkeys(local.nodes, State.DOWN)
        self.voters = [frozenset(local.nodes)]
        """Who may have a vote at the moment: both memberships while one gives way to another."""
        self._claimed: set[str] = set()

    @classmethod
    def create(cls, folder: Path, node_count: int, accuse: Callable[[str], None]) -> ChaosCluster:
        """Of `node_count` members, and a spare node."""
        founders = LocalCluster.create(folder, node_count).nodes
        spare = f"n{node_count + 1}"
        (port,) = free_ports(1)
        add_node(folder / CLUSTER_FILE, spare, f"127.0.0.1:{port}")
        cluster = cls(LocalCluster.open(folder), accuse)
        cluster.voters = [frozenset(founders)]
        cluster.set_aside(spare)
        return cluster

    async def start(self) -> None:
        """The members. Raises ClusterError."""
        await self.mesh.start()
        for node_id in self.states:
            self._write_config(node_id)
        await asyncio.gather(*(self.start_node(node_id) for node_id in self.members))
        await _blocking(self.local.wait_for_leader)

    async def close(self) -> None:
        for process in self.local.nodes.values():
            process.kill()
        await self.mesh.close()

    @property
    def members(self) -> list[NodeId]:
        return [node_id for node_id, state in self.states.items() if state is not State.SPARE]

    @property
    def spare(self) -> NodeId | None:
        """None while it joins."""
        return next((node_id for node_id, state in self.states.items() if state is State.SPARE), None)

    # --- what is done to one node; a caller claims it first ---

    @contextmanager
    def claimed(self, *names: str) -> Iterator[bool]:
        """Whether these nodes' processes are the caller's alone meanwhile; False when another has one."""
        free = self._claimed.isdisjoint(names)
        if not free:
            yield False
            return
        self._claimed.update(names)
        try:
            yield True
        finally:
            self._claimed.difference_update(names)

    def set_aside(self, node_id: NodeId) -> None:
        """It is no member from now on, and must not run."""
        self.wipe(node_id)
        del self.local.nodes[node_id]
        self.states[node_id] = State.SPARE

    def wipe(self, node_id: NodeId) -> None:
        """Its disk is lost. It must not run."""
        shutil.rmtree(self.local.config.node(node_id).data, ignore_errors=True)

    async def start_node(self, node_id: NodeId) -> None:
        """Start it, and wait until it serves. It is accused when it does not."""
        self.launch(node_id)
        process, address = self.local.node(node_id), self.local.address(node_id)
        try:
            await _blocking(self.local.wait_ready, [process], [address], READY_SECONDS)
        except ClusterError as error:
            self.accuse(str(error))
        self.states[node_id] = State.RUNNING

    def launch(self, node_id: NodeId, *options: str) -> None:
        """Start it, and leave it to come up by itself."""
        path = self.local.folder / f"{node_id}.toml"
        arguments = ("--config", str(path), "--node", node_id, *options)
        process = Process(node_id, "lms_cluster", arguments, self.local.folder / "run")
        self.local.nodes[node_id] = process
        self.states[node_id] = State.STARTING
        process.start()

    async def kill(self, node_id: NodeId) -> None:
        """SIGKILL."""
        self._note_death(node_id)
        self.states[node_id] = State.DOWN
        await _blocking(self.local.node(node_id).kill)

    async def terminate(self, node_id: NodeId) -> None:
        """SIGTERM. A node that does not end then is accused, and killed."""
        self._note_death(node_id)
        self.states[node_id] = State.DOWN
        process = self.local.node(node_id)
        process.signal(signal.SIGTERM)
        if not await _blocking(process.wait, TERMINATE_SECONDS):
            lines = process.last_lines(15)
            self.accuse(f"{node_id} ran on for {TERMINATE_SECONDS:.0f} s after SIGTERM:\n{lines}")
            await _blocking(process.kill)

    def stop(self, node_id: NodeId) -> None:
        self.states[node_id] = State.STOPPED
        self.local.node(node_id).signal(signal.SIGSTOP)

    def resume(self, node_id: NodeId) -> None:
        self.local.node(node_id).signal(signal.SIGCONT)
        self.states[node_id] = State.RUNNING

    # --- what is known of all of them ---

    async def leader(self) -> NodeId | None:
        """Of the nodes that run, the one that leads in the newest term any of them knows of."""
        answers = await asyncio.gather(*(self.status(node_id) for node_id in self._running()))
        leaders = [each for each in answers if each is not None and each.role == NODE_ROLE_LEADER]
        return max(leaders, key=lambda each: each.term).node_id if leaders else None

    async def status(self, node_id: NodeId) -> GetClusterStatusResponse | None:
        """The node's own view; None when it does not answer."""
        return await _blocking(self.local.status, node_id)

    def quorums(self) -> list[frozenset[NodeId]]:
        """The smallest sets of nodes that run, that are a majority whoever has a vote, and between whom
        nothing is wrong."""
        running = self._running()
        found: list[frozenset[NodeId]] = []
        for nodes in (frozenset(each) for size in range(1, 8) for each in combinations(running, size)):
            is_quorum = all(2 * len(nodes & voters) > len(voters) for voters in self.voters)
            if is_quorum and not any(quorum < nodes for quorum in found) and self.mesh.can_talk(nodes):
                found.append(nodes)
        return found

    async def watch_for_deaths(self) -> None:
        """Until cancelled."""
        while True:
            await self.restart_dead()
            await asyncio.sleep(WATCH_SECONDS)

    async def restart_dead(self) -> None:
        """A process that ended by itself is accused, and started again."""
        for node_id in self.members:
            with self.claimed(node_id) as free:
                if free and self._note_death(node_id):
                    await self.start_node(node_id)

    async def wait_equal_state(self, seconds: float) -> str:
        """The state's hash, the same on all nodes. Raises ClusterError."""
        return await _blocking(self.local.wait_equal_state, seconds)

    def critical_lines(self) -> list[str]:
        """Of all logs: a node that logs one is in doubt about itself, even where it then went on."""
        lines = [line for log in self.local.folder.glob("run/*.log") for line in log.read_text().splitlines()]
        return [line for line in lines if '"level": "critical"' in line]

    def _running(self) -> list[NodeId]:
        return [node_id for node_id, state in self.states.items() if state is State.RUNNING]

    def _note_death(self, node_id: NodeId) -> bool:
        if self.states[node_id] not in (State.RUNNING, State.STOPPED):
            return False
        process = self.local.node(node_id)
        if process.pid() is not None:
            return False
        self.accuse(f"{node_id} ended by itself. Its last words:\n{process.last_lines(15)}")
        self.states[node_id] = State.DOWN
        return True

    def _write_config(self, node_id: NodeId) -> None:
        """The cluster as this node sees it: itself where it listens, the others behind their proxies."""
        text = (self.local.folder / CLUSTER_FILE).read_text()
        for other, address in self.local.config.addresses.items():
            if other != node_id:
                text = text.replace(f'"{address}"', f'"{self.mesh.address(node_id, other)}"')
        (self.local.folder / f"{node_id}.toml").write_text(text)


async def _blocking(call: Callable[..., T], *arguments: Any) -> T:
    return await asyncio.to_thread(call, *arguments)
