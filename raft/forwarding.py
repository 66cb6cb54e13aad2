"""Proposals and reads a follower hands to its leader, and the promise that each ends in exactly one result.

The leader answers a forwarded proposal with its place in the log, or refuses it. Until the answer comes the
proposal may or may not be in the log, so when the leader changes, or stays silent for two election timeouts
(a message was lost), its result is "unknown". One that never left is refused instead.

A leader takes a request once: were its duplicate answered too, the refusal of the second could hide the place
of the first.

On the wire each request carries an id of its own, drawn afresh from a random start in every run of the node:
an answer that was meant for an earlier run, or for an earlier try, matches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from raft.messages import (
    ProposalResult,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
)
from raft.types import NodeId, Proposal

if TYPE_CHECKING:
    from raft.core import Core

RECENT_REQUESTS_MAX = 10_000


class Forwarding:
    """Lives as long as one follower follows one leader in one term."""

    __slots__ = ("_core", "_leader_id", "_now", "_patience", "_proposals", "_reads", "_unsent")

    def __init__(self, core: Core, leader_id: NodeId) -> None:
        self._core = core
        self._leader_id = leader_id
        self._now = 0
        self._patience = 2 * core.config.election_ticks
        self._unsent: list[Proposal] = []
        # Wire id → (the caller's id, the tick it was sent at), oldest first.
        self._proposals: dict[int, tuple[int, int]] = {}
        self._reads: dict[int, tuple[int, int]] = {}

    def propose(self, proposals: Sequence[Proposal]) -> None:
        room = self._core.config.forwarded_proposals_max - len(self._proposals) - len(self._unsent)
        self._unsent.extend(proposals[: max(room, 0)])
        self._core.refuse_proposals(proposals[max(room, 0) :], "overloaded")

    def read_index(self, read_id: int) -> None:
        core = self._core
        if len(self._reads) >= core.config.forwarded_proposals_max:
            core.settle_read(read_id, None)
            return
        wire_id = core.fresh_wire_id()
        self._reads[wire_id] = (read_id, self._now)
        core.send(ReadIndexRequest(core.node_id, self._leader_id, core.term, wire_id))

    def proposals_answered(self, reply: ProposeReply) -> None:
        for result in reply.results:
            waiting = self._proposals.pop(result.id, None)
            if waiting is not None:
                self._core.proposal_results.append(
                    ProposalResult(waiting[0], result.term, result.index, result.refusal)
                )

    def read_answered(self, reply: ReadIndexReply) -> None:
        waiting = self._reads.pop(reply.id, None)
        if waiting is not None:
            self._core.settle_read(waiting[0], None if reply.refused else reply.index)

    def tick(self) -> None:
        self._now += 1
        self._give_up(sent_before=self._now - self._patience)

    def has_work(self) -> bool:
        return bool(self._unsent)

    def flush(self) -> None:
        core = self._core
        batch: list[Proposal] = []
        size = 0
        for proposal in self._unsent:
            if batch and size + len(proposal.data) > core.config.entries_bytes_max:
                self._send(batch)
                batch, size = [], 0
            wire_id = core.fresh_wire_id()
            self._proposals[wire_id] = (proposal.id, self._now)
            batch.append(Proposal(wire_id, proposal.data))
            size += len(proposal.data)
        if batch:
            self._send(batch)
        self._unsent.clear()

    def close(self) -> None:
        self._core.refuse_proposals(self._unsent, "no_leader")
        self._unsent.clear()
        self._give_up(sent_before=self._now + 1)

    def _send(self, batch: list[Proposal]) -> None:
        core = self._core
        core.send(ProposeRequest(core.node_id, self._leader_id, core.term, tuple(batch)))

    def _give_up(self, sent_before: int) -> None:
        core = self._core
        for read_id in _expire(self._reads, sent_before):
            core.settle_read(read_id, None)
        for proposal_id in _expire(self._proposals, sent_before):
            core.proposal_results.append(ProposalResult(proposal_id, refusal="unknown"))


class RecentRequests:
    """The latest requests a leader has taken, known by their first proposal's wire id."""

    __slots__ = ("_ids",)

    def __init__(self) -> None:
        self._ids: dict[tuple[NodeId, int], None] = {}

    def is_new(self, request: ProposeRequest) -> bool:
        """Whether it has not been taken yet; from now on it has."""
        if not request.proposals:
            return False
        key = (request.from_, request.proposals[0].id)
        if key in self._ids:
            return False
        self._ids[key] = None
        if len(self._ids) > RECENT_REQUESTS_MAX:
            del self._ids[next(iter(self._ids))]
        return True


def _expire(waiting: dict[int, tuple[int, int]], sent_before: int) -> list[int]:
    """Remove what was sent before that tick, and name it by the caller's ids. Looks at no more than it
    removes, plus one."""
    expired: list[int] = []
    while waiting:
        wire_id = next(iter(waiting))
        caller_id, sent_at = waiting[wire_id]
        if sent_at >= sent_before:
            break
        del waiting[wire_id]
        expired.append(caller_id)
    return expired
