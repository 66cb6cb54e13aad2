"""Callers that wait for what becomes of their proposals, from the queue to the applied entry.

A proposal is queued (not in any log), then handed to the node (it may be in one), then placed at (term,
index). What is applied at that index decides: the same term, and it is the proposal; another, and it never
will be.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from raft.errors import NotProposed, OutcomeUnknown, RaftError
from raft.messages import ProposalResult
from raft.types import Entry, Index, Proposal, Term

QUEUED_MAX: Final = 8192
QUEUED_BYTES_MAX: Final = 32 << 20
REMEMBERED_MAX: Final = 4096
"""Applied entries kept for proposals whose place is not known yet: a follower may apply one before it
hears."""


@dataclass(frozen=True, slots=True)
class Applied:
    """Where a proposal came to stand, and what the state machine answered."""

    term: Term
    index: Index
    response: bytes


class ProposalWaiters:
    def __init__(self, applied_index: Index) -> None:
        self._next_id = 1
        self._applied_index = applied_index
        self._queued: dict[int, Proposal] = {}
        self._queued_bytes = 0
        self._outcomes: dict[int, Future[Applied]] = {}
        """Of the queued and the handed, by proposal id."""
        self._placed: dict[Index, list[tuple[Term, Future[Applied]]]] = {}
        self._remembered: dict[Index, Applied] = {}

    def add(self, data: bytes) -> tuple[int, Future[Applied]]:
        """Queue a proposal. Raises NotProposed("overloaded")."""
        if len(self._queued) >= QUEUED_MAX or self._queued_bytes + len(data) > QUEUED_BYTES_MAX:
            raise NotProposed("overloaded")
        proposal_id, outcome = self.expect()
        self._queued[proposal_id] = Proposal(proposal_id, data)
        self._queued_bytes += len(data)
        return proposal_id, outcome

    def expect(self) -> tuple[int, Future[Applied]]:
        """A proposal that the caller hands to the node itself, under the given id."""
        proposal_id = self._next_id
        self._next_id += 1
        outcome: Future[Applied] = asyncio.get_running_loop().create_future()
        self._outcomes[proposal_id] = outcome
        return proposal_id, outcome

    def withdraw(self, proposal_id: int) -> bool:
        """The caller waits no longer. Whether the proposal was still queued, so that it never reaches a
        log."""
        proposal = self._queued.pop(proposal_id, None)
        if proposal is None:
            return False
        self._queued_bytes -= len(proposal.data)
        del self._outcomes[proposal_id]
        return True

    def take(self) -> list[Proposal]:
        """All that are queued, to be handed to the node now."""
        taken = list(self._queued.values())
        self._queued.clear()
        self._queued_bytes = 0
        return taken

    def settle(self, results: Sequence[ProposalResult]) -> None:
        """The node tells where proposals stand, or that they do not."""
        for result in results:
            outcome = self._outcomes.pop(result.id)
            if result.refusal == "unknown":
                _fail(outcome, OutcomeUnknown("the leader changed before it said where the proposal stands"))
            elif result.refusal:
                _fail(outcome, NotProposed(result.refusal))
            elif result.index > self._applied_index:
                self._placed.setdefault(result.index, []).append((result.term, outcome))
            elif (applied := self._remembered.get(result.index)) is not None:
                _decide(outcome, result.term, applied)
            else:
                _fail(outcome, OutcomeUnknown(f"entry {result.index} was applied before its place was known"))
        if not self._outcomes:
            self._remembered.clear()

    def applied(self, entries: Sequence[Entry], responses: Sequence[bytes]) -> None:
        """Contiguous entries have been applied, with these responses."""
        for entry, response in zip(entries, responses, strict=True):
            waiting = self._placed.pop(entry.index, None)
            if waiting is None and not self._outcomes:
                continue
            applied = Applied(entry.term, entry.index, response)
            for term, outcome in waiting or ():
                _decide(outcome, term, applied)
            if self._outcomes:
                self._remembered[entry.index] = applied
        self._applied_index = entries[-1].index
        while len(self._remembered) > REMEMBERED_MAX:
            del self._remembered[next(iter(self._remembered))]

    def installed(self, index: Index) -> None:
        """A snapshot has taken the place of every entry up to `index`."""
        self._applied_index = index
        for covered in [place for place in self._placed if place <= index]:
            for _, outcome in self._placed.pop(covered):
                _fail(outcome, OutcomeUnknown(f"entry {covered} came in a snapshot"))

    def refuse_queued(self, reason: str) -> None:
        """What the node has not been given yet is not proposed."""
        for proposal in self.take():
            _fail(self._outcomes.pop(proposal.id), NotProposed(reason))

    async def settled(self) -> None:
        """Returns once every caller that waits now has been told."""
        if waiting := self._unsettled():
            await asyncio.wait(waiting)

    def fail_all(self, why: str) -> None:
        """No more news will come. The queued were never proposed; of the others nobody can say."""
        self.refuse_queued(why)
        for outcome in self._unsettled():
            _fail(outcome, OutcomeUnknown(why))
        self._outcomes.clear()
        self._placed.clear()
        self._remembered.clear()

    def _unsettled(self) -> list[Future[Applied]]:
        placed = [outcome for waiting in self._placed.values() for _, outcome in waiting]
        return [*self._outcomes.values(), *placed]


def _decide(outcome: Future[Applied], term: Term, applied: Applied) -> None:
    if term != applied.term:
        _fail(outcome, NotProposed("lost"))
    elif not outcome.done():
        outcome.set_result(applied)


def _fail(outcome: Future[Applied], error: RaftError) -> None:
    if not outcome.done():
        outcome.set_exception(error)
