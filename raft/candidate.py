"""A candidate: asks whether it could win (PreVote, thesis §9.6), and only then moves to a new term and asks
for votes.

A node cut off from the majority never wins the poll, so it never raises its term, and disturbs nobody on
return.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raft.behaviour import Behaviour
from raft.messages import Message, RequestVote, RequestVoteReply
from raft.refusals import refuse_request
from raft.types import HardState, NodeId, Role

if TYPE_CHECKING:
    from raft.core import Core


class Candidate(Behaviour):
    """One campaign: the poll (`pre_vote`) or the vote. Every timeout starts over with a poll. A campaign that
    the leader asked for (`leadership_transfer`) needs none."""

    __slots__ = ("_elapsed", "_granted", "_leadership_transfer", "_pre_vote", "_timeout")

    role = Role.CANDIDATE

    def __init__(self, core: Core, pre_vote: bool, leadership_transfer: bool) -> None:
        super().__init__(core)
        self._pre_vote = pre_vote
        self._leadership_transfer = leadership_transfer
        self._granted: set[NodeId] = set()
        self._elapsed = 0
        self._timeout = core.draw_election_timeout()

    def start(self) -> None:
        core = self._core
        campaign_term = core.term + 1 if self._pre_vote else core.term
        for peer in core.membership.electors:
            if peer == core.node_id:
                continue
            # After durable: a candidate that forgot having asked could campaign in this term again, with a
            # shorter log, and win by the votes the longer one was given.
            core.send_after_durable(
                RequestVote(
                    core.node_id,
                    peer,
                    campaign_term,
                    last_log_index=core.log.last_index,
                    last_log_term=core.log.last_term,
                    pre_vote=self._pre_vote,
                    leadership_transfer=self._leadership_transfer,
                )
            )
        if self._pre_vote:
            # A poll promises nothing, so this node's own answer need not be durable.
            self._grant(core.node_id)

    def tick(self) -> None:
        self._elapsed += 1
        if self._elapsed >= self._timeout:
            self._core.become_candidate(pre_vote=True)

    def step(self, message: Message) -> None:
        if isinstance(message, RequestVoteReply):
            if message.vote_granted and message.pre_vote == self._pre_vote:
                self._grant(message.from_)
        else:
            refuse_request(self._core, message)

    def persisted(self) -> None:
        core = self._core
        if not self._pre_vote and core.durable_hard_state == HardState(core.term, core.node_id):
            self._grant(core.node_id)

    def _grant(self, voter: NodeId) -> None:
        # A set: a duplicated reply is one vote.
        self._granted.add(voter)
        if self._core.quorum.agrees(self._granted):
            if self._pre_vote:
                self._core.become_candidate(pre_vote=False)
            else:
                self._core.become_leader()
