"""Whom a node gives its vote, alike in every role. Paper §5.2 and §5.4.1; PreVote thesis §9.6; stickiness
thesis §6.2 and §9.6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raft.messages import RequestVote, RequestVoteReply

if TYPE_CHECKING:
    from raft.core import Core


def answer_vote_request(core: Core, request: RequestVote) -> None:
    """While a leader is heard the request is refused and its term is not taken over, unless that leader asked
    for the campaign."""
    is_later = request.term > core.term
    if is_later and core.behaviour.hears_leader() and not request.leadership_transfer:
        _reply(core, request, is_granted=False)
        return
    if is_later and not request.pre_vote:
        core.become_follower(request.term, None)
    is_granted = _may_grant(core, request, is_later)
    if is_granted and not request.pre_vote:
        core.vote = request.from_
        # A new election timeout: the one voted for gets its chance (paper, figure 2, rules for followers).
        core.become_follower(core.term, None)
    _reply(core, request, is_granted)


def _may_grant(core: Core, request: RequestVote, is_later: bool) -> bool:
    """A node that is not synced may have given its vote in an earlier life."""
    is_free = (
        request.term == core.term and core.behaviour.leader_id is None and core.vote in (None, request.from_)
    )
    return (
        core.is_synced
        and (is_free or (is_later and request.pre_vote))
        and core.log.is_behind_or_equal(request.last_log_term, request.last_log_index)
    )


def _reply(core: Core, request: RequestVote, is_granted: bool) -> None:
    term = request.term if is_granted else core.term
    core.send_after_durable(RequestVoteReply(core.node_id, request.from_, term, is_granted, request.pre_vote))
