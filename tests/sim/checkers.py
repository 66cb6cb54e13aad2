"""The invariants, looked at from outside and above: what is on every disk, what leaves every node, what every
node applies. Each check costs in proportion to what is new, so all of them run all the time.

A violation is noted and stops the simulation. It is never raised: the code that runs under the simulation
would take it for a failure of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Entry,
    EntryKind,
    HardState,
    Index,
    Message,
    NodeId,
    RequestVote,
    RequestVoteReply,
    Status,
    Term,
)
from raft.membership import Membership
from raft.messages import InstallSnapshotReply
from raft.types import Snapshot
from tests.sim.loop import SimulatedLoop
from tests.sim.node import SimulatedNode
from tests.sim.quorums import agrees, intersect
from tests.sim.trace import Trace


@dataclass(slots=True)
class _Seen:
    """What a run of a node has shown so far: none of it may go back."""

    run: int
    term: Term = 0
    commit_index: Index = 0
    applied_index: Index = 0
    membership: Membership = Membership()  # noqa: RUF009 - a value
    matches: dict[NodeId, Index] = field(default_factory=dict)
    """As leader of `term`, by peer: how far it was known to match."""


class Checkers:
    def __init__(self, loop: SimulatedLoop, trace: Trace, nodes: Mapping[NodeId, SimulatedNode]) -> None:
        self._loop = loop
        self._trace = trace
        self._nodes = nodes
        self.violations: list[str] = []
        self.committed: list[Entry] = []
        self._committed_in: list[Term] = []
        """For each of them the term in which it was first seen to be committed: that of a leader that
        committed it, or a later one."""
        self._leaders: dict[Term, NodeId] = {}
        self._disks_at_election: dict[Term, dict[NodeId, int]] = {}
        self._entries: dict[tuple[Term, Index], tuple[Term, Entry]] = {}
        """Every entry that was ever on a disk, and the term of the one before it."""
        self._chains: dict[Index, bytes] = {}
        self._effects: dict[str, Index] = {}
        self._seen: dict[NodeId, _Seen] = {}

    def violate(self, promise: str) -> None:
        self._trace.note(self._loop.now, f"VIOLATION {promise}")
        self.violations.append(promise)
        self._loop.stop()

    # Disks

    def appended(
        self, node_id: NodeId, before: HardState, entries: Sequence[Entry], replaced: Sequence[Entry]
    ) -> None:
        disk = self._nodes[node_id].log
        after = disk.hard_state()
        if after.term < before.term or (after.term == before.term and before.vote not in (None, after.vote)):
            self.violate(f"hard state regressed on {node_id}: {before} became {after}")
        if before.synced and not after.synced:
            self.violate(f"{node_id} forgot that it was synced")
        if not entries:
            return
        for entry in replaced:
            is_committed = entry in self.committed[entry.index - 1 : entry.index]
            # In an earlier term it may: whoever committed it did not count this disk.
            if (
                is_committed
                and self._committed_in[entry.index - 1] <= after.term
                and not disk.holds(entry.index, entry.term)
            ):
                self.violate(f"{node_id} removed {entry}, which is committed")
        previous = disk.term(entries[0].index - 1)
        for entry in entries:
            known = self._entries.setdefault((entry.term, entry.index), (previous, entry))
            if known != (previous, entry):
                self.violate(f"log matching: {node_id} holds {entry} after term {previous}, another {known}")
            if entry.kind is EntryKind.MEMBERSHIP:
                self._check_adjacent(node_id, entry)
            previous = entry.term

    def restored(self, node_id: NodeId, base: Snapshot) -> None:
        if base.index > len(self.committed):
            self.violate(f"{node_id} installed a snapshot at {base.index}, which is not committed")
        elif base.index and self.committed[base.index - 1].term != base.term:
            self.violate(f"{node_id} installed a snapshot of another history: {base}")

    def _check_adjacent(self, node_id: NodeId, entry: Entry) -> None:
        disk = self._nodes[node_id].log
        before = disk.base().membership
        for earlier in disk.membership_entries():
            if earlier.index < entry.index:
                before = Membership.decode(earlier.data)
        after = Membership.decode(entry.data)
        if before.voters and not intersect(before, after):
            self.violate(f"quorums of adjacent memberships do not intersect: {before} and {after}")

    # Messages

    def sent(self, message: Message) -> None:
        disk = self._nodes[message.from_].log
        hard_state = disk.hard_state()
        match message:
            case AppendEntries():
                self._check_leader(message.from_, message.term)
                if (hard_state.term, hard_state.vote) != (message.term, message.from_):
                    self.violate(f"{message.from_} leads term {message.term} on a disk with {hard_state}")
                self.observe_commit(message.from_, message.commit_index, message.term)
            case AppendEntriesReply():
                if message.entry_appended and (
                    disk.last_index() < message.match_index or hard_state.term < message.term
                ):
                    self.violate(f"{message.from_} acknowledged {message.match_index} before it was durable")
                if not (message.unsynced_run or hard_state.synced):
                    self.violate(f"{message.from_} passes for synced and is not")
            case InstallSnapshotReply():
                if disk.last_index() < message.match_index:
                    self.violate(f"{message.from_} acknowledged a snapshot before it was durable")
            case RequestVote() | RequestVoteReply():
                self._check_vote(message, hard_state)
            case _:
                pass

    def _check_vote(self, message: RequestVote | RequestVoteReply, hard_state: HardState) -> None:
        on_disk = (hard_state.term, hard_state.vote)
        match message:
            case RequestVote():
                if not message.pre_vote and on_disk != (message.term, message.from_):
                    self.violate(f"{message.from_} campaigned in {message.term} on a disk with {hard_state}")
            case RequestVoteReply() if message.vote_granted:
                if not hard_state.synced:
                    self.violate(f"{message.from_} voted and is not synced")
                if not message.pre_vote and on_disk != (message.term, message.to):
                    self.violate(f"{message.from_} voted for {message.to} on a disk with {hard_state}")

    def _check_leader(self, leader: NodeId, term: Term) -> None:
        known = self._leaders.get(term)
        if known == leader:
            return
        if known is not None:
            self.violate(f"two leaders in term {term}: {known} and {leader}")
        self._leaders[term] = leader
        self._disks_at_election[term] = {node.id: node.disk_number for node in self._nodes.values()}
        self._trace.note(self._loop.now, f"{leader} leads term {term}")
        # What a later term committed, a leader that is elected late need not hold.
        inherited = len(self.committed)
        while inherited and self._committed_in[inherited - 1] >= term:
            inherited -= 1
        if inherited and not self._nodes[leader].log.holds(inherited, self.committed[inherited - 1].term):
            self.violate(f"leader completeness: {leader} leads {term} without entry {inherited}")

    # Commit

    def observe_commit(self, node_id: NodeId, commit_index: Index, term: Term) -> None:
        """`node_id`, in `term`, holds that everything up to `commit_index` is committed."""
        known = len(self.committed)
        if commit_index <= known:
            return
        disks = [
            disk
            for node in self._nodes.values()
            for disk in node.disks()
            if disk.last_index() >= commit_index
        ]
        for entry_term in sorted(
            {disk.term(commit_index) for disk in disks if disk.base().index <= commit_index}
        ):
            holders = {
                node.id
                for node in self._nodes.values()
                if any(
                    disk.hard_state().synced and disk.holds(commit_index, entry_term) for disk in node.disks()
                )
            }
            if any(agrees(membership, holders) for membership in self.memberships_in_force()):
                disk = next(d for d in disks if d.holds(commit_index, entry_term) and d.base().index <= known)
                self.committed += disk.entries(known + 1, commit_index + 1, 1 << 40)
                self._committed_in += [term] * (commit_index - known)
                return
        self.violate(f"{node_id} committed {commit_index}, which is not on the disks of any quorum")

    def memberships_in_force(self) -> list[Membership]:
        """Every one that some node may decide by, at present or after a restart: those on disks and in memory
        that are no older than the last committed one."""
        committed_at = next(
            (entry.index for entry in reversed(self.committed) if entry.kind is EntryKind.MEMBERSHIP), 0
        )
        found = []
        for node in self._nodes.values():
            index, membership = node.log.membership_at_end()
            if index >= committed_at:
                found.append(membership)
                if node.driver is not None:
                    found.append(node.driver.status().membership)
        return [membership for membership in dict.fromkeys(found) if membership.voters]

    # The state

    def applied(self, node_id: NodeId, entry: Entry, chain: bytes | None) -> None:
        driver = self._nodes[node_id].driver
        if driver is not None:
            status = driver.status()
            commit_index = status.commit_index
            self.observe_commit(node_id, commit_index, status.term)
            if entry.index > commit_index:
                self.violate(f"{node_id} applied {entry.index} and has committed {commit_index}")
        if entry.index <= len(self.committed) and self.committed[entry.index - 1] != entry:
            self.violate(f"{node_id} applied {entry}, and {self.committed[entry.index - 1]} is committed")
        if chain is not None and self._chains.setdefault(entry.index, chain) != chain:
            self.violate(f"the state of {node_id} diverged at entry {entry.index}")

    def took_effect(self, entry: Entry, request_id: str) -> None:
        if self._effects.setdefault(request_id, entry.index) != entry.index:
            self.violate(f"request {request_id} took effect at {self._effects[request_id]} and {entry.index}")

    # Every tick

    def look(self) -> None:
        for node in self._nodes.values():
            if node.driver is not None and node.machine is not None:
                self._look_at(node, node.driver.status())

    def _look_at(self, node: SimulatedNode, status: Status) -> None:
        seen = self._seen.get(node.id)
        if seen is None or seen.run != node.run:
            seen = self._seen[node.id] = _Seen(node.run)
        if not (
            seen.term <= status.term
            and seen.commit_index <= status.commit_index <= status.last_index
            and seen.applied_index <= status.applied_index <= status.commit_index
        ):
            self.violate(f"{node.id} went back, or applied what is not committed: {seen}, then {status}")
        if status.term != seen.term:
            seen.matches.clear()
        seen.term, seen.commit_index = status.term, status.commit_index
        seen.applied_index = status.applied_index
        self.observe_commit(node.id, status.commit_index, status.term)
        assert node.machine is not None
        applied = node.machine.applied().index
        if applied in self._chains and self._chains[applied] != node.machine.chain:
            self.violate(f"the state of {node.id} at {applied} is not what the others have")
        self._look_at_peers(node.id, status, seen)

    def _look_at_peers(self, leader: NodeId, status: Status, seen: _Seen) -> None:
        """A leader may take back only what it believed of a disk that is gone, of one who left and came
        again, or of one who is not synced: each of its runs begins anew."""
        disks = self._disks_at_election.get(status.term, {})
        is_same_membership = status.membership == seen.membership
        for peer in status.peers:
            other = self._nodes[peer.node_id]
            if disks.get(peer.node_id) != other.disk_number:
                continue
            if peer.synced and is_same_membership and peer.match_index < seen.matches.get(peer.node_id, 0):
                self.violate(f"{leader} took back how far {peer.node_id} matches: {seen.matches}, {status}")
            is_in_term = other.log.hard_state().term == status.term
            if is_in_term and other.log.last_index() < peer.match_index:
                self.violate(f"{leader} believes {peer.node_id} to match {peer.match_index}, past its log")
        seen.matches = {peer.node_id: peer.match_index for peer in status.peers}
        seen.membership = status.membership
