"""Whole clusters in one thread, every fault drawn from one seed, every invariant checked at every step.

A machine is a node, a disk and the entries it applied. Its Ready is on the way to the disk for some steps; a
crash in that time loses the write, or keeps it unconfirmed. The network drops, duplicates, delays and cuts.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Config,
    Entry,
    Message,
    Node,
    Proposal,
    ProposalResult,
    Ready,
    RequestVote,
    RequestVoteReply,
    Role,
)
from tests.raft.disk import Disk

STEPS_PER_TICK = 4


@dataclass(frozen=True)
class Faults:
    """Probabilities per message; delays in steps, drawn evenly up to the maximum."""

    drop: float = 0.0
    duplicate: float = 0.0
    delay_max: int = 0
    sync_delay_max: int = 0


class Machine:
    def __init__(self, node_id: str, voters: str) -> None:
        self.id = node_id
        self.disk = Disk(voters=voters)
        self.applied: list[Entry] = []
        self.node: Node | None = None
        self.ready: Ready | None = None
        self.ready_at = 0
        self.seen = (0, 0)
        self.open_proposals: dict[int, bytes] = {}
        self.open_reads: dict[int, int] = {}


class Network:
    def __init__(
        self, size: int = 3, seed: int = 0, faults: Faults = Faults(), uncommitted_bytes_max: int = 128
    ) -> None:
        self._uncommitted_bytes_max = uncommitted_bytes_max
        self.random = Random(seed)
        self.faults = faults
        self.now = 0
        voters = "abcdefg"[:size]
        self.machines = {name: Machine(name, voters) for name in voters}
        self.cuts: set[tuple[str, str]] = set()
        self.committed: list[Entry] = []
        self.placed: dict[bytes, ProposalResult] = {}
        self.refused: dict[bytes, str] = {}
        self.read_indexes: dict[int, int | None] = {}
        self._flying: list[tuple[int, Message]] = []
        self._leaders: dict[int, str] = {}
        self._written: dict[tuple[int, int], tuple[int, bytes]] = {}
        self._numbers = 0
        for name in self.machines:
            self.restart(name)

    # What a test does to the cluster

    def restart(self, name: str) -> None:
        machine = self.machines[name]
        config = Config(
            name,
            entries_bytes_max=64,
            inflight_messages_max=4,
            uncommitted_bytes_max=self._uncommitted_bytes_max,
        )
        machine.node = Node(config, machine.disk, len(machine.applied), Random(self.random.getrandbits(32)))
        machine.seen = (0, 0)

    def crash(self, name: str, keep_pending_write: bool = False) -> None:
        machine = self.machines[name]
        if machine.ready is not None and keep_pending_write:
            self._write(machine, machine.ready)
        machine.node = machine.ready = None
        machine.open_proposals.clear()
        machine.open_reads.clear()

    def cut(self, *names: str) -> None:
        """Cut these off from the others, not from each other."""
        for one in names:
            for other in set(self.machines) - set(names):
                self.cuts |= {(one, other), (other, one)}

    def heal(self) -> None:
        self.cuts.clear()

    def propose(self, name: str, data: bytes) -> None:
        machine = self.machines[name]
        assert machine.node is not None
        self._numbers += 1
        machine.open_proposals[self._numbers] = data
        machine.node.propose([Proposal(self._numbers, data)])

    def read(self, name: str) -> int:
        """The read's id; it must see everything that is committed now."""
        machine = self.machines[name]
        assert machine.node is not None
        self._numbers += 1
        machine.open_reads[self._numbers] = len(self.committed)
        machine.node.read_index(self._numbers)
        return self._numbers

    def step(self) -> None:
        self.now += 1
        due = [message for at, message in self._flying if at <= self.now]
        self._flying = [flying for flying in self._flying if flying[0] > self.now]
        for message in due:
            node = self.machines[message.to].node
            if node is not None and (message.from_, message.to) not in self.cuts:
                node.step(message)
        for machine in self.machines.values():
            self._work(machine)
        self.check()

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
        """Who leads the latest term, followed by a majority."""
        statuses = [machine.node.status() for machine in self.machines.values() if machine.node]
        leaders = [status for status in statuses if status.role is Role.LEADER]
        if not leaders:
            return None
        latest = max(leaders, key=lambda status: status.term)
        followers = sum((s.leader_id, s.term) == (latest.node_id, latest.term) for s in statuses)
        return latest.node_id if 2 * followers > len(self.machines) else None

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
            self._send(machine, ready.messages_after_durable)
            machine.applied += ready.committed
            machine.node.applied(ready)
        if machine.ready is None and machine.node.has_ready():
            machine.ready = ready = machine.node.ready()
            machine.ready_at = self.now + self.random.randint(0, self.faults.sync_delay_max)
            self._check_sent_at_once(machine, ready)
            self._send(machine, ready.messages)
            self._take_results(machine, ready)

    def _send(self, machine: Machine, messages: tuple[Message, ...]) -> None:
        for message in messages:
            assert message.from_ == machine.id
            copies = 2 if self.random.random() < self.faults.duplicate else 1
            for _ in range(copies):
                if self.random.random() >= self.faults.drop:
                    delay = self.random.randint(0, self.faults.delay_max)
                    self._flying.append((self.now + 1 + delay, message))

    def _write(self, machine: Machine, ready: Ready) -> None:
        machine.disk.append(ready.hard_state, ready.entries)
        for entry in ready.entries:
            # Log Matching (§5.3), by induction: an index and a term name one entry and one predecessor.
            written = (machine.disk.term(entry.index - 1), entry.data)
            assert self._written.setdefault((entry.index, entry.term), written) == written

    def _take_results(self, machine: Machine, ready: Ready) -> None:
        for result in ready.proposal_results:
            data = machine.open_proposals.pop(result.id)  # a KeyError is a second result for one proposal
            if result.index:
                self.placed[data] = result
            else:
                self.refused[data] = result.refusal
        for read in ready.reads:
            committed_before = machine.open_reads.pop(read.id)
            assert read.index is None or read.index >= committed_before, "a stale read"
            self.read_indexes[read.id] = read.index

    # What always holds

    def _check_sent_at_once(self, machine: Machine, ready: Ready) -> None:
        stored = machine.disk.hard_state()
        for message in ready.messages:
            assert not isinstance(message, AppendEntriesReply | RequestVote | RequestVoteReply)
            if isinstance(message, AppendEntries):
                assert (stored.term, stored.vote) == (message.term, machine.id), (
                    "led before its vote was durable"
                )

    def check(self) -> None:
        for machine in self.machines.values():
            if machine.node is None:
                continue
            status = machine.node.status()
            assert status.applied_index <= status.commit_index <= status.last_index
            assert status.term >= machine.seen[0], "the term went back"
            assert status.commit_index >= machine.seen[1], "the commit index went back"
            machine.seen = (status.term, status.commit_index)
            if status.role is Role.LEADER:
                self._check_leader(machine, status.term)
            self._check_committed(machine, status.commit_index)

    def _check_leader(self, machine: Machine, term: int) -> None:
        """Election Safety (§5.2) and, when the term is new, Leader Completeness (§5.4)."""
        if term not in self._leaders:
            held = machine.disk.log[: len(self.committed)]
            assert held == self.committed, "a leader lacks a committed entry"
        assert self._leaders.setdefault(term, machine.id) == machine.id, f"two leaders in term {term}"

    def _check_committed(self, machine: Machine, commit_index: int) -> None:
        """State Machine Safety (§5.4.3), and that committed means durable on a majority of disks."""
        for index in range(len(self.committed) + 1, commit_index + 1):
            copies = [m.disk.log[index - 1] for m in self.machines.values() if len(m.disk.log) >= index]
            entry = next((e for e in copies if 2 * copies.count(e) > len(self.machines)), None)
            assert entry is not None, f"index {index} is committed and not durable on a majority"
            self.committed.append(entry)
        applied = machine.applied
        if applied:
            assert self.committed[len(applied) - 1] == applied[-1], "another entry was applied at this index"

    def check_end(self) -> None:
        """After a quiet end: all hold the same log, and every answer given was true."""
        for machine in self.machines.values():
            assert machine.applied == self.committed, f"{machine.id} did not apply every committed entry"
            assert not machine.open_proposals and not machine.open_reads, "something asked was never answered"
        at = {(entry.term, entry.index): entry.data for entry in self.committed}
        for data, result in self.placed.items():
            assert at.get((result.term, result.index), data) == data, "another's entry named as one's own"
        refused_for_good = {data for data, reason in self.refused.items() if reason != "unknown"}
        assert not refused_for_good & set(at.values()), "a refused proposal was committed"
