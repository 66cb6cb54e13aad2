"""What holds at every step of every schedule, whatever fails."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Entry,
    EntryKind,
    InstallSnapshotReply,
    Membership,
    Ready,
    RequestVote,
    RequestVoteReply,
    Role,
)
from raft.quorum import quorum_of
from tests.raft.machine import Machine


class Invariants:
    """`committed` is the one log that ever was agreed on."""

    def __init__(self, machines: Mapping[str, Machine]) -> None:
        self._machines = machines
        self.committed: list[Entry] = []
        self._leaders: dict[int, str] = {}
        self._written: dict[tuple[int, int], tuple[int, bytes]] = {}

    def check(self) -> None:
        for machine in self._machines.values():
            if machine.node is None:
                continue
            status = machine.node.status()
            assert status.applied_index <= status.commit_index <= status.last_index
            assert status.first_index <= status.commit_index + 1
            assert status.term >= machine.seen[0], "the term went back"
            assert status.commit_index >= machine.seen[1], "the commit index went back"
            machine.seen = (status.term, status.commit_index)
            if status.role is Role.LEADER:
                self._check_leader(machine, status.term)
            self._check_committed(machine, status.commit_index)

    def check_written(self, machine: Machine, ready: Ready) -> None:
        """Log Matching (§5.3), by induction: an index and a term name one entry and one predecessor."""
        for entry in ready.entries:
            written = (machine.disk.term(entry.index - 1), entry.data)
            assert self._written.setdefault((entry.index, entry.term), written) == written

    def check_sent_at_once(self, machine: Machine, ready: Ready) -> None:
        """Nothing leaves that depends on what is not durable."""
        stored = machine.disk.hard_state()
        for message in ready.messages:
            assert not isinstance(
                message, AppendEntriesReply | InstallSnapshotReply | RequestVote | RequestVoteReply
            )
            if isinstance(message, AppendEntries):
                assert (stored.term, stored.vote) == (message.term, machine.id), (
                    "led before its vote was durable"
                )

    def check_granted(self, machine: Machine, ready: Ready) -> None:
        for message in ready.messages_after_durable:
            if isinstance(message, RequestVoteReply) and message.vote_granted:
                assert machine.disk.hard_state().synced, "a vote of a node that is not synced"

    def _check_leader(self, machine: Machine, term: int) -> None:
        """Election Safety (§5.2) and, when the term is new, Leader Completeness (§5.4)."""
        if term not in self._leaders:
            disk = machine.disk
            assert disk.last_index() >= len(self.committed), "a leader lacks a committed entry"
            held = disk.log[: max(len(self.committed) - disk.base().index, 0)]
            assert held == self.committed[disk.base().index :], "a leader lacks a committed entry"
        assert self._leaders.setdefault(term, machine.id) == machine.id, f"two leaders in term {term}"

    def _check_committed(self, machine: Machine, commit_index: int) -> None:
        """State Machine Safety (§5.4.3), and that committed means durable on a quorum of disks."""
        for index in range(len(self.committed) + 1, commit_index + 1):
            copies = {m.id: entry for m in self._machines.values() if (entry := m.ever_stored(index))}
            entry = next((e for e in copies.values() if self._is_agreed(machine, copies, e)), None)
            assert entry is not None, f"index {index} is committed and not durable on a quorum"
            self.committed.append(entry)
        applied = machine.applied
        if applied:
            assert self.committed[len(applied) - 1] == applied[-1], "another entry was applied at this index"

    def _is_agreed(self, machine: Machine, copies: Mapping[str, Entry], entry: Entry) -> bool:
        """Whether `entry` is durable on a quorum of the membership in force at who is first to know."""
        assert machine.node is not None
        holders = {name for name, copy in copies.items() if copy == entry}
        return quorum_of(machine.node.status().membership).agrees(holders)

    def check_memberships(self, founders: Membership) -> None:
        """Whatever decides under one membership shares a node with whatever decides under the next."""
        changes = [Membership.decode(e.data) for e in self.committed if e.kind is EntryKind.MEMBERSHIP]
        for one, next_one in pairwise([founders, *changes]):
            nodes = sorted({*one.electors, *next_one.electors})
            for size in range(len(nodes) + 1):
                for group in combinations(nodes, size):
                    if quorum_of(one).agrees(group):
                        rest = set(nodes) - set(group)
                        assert not quorum_of(next_one).agrees(rest), f"{one} and {next_one} can disagree"
