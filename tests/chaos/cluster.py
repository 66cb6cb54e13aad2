"""A real cluster whose nodes reach each other through proxies, and what was done to each of its nodes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

from lms_cluster.local.cluster import ClusterError, LocalCluster
from lms_cluster.local.process import Process
from protos import lms_pb2
from raft.types import NodeId
from tests.chaos.mesh import Mesh

T = TypeVar("T")

READY_SECONDS = 60.0
TERMINATE_SECONDS = 20.0
"""From SIGTERM to the end of the process, on a busy machine."""


class State(Enum):
    """What we did to a process; what it makes of that is its own."""

    DOWN = "down"
    STARTING = "starting"
    RUNNING = "running"
    STOPPED = "stopped"
    """By SIGSTOP."""


class ChaosCluster:
    """Nodes in processes of their own under one folder, started by `start`, and the `mesh` between them."""

    def __init__(self, local: LocalCluster, accuse: Callable[[str], None]) -> None:
        """`accuse` is told of every process that ended, or failed to end or to serve, without our doing."""
        self.local = local
        self.mesh = Mesh(local.config.addresses)
        self.states = dict.fromkeys(local.nodes, State.DOWN)
        self._accuse = accuse
        self._claimed: set[NodeId] = set()

    @classmethod
    def create(cls, folder: Path, node_count: int, accuse: Callable[[str], None]) -> ChaosCluster:
        return cls(LocalCluster.create(folder, node_count), accuse)

    async def start(self) -> None:
        """Raises ClusterError."""
        await self.mesh.start()
        for node_id in self.local.nodes:
            path = self._write_config(node_id)
            arguments = ("--config", str(path), "--node", node_id)
            self.local.nodes[node_id] = Process(node_id, "lms_cluster", arguments, self.local.folder / "run")
        await asyncio.gather(*(self.start_node(node_id) for node_id in self.local.nodes))
        await _blocking(self.local.wait_for_leader)

    async def close(self) -> None:
        for process in self.local.nodes.values():
            process.kill()
        await self.mesh.close()

    # --- what is done to one node; a caller claims it first ---

    @contextmanager
    def claimed(self, *node_ids: NodeId) -> Iterator[bool]:
        """Whether these nodes' processes are the caller's alone meanwhile; False when another has one."""
        free = self._claimed.isdisjoint(node_ids)
        if not free:
            yield False
            return
        self._claimed.update(node_ids)
        try:
            yield True
        finally:
            self._claimed.difference_update(node_ids)

    async def start_node(self, node_id: NodeId) -> None:
        """Start it, and wait until it serves. It is accused when it does not."""
        self.launch(node_id)
        process, address = self.local.node(node_id), self.local.address(node_id)
        try:
            await _blocking(self.local.wait_ready, [process], [address], READY_SECONDS)
        except ClusterError as error:
            self._accuse(str(error))
        self.states[node_id] = State.RUNNING

    def launch(self, node_id: NodeId) -> None:
        """Start it, and leave it to come up by itself."""
        self.states[node_id] = State.STARTING
        self.local.node(node_id).start()

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
            self._accuse(f"{node_id} ran on for {TERMINATE_SECONDS:.0f} s after SIGTERM:\n{lines}")
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
        running = [node_id for node_id, state in self.states.items() if state is State.RUNNING]
        answers = await asyncio.gather(*(_blocking(self.local.status, node_id) for node_id in running))
        leaders = [each for each in answers if each is not None and each.role == lms_pb2.NODE_ROLE_LEADER]
        return max(leaders, key=lambda each: each.term).node_id if leaders else None

    def quorums(self) -> list[frozenset[NodeId]]:
        """The majorities of which all run and nothing is wrong between any two."""
        running = [node_id for node_id, state in self.states.items() if state is State.RUNNING]
        majority = len(self.states) // 2 + 1
        return [frozenset(nodes) for nodes in combinations(running, majority) if self.mesh.can_talk(nodes)]

    async def watch_for_deaths(self) -> None:
        """Until cancelled: a process that ends by itself is noted, and started again."""
        while True:
            await asyncio.sleep(0.2)
            for node_id in self.states:
                if self._note_death(node_id):
                    with self.claimed(node_id) as free:
                        if free:
                            await self.start_node(node_id)

    async def wait_equal_state(self, seconds: float) -> str:
        """The state's hash, the same on all nodes. Raises ClusterError."""
        return await _blocking(self.local.wait_equal_state, seconds)

    def _note_death(self, node_id: NodeId) -> bool:
        process = self.local.node(node_id)
        if self.states[node_id] not in (State.RUNNING, State.STOPPED) or process.pid() is not None:
            return False
        self._accuse(f"{node_id} ended by itself. Its last words:\n{process.last_lines(15)}")
        self.states[node_id] = State.DOWN
        return True

    def _write_config(self, node_id: NodeId) -> Path:
        """The cluster as this node sees it: itself where it listens, the others behind their proxies."""
        text = (self.local.folder / "cluster.toml").read_text()
        for other, address in self.local.config.addresses.items():
            if other != node_id:
                text = text.replace(f'"{address}"', f'"{self.mesh.address(node_id, other)}"')
        path = self.local.folder / f"{node_id}.toml"
        path.write_text(text)
        return path


async def _blocking(call: Callable[..., T], *arguments: Any) -> T:
    return await asyncio.to_thread(call, *arguments)
