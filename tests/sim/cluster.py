"""A whole cluster under simulation: nodes, network, clients, and the checkers that watch all of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

import structlog

from raft import NodeId
from raft.membership import Membership
from tests.sim.checkers import Checkers
from tests.sim.guard import sealed
from tests.sim.linearizability import check
from tests.sim.loop import SimulatedLoop
from tests.sim.network import Network, Weather
from tests.sim.node import TICK_SECONDS, SimulatedNode
from tests.sim.register_machine import Registers
from tests.sim.registers import CompareAndSet, RegisterInput, RegisterModel
from tests.sim.subject import Subject
from tests.sim.trace import Trace
from tests.sim.workload import Workload

POLL_SECONDS: Final = 0.02
CALL_SECONDS: Final = 2.0
NEVER: Final = 2**30
"""The value of no register."""

Result = TypeVar("Result")


class Violated(AssertionError):
    """What was promised did not hold. Tells seed and place, so that it can be played again."""


class Cluster:
    """`size` voters n1, n2 …, founded and not started. Everything that is drawn is drawn from `seed`."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        size: int,
        weather: Weather | None = None,
        tail_entries: int = 10_000,
        subject: Subject | None = None,
    ) -> None:
        self.seed = seed
        self.subject = subject or Registers()
        self.loop = SimulatedLoop()
        self.trace = Trace()
        self.random = Random(f"{seed} cluster")
        self.network = Network(self.loop, Random(f"{seed} network"), self.trace, weather or Weather())
        self.nodes: dict[NodeId, SimulatedNode] = {}
        self.checkers = Checkers(self.loop, self.trace, self.nodes)
        self.workload = Workload(self.loop, Random(f"{seed} clients"), self.subject, self.running)
        self.network.on_send = self.checkers.sent
        self.ticks = 0
        self._folder = folder
        self._tail_entries = tail_entries
        self._asked = 0
        names = [f"n{number}" for number in range(1, size + 1)]
        founders = Membership(voters=tuple(names), addresses=tuple((name, name) for name in names))
        for name in names:
            self.add_node(name, founders)

    # Its parts

    def add_node(self, node_id: NodeId, founders: Membership | None = None) -> SimulatedNode:
        """A machine; it becomes a member when the membership says so."""
        random = Random(f"{self.seed} {node_id}")
        node = SimulatedNode(
            node_id,
            founders,
            self.loop,
            self.network,
            random,
            self._folder,
            self._tail_entries,
            self.subject,
        )
        node.log.on_append = lambda *written: self.checkers.appended(node_id, *written)
        node.log.on_restore = lambda base: self.checkers.restored(node_id, base)
        node.on_start = self._watch
        node.on_failure = self._failed
        self.nodes[node_id] = node
        return node

    def running(self) -> list[SimulatedNode]:
        return [node for node in self.nodes.values() if node.is_running]

    def leader(self) -> SimulatedNode | None:
        """The one that leads in the latest term that has a leader."""
        leaders = [node for node in self.running() if node.leads]
        return max(leaders, key=lambda node: node.driver.status().term if node.driver else 0, default=None)

    def fault(self, kind: str, detail: str = "") -> None:
        self.trace.fault(self.loop.now, kind, detail)

    # Its life

    def run(self, story: Coroutine[Any, Any, Result]) -> Result | None:
        """Play `story` to its end, or to the first violation: then None."""
        with sealed(self.loop, Random(f"{self.seed} entropy")), _silence():
            playing = self.loop.create_task(story)
            playing.add_done_callback(lambda _: self.loop.stop())
            self.loop.after(TICK_SECONDS, self._tick)
            try:
                self.loop.run_forever()
                if self.loop.failure is not None:
                    raise self.loop.failure
                return None if self.checkers.violations else playing.result()
            finally:
                self.loop.close()

    def start(self) -> None:
        for node in self.nodes.values():
            node.start()

    async def until(self, holds: Callable[[], Result | None], seconds: float = 20.0) -> Result:
        """Let the cluster live until `holds` gives anything but None and False. Raises Violated."""
        end = self.loop.now + seconds
        while True:
            if (found := holds()) is not None and found is not False:
                return found
            if self.loop.now >= end:
                raise Violated(f"not within {seconds} s; seed {self.seed}, {self.trace}")
            await asyncio.sleep(POLL_SECONDS)

    async def elected(self, seconds: float = 20.0) -> SimulatedNode:
        """A leader whose term has a committed entry, so that it serves."""

        def serves() -> SimulatedNode | None:
            leader = self.leader()
            if leader is None or leader.driver is None or not self.checkers.committed:
                return None
            status = leader.driver.status()
            index = status.commit_index
            is_own = 0 < index <= len(self.checkers.committed)
            return leader if is_own and self.checkers.committed[index - 1].term == status.term else None

        return await self.until(serves, seconds)

    async def followed(self, seconds: float = 20.0) -> SimulatedNode:
        """A leader that serves, once all who run know it."""
        leader = await self.elected(seconds)
        await self.until(lambda: all(_follows(node, leader) for node in self.running()), seconds)
        return leader

    async def settled(self, seconds: float = 60.0) -> None:
        """All who run have applied all that is committed."""
        leader = await self.elected(seconds)
        await self.touch(leader)

        def is_equal() -> bool:
            return len({node.machine.chain for node in self.running() if node.machine is not None}) == 1

        await self.until(is_equal, seconds)

    async def ask(self, node: SimulatedNode, asked: RegisterInput) -> Any:
        """Propose through `node`; the state machine's answer. Raises NotProposed, OutcomeUnknown."""
        assert node.driver is not None
        self._asked += 1
        command = self.subject.encode(f"ask-{self._asked:04}", asked)
        return self.subject.decode((await node.driver.propose(command, CALL_SECONDS)).response)

    async def touch(self, node: SimulatedNode) -> None:
        """Have something applied through `node` that changes nothing. Raises NotProposed, OutcomeUnknown."""
        assert node.driver is not None
        self._asked += 1
        command = self.subject.encode(f"touch-{self._asked:04}", CompareAndSet("k0", NEVER, 0))
        await node.driver.propose(command, CALL_SECONDS)

    async def read(self, node: SimulatedNode, key: str) -> int:
        """A linearizable read. Raises ReadUnavailable."""
        assert node.driver is not None and node.machine is not None
        machine = node.machine
        await node.driver.read_index(CALL_SECONDS)
        return machine.value(key)

    def isolate(self, *group: SimulatedNode) -> None:
        """Cut every link between the group and the rest, both ways."""
        inside = {node.id for node in group}
        for one in self.nodes:
            for other in self.nodes:
                if (one in inside) != (other in inside):
                    self.network.cuts.add((one, other))

    def heal(self) -> None:
        self.network.cuts.clear()
        for link in self.network.clogged():
            self.network.unclog(link)

    def judge_history(self) -> None:
        """No acknowledged write is lost, none is stale, nothing happened twice."""
        if (violation := check(self.workload.history, RegisterModel())) is not None:
            self.checkers.violate(str(violation))

    def assert_clean(self) -> None:
        """Raises Violated."""
        if self.checkers.violations:
            recent = "\n  ".join(self.trace.recent)
            raise Violated(f"{self.checkers.violations[0]}\nseed {self.seed}, {self.trace}\n  {recent}")

    def _watch(self, node: SimulatedNode) -> None:
        assert node.machine is not None
        node.machine.on_applied = lambda entry, chain: self.checkers.applied(node.id, entry, chain)
        node.machine.on_effect = self.checkers.took_effect

    def _failed(self, node: SimulatedNode, failure: BaseException) -> None:
        self.checkers.violate(f"{node.id} stopped itself: {type(failure).__name__}: {failure}")

    def _tick(self) -> None:
        self.ticks += 1
        self.checkers.look()
        self.loop.after(TICK_SECONDS, self._tick)


