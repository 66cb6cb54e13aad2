"""How a leader changes who takes part (paper §6, thesis §4).

A change of learners is one entry: it moves no majority. A change of voters is two. The joint membership, in
force once appended, asks for both majorities; when it has committed, the leader appends the final one. No
change begins before the one before it has ended, nor before an entry of this term has committed: of two
changes that overlap, or that two leaders began, neither might know the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raft.membership import Membership, MembershipChange
from raft.messages import ProposalResult
from raft.quorum import quorum_of
from raft.replication import Replication
from raft.types import EntryKind, Index, NodeId

if TYPE_CHECKING:
    from raft.core import Core


class Reconfiguration:
    """The changes of one leadership."""

    __slots__ = (
        "_commit_noted",
        "_core",
        "_leaving",
        "_noop_index",
        "_replication",
        "_settled_index",
        "_ticks",
    )

    def __init__(self, core: Core, replication: Replication, noop_index: Index) -> None:
        self._core = core
        self._replication = replication
        self._noop_index = noop_index
        # All up to here had been committed a whole election timeout ago.
        self._settled_index = noop_index
        self._commit_noted = noop_index
        self._ticks = 0
        # Who has left → at which entry, and the ticks left to tell it.
        self._leaving: dict[NodeId, tuple[Index, int]] = {}
        self._meet_members()

    def tick(self) -> None:
        self._ticks += 1
        if self._ticks % self._core.config.election_ticks == 0:
            self._settled_index, self._commit_noted = self._commit_noted, self._core.commit_index
        if self._leaving:
            self._part()

    def change(self, change_id: int, change: MembershipChange) -> ProposalResult:
        """Begin it, or refuse it."""
        core = self._core
        if core.commit_index < self._noop_index or not self._is_settled():
            return ProposalResult(change_id, refusal="change_pending")
        try:
            membership = core.membership.changed(change)
        except ValueError:
            return ProposalResult(change_id, refusal="impossible")
        if not (all(map(self._is_caught_up, change.promote)) and self._can_decide(membership)):
            return ProposalResult(change_id, refusal="not_caught_up")
        return ProposalResult(change_id, core.term, self._enter(membership))

    def committed(self) -> None:
        """The commit index has moved: leave joint consensus, once it has committed."""
        membership = self._core.membership
        if membership.is_joint and self._core.log.memberships.latest_index <= self._core.commit_index:
            self._enter(membership.final())

    def has_left(self) -> bool:
        """Whether this leader is no voter any more, and that has committed."""
        core = self._core
        return (
            core.node_id not in core.membership.electors
            and core.log.memberships.latest_index <= core.commit_index
        )

    def _is_settled(self) -> bool:
        core = self._core
        return not core.membership.is_joint and core.log.memberships.latest_index <= core.commit_index

    def _is_caught_up(self, learner: NodeId) -> bool:
        """Whether a commit would not have to wait for it (thesis §4.2.1): it holds all that had been
        committed an election timeout ago, and counts."""
        progress = self._replication.peers[learner]
        return progress.resync is None and progress.match_index >= self._settled_index

    def _can_decide(self, membership: Membership) -> bool:
        """Whether those that count now suffice for it. A voter whose disk is new must not be needed: it
        counts only after a commit without it."""
        peers = self._replication.peers
        counting = {peer for peer, progress in peers.items() if progress.resync is None}
        return quorum_of(membership).agrees(counting | {self._core.node_id})

    def _enter(self, membership: Membership) -> Index:
        core = self._core
        index = core.append(EntryKind.MEMBERSHIP, membership.encode())
        self._meet_members()
        return index

    def _meet_members(self) -> None:
        """Send to every member, and for two election timeouts to whoever is one no more: it should learn
        that, or it would campaign in vain."""
        core, peers = self._core, self._replication.peers
        members = core.membership.members
        for member in members:
            if member != core.node_id and (member not in peers or member in self._leaving):
                self._leaving.pop(member, None)
                self._replication.add(member)
        for peer in peers:
            if peer not in members and peer not in self._leaving:
                self._leaving[peer] = (core.log.last_index, 2 * core.config.election_ticks)

    def _part(self) -> None:
        peers = self._replication.peers
        for peer, (index, ticks_left) in list(self._leaving.items()):
            progress = peers[peer]
            knows = progress.match_index >= index and progress.commit_sent >= index
            if knows or ticks_left <= 1:
                del self._leaving[peer], peers[peer]
            else:
                self._leaving[peer] = (index, ticks_left - 1)
