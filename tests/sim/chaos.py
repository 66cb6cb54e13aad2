"""Everything that may go wrong in a cluster, each as one small deed. Only what the fault model permits: disks
are wiped while a majority of what every quorum rests on is left."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Final

from raft import NodeId, NotProposed, OutcomeUnknown
from raft.membership import Membership, MembershipChange
from raft.runtime.leadership import TransferFailed
from tests.sim.cluster import Cluster
from tests.sim.node import SimulatedNode
from tests.sim.process import Process
from tests.sim.profile import Profile
from tests.sim.quorums import agrees

CHANGE_SECONDS: Final = 3.0


class Chaos:
    """Each method in DEEDS does its worst once; False when there is nothing to do it to."""

    def __init__(self, cluster: Cluster, profile: Profile, random: Random) -> None:
        self._cluster = cluster
        self._network = cluster.network
        self._profile = profile
        self._random = random
        self._asked: dict[Process, Membership] = {}
        """What a leader was asked to change to, and has not answered yet."""

    def step(self) -> None:
        """One moment of chaos; what is down comes back now and then."""
        for kind, deed in DEEDS.items():
            if self._random.random() < self._profile.faults[kind]:
                detail = deed(self)
                if detail is not None:
                    self._cluster.fault(kind, detail)
        for node in self._cluster.nodes.values():
            if node.process is None and self._random.random() < 0.3:
                node.start()
        if self._random.random() < 0.15:
            self._cluster.heal()
        for node in self._cluster.nodes.values():
            if node.speed.is_hung and self._random.random() < 0.3:
                node.unhang()

    def memberships_asked_for(self) -> list[Membership]:
        """What leaders that still run were asked to change to, and may yet begin."""
        self._asked = {process: asked for process, asked in self._asked.items() if not process.is_dead}
        return list(self._asked.values())

    # Processes

    def crash(self) -> str | None:
        return self._down(power_is_lost=False)

    def lose_power(self) -> str | None:
        return self._down(power_is_lost=True)

    def crash_all(self) -> str | None:
        for node in self._cluster.running():
            node.crash(power_is_lost=self._random.random() < 0.5)
        return "everybody"

    def stall(self) -> str | None:
        node = self._any()
        if node is None or node.process is None:
            return None
        node.process.stall(self._cluster.loop, self._random.uniform(0.1, 3.0))
        return node.id

    # Disks

    def hang_disk(self) -> str | None:
        if (node := self._any()) is None:
            return None
        node.hang()
        return node.id

    def slow_disk(self) -> str | None:
        if (node := self._any()) is None:
            return None
        node.speed.seconds = self._random.choice((0.001, 0.001, 0.01, 0.1, 0.4))
        return node.id

    def fail_disk(self) -> str | None:
        if (node := self._any()) is None:
            return None
        node.fail_next_write()
        return node.id

    def wipe_disk(self) -> str | None:
        node = self._random.choice(list(self._cluster.nodes.values()))
        if not self._may_wipe(node):
            return None
        node.crash(power_is_lost=True)
        node.wipe()
        return node.id

    # Links

    def partition(self) -> str | None:
        names = list(self._cluster.nodes)
        if len(names) < 2:
            return None
        group = self._random.sample(names, self._random.randint(1, len(names) - 1))
        self._cluster.isolate(*(self._cluster.nodes[name] for name in group))
        return " ".join(sorted(group))

    def cut_one_way(self) -> str | None:
        if (link := self._any_link()) is None:
            return None
        self._network.cuts.add(link)
        return f"{link[0]}>{link[1]}"

    def mute(self) -> str | None:
        """A node that hears and is not heard, or the other way around."""
        names = list(self._cluster.nodes)
        if len(names) < 2:
            return None
        victim, is_deaf = self._random.choice(names), self._random.random() < 0.5
        for other in names:
            if other != victim:
                self._network.cuts.add((other, victim) if is_deaf else (victim, other))
        return f"{victim} {'hears nothing' if is_deaf else 'is not heard'}"

    def clog(self) -> str | None:
        """Links are clogged one by one, and unclogged in another order."""
        if (link := self._any_link()) is None:
            return None
        self._network.clog(link)
        clogged = self._network.clogged()
        if len(clogged) > 3 or self._random.random() < 0.3:
            self._network.unclog(self._random.choice(clogged))
        return f"{link[0]}>{link[1]}"

    # Operators

    def transfer(self) -> str | None:
        leader = self._cluster.leader()
        if leader is None or leader.driver is None:
            return None
        target = self._random.choice([None, *self._cluster.nodes])
        self._begin(leader, lambda: _transfer(leader, target))
        return f"{leader.id} to {target}"

    def change_membership(self) -> str | None:
        leader = self._cluster.leader()
        if leader is None or leader.driver is None or leader.process is None:
            return None
        now = leader.driver.status().membership
        if now.is_joint or (change := self._draw_change(now)) is None:
            return None
        after = now.changed(change)
        if not agrees(after, self._whole()):
            return None  # more disks are lost than those who stay can bear
        self._asked[leader.process] = after
        self._begin(leader, lambda: self._change(leader, change))
        return f"{change}"

    def _draw_change(self, now: Membership) -> MembershipChange | None:
        random, names = self._random, list(self._cluster.nodes)
        strangers = [name for name in names if name not in now.members]
        joins, goes = [], []
        if strangers and random.random() < 0.7:
            joins = random.sample(strangers, random.randint(1, len(strangers)))
        promoted = [name for name in now.learners if random.random() < 0.7]
        if len(now.voters) + len(promoted) > 1 and random.random() < 0.5:
            goes = random.sample(now.voters, random.randint(1, max(1, len(now.voters) - 1)))
        if not (joins or promoted or goes) or len(now.voters) + len(promoted) <= len(goes):
            return None
        return MembershipChange(tuple((name, name) for name in joins), tuple(promoted), tuple(goes))

    # What it may be done to

    def _down(self, power_is_lost: bool) -> str | None:
        if (node := self._any()) is None:
            return None
        node.crash(power_is_lost)
        return node.id

    def _any(self) -> SimulatedNode | None:
        running = self._cluster.running()
        return self._random.choice(running) if running else None

    def _any_link(self) -> tuple[NodeId, NodeId] | None:
        names = list(self._cluster.nodes)
        if len(names) < 2:
            return None
        one, other = self._random.sample(names, 2)
        return one, other

    def _whole(self) -> set[NodeId]:
        """Those whose disks hold all that they ever promised."""
        return {node.id for node in self._cluster.nodes.values() if node.log.hard_state().synced}

    def _may_wipe(self, victim: SimulatedNode) -> bool:
        """Whether those who remain whole still make every quorum that may count, now or soon."""
        whole = self._whole() - {victim.id}
        memberships = [*self._cluster.checkers.memberships_in_force(), *self.memberships_asked_for()]
        return all(agrees(membership, whole) for membership in memberships)

    def _begin(self, node: SimulatedNode, call: Callable[[], object]) -> None:
        """An operator's call is work in the node's own process."""
        assert node.process is not None
        self._cluster.loop.spawn(node.process, call())  # type: ignore[arg-type]

    async def _change(self, leader: SimulatedNode, change: MembershipChange) -> None:
        assert leader.driver is not None and leader.process is not None
        process = leader.process
        with suppress(NotProposed, OutcomeUnknown):
            await leader.driver.change_membership(change, CHANGE_SECONDS)
        self._asked.pop(process, None)


async def _transfer(leader: SimulatedNode, target: NodeId | None) -> None:
    assert leader.driver is not None
    with suppress(TransferFailed):
        await leader.driver.transfer_leadership(target, CHANGE_SECONDS)


DEEDS: Final[dict[str, Callable[[Chaos], str | None]]] = {
    "crash": Chaos.crash,
    "power lost": Chaos.lose_power,
    "all crash": Chaos.crash_all,
    "event loop stalled": Chaos.stall,
    "disk hung": Chaos.hang_disk,
    "disk slowed": Chaos.slow_disk,
    "disk failed": Chaos.fail_disk,
    "disk wiped": Chaos.wipe_disk,
    "partition": Chaos.partition,
    "cut one way": Chaos.cut_one_way,
    "mute or deaf": Chaos.mute,
    "link clogged": Chaos.clog,
    "leadership transfer": Chaos.transfer,
    "membership change": Chaos.change_membership,
}