def play(
    story: Callable[[Cluster], Coroutine[Any, Any, None]],
    *,
    size: int = 3,
    seed: int = 1,
    weather: Weather | None = None,
    tail_entries: int = 10_000,
    prepare: Callable[[Cluster], None] = lambda cluster: None,
) -> Cluster:
    """Run one scenario to its end, and hold it to every invariant and a linearizable history. `prepare` is
    called before anything runs. Raises Violated."""
    with memory_folder() as folder:
        cluster = Cluster(folder, seed, size, weather, tail_entries)

        async def whole() -> None:
            prepare(cluster)
            cluster.start()
            await story(cluster)
            await cluster.workload.stop()

        cluster.run(whole())
        if not cluster.checkers.violations:
            cluster.judge_history()
        cluster.assert_clean()
        return cluster


def _follows(node: SimulatedNode, leader: SimulatedNode) -> bool:
    return node.driver is not None and node.driver.status().leader_id == leader.id


@contextmanager
def memory_folder() -> Iterator[Path]:
    """Snapshots pass through files; these need not reach a real disk."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@contextmanager
def _silence() -> Iterator[None]:
    """Nodes that are broken on purpose have much to say, and formatting it costs more than running them."""
    before = structlog.get_config()
    structlog.configure(
        processors=[_drop], wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
    )
    try:
        yield
    finally:
        structlog.configure(**before)


def _drop(_: object, __: str, ___: structlog.typing.EventDict) -> structlog.typing.EventDict:
    raise structlog.DropEvent
