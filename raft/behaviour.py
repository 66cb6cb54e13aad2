"""What every role answers to. The defaults are those of a node that knows no leader.

A role object lives exactly as long as one node holds one role in one term (a follower: under one leader). All
its volatile state lives in it, so none can leak into the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from raft.membership import MembershipChange
from raft.messages import Message, ProposalResult
from raft.types import NodeId, Proposal, Role

if TYPE_CHECKING:
    from raft.core import Core


class Behaviour:
    __slots__ = ("_core",)

    role: ClassVar[Role]

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def leader_id(self) -> NodeId | None:
        return None

    def hears_leader(self) -> bool:
        """Whether a leader was heard within the minimum election timeout, so that votes are refused
        unread."""
        return False

    def start(self) -> None:
        """Called once, when the node has taken the role."""

    def tick(self) -> None:
        raise NotImplementedError

    def step(self, message: Message) -> None:
        """A message of the current term, or an answer of any term to something this node forwarded."""
        raise NotImplementedError

    def propose(self, proposals: Sequence[Proposal]) -> None:
        self._core.refuse_proposals(proposals, "no_leader")

    def read_index(self, read_id: int) -> None:
        self._core.settle_read(read_id, None)

    def change_membership(self, change_id: int, change: MembershipChange) -> None:
        reason = "no_leader" if self.leader_id is None else "not_leader"
        self._core.proposal_results.append(ProposalResult(change_id, refusal=reason))

    def transfer_leadership(self, target: NodeId | None) -> bool:
        return False

    def snapshot_failed(self, peer: NodeId) -> None:
        """No longer of interest: another role asked for it."""

    def persisted(self) -> None:
        """The durable index or the durable hard state has moved."""

    def has_work(self) -> bool:
        """Whether `flush` would send something."""
        return False

    def flush(self) -> None:
        """Send what was gathered since the last Ready, in as few messages as hold it."""

    def close(self) -> None:
        """The role ends: settle everything that waits on it."""
