"""Whole clusters in one thread, every fault drawn from one seed, every invariant checked at every step. The
network drops, duplicates, delays and cuts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from raft import (
    Config,
    Entry,
    InstallSnapshot,
    Membership,
    MembershipChange,
    Message,
    Node,
    Proposal,
    ProposalResult,
    Ready,
    Role,
    Snapshot,
)
from raft.quorum import quorum_of
from tests.raft.invariants import Invariants
from tests.raft.machine import Machine

STEPS_PER_TICK = 4


@dataclass(frozen=True)
class Faults:
    """Probabilities per message; delays in steps, drawn evenly up to the maximum."""

    drop: float = 0.0
    duplicate: float = 0.0
    delay_max: int = 0
    sync_delay_max: int = 0


class Network:
    def __init__(
        self, size: int = 3, seed: int = 0, faults: Faults = Faults(), uncommitted_bytes_max: int = 128
    ) -> None:
        self._uncommitted_bytes_max = uncommitted_bytes_max
        self.random = Random(seed)
        self.faults = faults
        self.now = 0
        self.founders = Membership(tuple("abcdefg"[:size]))
        self.machines = {name: Machine(name, self.founders) for name in self.founders.voters}
        self.invariants = Invariants(self.machines)
        self.cuts: set[tuple[str, str]] = set()
        self.placed: dict[bytes, ProposalResult] = {}
        self.refused: dict[bytes, str] = {}
        self.changes: dict[int, ProposalResult] = {}
        self.read_indexes: dict[int, int | None] = {}
        self._flying: list[tuple[int, Message]] = []
        # The end of each stream that carries a snapshot: when, whose it is, to whom.
        self._streams: list[tuple[int, Node, str]] = []
        # By index and term: there is only one state for each.
        self._states: dict[tuple[int, int], tuple[Entry, ...]] = {}
        self._records: dict[str, list[Message]] = {}
        self._numbers = 0
        for name in self.machines:
            self.restart(name)

    @property
    def committed(self) -> list[Entry]:
        return self.invariants.committed

    # What a test does to the cluster

    def add_machine(self, name: str) -> None:
        """A new one, of no cluster yet, that runs."""
        self.machines[name] = Machine(name, self.founders)
        self.restart(name)

    def restart(self, name: str) -> None:
        config = Config(
            name,
            entries_bytes_max=64,
            inflight_messages_max=4,
            uncommitted_bytes_max=self._uncommitted_bytes_max,
        )
        self.machines[name].start(config, Random(self.random.getrandbits(32)))

    def crash(self, name: str, keep_pending_write: bool = False) -> None:
        machine = self.machines[name]
        if machine.ready is not None and keep_pending_write:
            if machine.ready.snapshot is not None and self.random.random() < 0.5:
                self._install(machine, machine.ready.snapshot)  # and no further
            else:
                self._write(machine, machine.ready)
        machine.stop()

    def wipe(self, name: str) -> None:
        """The disk is gone, and the machine starts with an empty one under its old name."""
        self.machines[name].stop()
        self.machines[name].wipe()
        self.restart(name)

    def cut(self, *names: str) -> None:
        """Cut these off from the others, not from each other."""
        for one in names:
            for other in set(self.machines) - set(names):
                self.cuts |= {(one, other), (other, one)}

    def heal(self) -> None:
        self.cuts.clear()

    def propose(self, name: str, data: bytes) -> None:
        self._numbers += 1
        self.machines[name].open_proposals[self._numbers] = data
        self.node(name).propose([Proposal(self._numbers, data)])

    def change(self, name: str, change: MembershipChange) -> int:
        """The change's id in `changes`, where its result will be."""
        self._numbers += 1
        self.machines[name].open_changes.add(self._numbers)
        self.node(name).change_membership(self._numbers, change)
        return self._numbers

    def read(self, name: str) -> int:
        """The read's id; it must see everything that is committed now."""
        self._numbers += 1
        self.machines[name].open_reads[self._numbers] = len(self.committed)
        self.node(name).read_index(self._numbers)
        return self._numbers

    def record(self, name: str) -> list[Message]:
        """A list that grows by every message that reaches `name` from now on."""
        return self._records.setdefault(name, [])

    def step(self) -> None:
        self.now += 1
        due = [message for at, message in self._flying if at <= self.now]
        self._flying = [flying for flying in self._flying if flying[0] > self.now]
        for message in due:
            node = self.machines[message.to].node
            if node is not None and (message.from_, message.to) not in self.cuts:
                node.step(message)
                self._records.get(message.to, []).append(message)
        for _, node, peer in [stream for stream in self._streams if stream[0] <= self.now]:
            node.snapshot_failed(peer)
        self._streams = [stream for stream in self._streams if stream[0] > self.now]
        for machine in self.machines.values():
            self._work(machine)
        self.invariants.check()

    def settle(self, steps: int = 60) -> None:
        """Let messages and disks finish, with no tick of the clock."""
        for _ in range(steps):
            self.step()

    def tick(self, count: int = 1) -> None:
        for _ in range(count):
            for machine in self.machines.values():
                if machine.node is not None:
                    machine.node.tick()
            for _ in range(STEPS_PER_TICK):
                self.step()

    def leader(self) -> str | None:
        """Who leads the latest term, followed by a quorum."""
        statuses = [machine.node.status() for machine in self.machines.values() if machine.node]
        leaders = [status for status in statuses if status.role is Role.LEADER]
        if not leaders:
            return None
        latest = max(leaders, key=lambda status: status.term)
        followers = {s.node_id for s in statuses if (s.leader_id, s.term) == (latest.node_id, latest.term)}
        return latest.node_id if quorum_of(latest.membership).agrees(followers) else None

    def elect(self, ticks_max: int = 200) -> str:
        """Tick until there is a leader, and everybody reachable knows it."""
        for _ in range(ticks_max):
            if (leader := self.leader()) is not None:
                self.settle()
                return leader
            self.tick()
        raise AssertionError(f"no leader within {ticks_max} ticks")

    def elect_only(self, name: str, voters: str, ticks_max: int = 100) -> None:
        """Let `name` win with these votes alone, the others cut off. It leads, and has not been heard yet."""
        self.heal()
        self.cut(name, *voters)
        for voter in (name, *voters):  # none of them remembers another leader
            self.crash(voter)
            self.restart(voter)
        for _ in range(ticks_max * STEPS_PER_TICK):
            if self.node(name).status().role is Role.LEADER:
                return
            if self.now % STEPS_PER_TICK == 0:
                self.node(name).tick()
            self.step()
        raise AssertionError(f"{name} was not elected within {ticks_max} ticks")

    def node(self, name: str) -> Node:
        node = self.machines[name].node
        assert node is not None
        return node

    # How machines work

    def _work(self, machine: Machine) -> None:
        if machine.node is None:
            return
        if machine.ready is not None and machine.ready_at <= self.now:
            ready, machine.ready = machine.ready, None
            self._write(machine, ready)
            machine.node.persisted(ready)
            self.invariants.check_granted(machine, ready)
            self._send(machine, ready.messages_after_durable)
            machine.applied += ready.committed
            machine.node.applied(ready)
        if machine.ready is None and machine.node.has_ready():
            machine.ready = ready = machine.node.ready()
            machine.ready_at = self.now + self.random.randint(0, self.faults.sync_delay_max)
            self.invariants.check_sent_at_once(machine, ready)
            self._send(machine, ready.messages)
            self._take_results(machine, ready)

    def _send(self, machine: Machine, messages: tuple[Message, ...]) -> None:
        for message in messages:
            assert message.from_ == machine.id
            sent = self._with_state(machine, message) if isinstance(message, InstallSnapshot) else message
            copies = 2 if self.random.random() < self.faults.duplicate else 1
            for _ in range(copies):
                if self.random.random() >= self.faults.drop:
                    delay = self.random.randint(0, self.faults.delay_max)
                    self._flying.append((self.now + 1 + delay, sent))

    def _with_state(self, machine: Machine, message: InstallSnapshot) -> InstallSnapshot:
        """The state as it is now goes along."""
        assert machine.node is not None
        state = machine.state()
        self._states[state.index, state.term] = tuple(machine.applied)
        patience = 4 * (1 + self.faults.delay_max + self.faults.sync_delay_max)
        self._streams.append((self.now + patience, machine.node, message.to))
        return replace(message, snapshot=state)

    def _write(self, machine: Machine, ready: Ready) -> None:
        if ready.snapshot is not None:
            self._install(machine, ready.snapshot)
            machine.disk.restore(ready.snapshot)
        machine.disk.append(ready.hard_state, ready.entries)
        self.invariants.check_written(machine, ready)

    def _install(self, machine: Machine, snapshot: Snapshot) -> None:
        machine.install(self._states[snapshot.index, snapshot.term])

    def _take_results(self, machine: Machine, ready: Ready) -> None:
        for result in ready.proposal_results:
            if result.id in machine.open_changes:
                machine.open_changes.remove(result.id)
                self.changes[result.id] = result
                continue
            data = machine.open_proposals.pop(result.id)  # a KeyError is a second result for one proposal
            if result.index:
                self.placed[data] = result
            else:
                self.refused[data] = result.refusal
        for read in ready.reads:
            committed_before = machine.open_reads.pop(read.id)
            assert read.index is None or read.index >= committed_before, "a stale read"
            self.read_indexes[read.id] = read.index

    # At the end

    def members(self) -> list[Machine]:
        """Those of the membership committed last."""
        leader = self.leader()
        assert leader is not None
        membership = self.node(leader).status().membership
        assert not membership.is_joint, "joint consensus was not left"
        return [self.machines[name] for name in membership.members]

    def check_end(self) -> None:
        """After a quiet end: all members hold the same log, and every answer given was true."""
        for machine in self.members():
            assert machine.applied == self.committed, f"{machine.id} did not apply every committed entry"
            assert machine.disk.hard_state().synced, f"{machine.id} still does not count"
        for machine in self.machines.values():
            assert not (machine.open_proposals or machine.open_reads or machine.open_changes), (
                "something asked was never answered"
            )
        at = {(entry.term, entry.index): entry.data for entry in self.committed}
        for data, result in self.placed.items():
            assert at.get((result.term, result.index), data) == data, "another's entry named as one's own"
        refused_for_good = {data for data, reason in self.refused.items() if reason != "unknown"}
        assert not refused_for_good & set(at.values()), "a refused proposal was committed"
        self.invariants.check_memberships(self.founders)
