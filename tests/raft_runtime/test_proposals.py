"""What a caller is told of a proposal: done, not done, or unknown, and never the wrong one of them."""

import asyncio
from asyncio import Future

import pytest

from raft.errors import NotProposed, OutcomeUnknown
from raft.messages import ProposalResult
from raft.runtime.proposals import QUEUED_BYTES_MAX, QUEUED_MAX, REMEMBERED_MAX, Applied, ProposalWaiters
from raft.types import Entry, EntryKind


@pytest.fixture
async def waiters() -> ProposalWaiters:
    return ProposalWaiters(applied_index=10)


def handed(waiters: ProposalWaiters) -> tuple[int, Future[Applied]]:
    added = waiters.add(b"command")
    waiters.take()
    return added


def apply(waiters: ProposalWaiters, index: int, term: int = 1) -> None:
    waiters.applied([Entry(term, index, EntryKind.COMMAND, b"command")], [b"done %d" % index])


async def test_an_applied_proposal_brings_its_place_and_response(waiters: ProposalWaiters) -> None:
    proposal_id, outcome = handed(waiters)
    waiters.settle([ProposalResult(proposal_id, term=1, index=11)])
    assert not outcome.done()
    apply(waiters, 11)
    assert await outcome == Applied(1, 11, b"done 11")


async def test_another_terms_entry_at_its_place_means_lost(waiters: ProposalWaiters) -> None:
    proposal_id, outcome = handed(waiters)
    waiters.settle([ProposalResult(proposal_id, term=1, index=11)])
    apply(waiters, 11, term=2)
    with pytest.raises(NotProposed, match="lost"):
        await outcome


async def test_two_terms_may_claim_one_place_and_only_one_has_it(waiters: ProposalWaiters) -> None:
    earlier_id, earlier = handed(waiters)
    later_id, later = handed(waiters)
    waiters.settle([ProposalResult(earlier_id, term=1, index=11), ProposalResult(later_id, term=3, index=11)])
    apply(waiters, 11, term=3)
    with pytest.raises(NotProposed, match="lost"):
        await earlier
    assert (await later).term == 3


async def test_a_place_learnt_after_the_entry_was_applied_still_brings_the_response(
    waiters: ProposalWaiters,
) -> None:
    mine, outcome = handed(waiters)
    overtaken, lost = handed(waiters)
    apply(waiters, 11, term=2)
    waiters.settle([ProposalResult(mine, term=2, index=11)])
    waiters.settle([ProposalResult(overtaken, term=1, index=11)])
    assert await outcome == Applied(2, 11, b"done 11")
    with pytest.raises(NotProposed, match="lost"):
        await lost


async def test_a_place_that_was_applied_too_long_ago_is_unknown(waiters: ProposalWaiters) -> None:
    proposal_id, outcome = handed(waiters)
    for index in range(11, 12 + REMEMBERED_MAX):
        apply(waiters, index)
    waiters.settle([ProposalResult(proposal_id, term=1, index=11)])
    with pytest.raises(OutcomeUnknown):
        await outcome


async def test_what_a_snapshot_covers_is_unknown_and_what_follows_it_is_not(waiters: ProposalWaiters) -> None:
    covered_id, covered = handed(waiters)
    later_id, later = handed(waiters)
    waiters.settle([ProposalResult(covered_id, term=1, index=11), ProposalResult(later_id, term=1, index=21)])
    waiters.installed(20)
    with pytest.raises(OutcomeUnknown):
        await covered
    apply(waiters, 21)
    assert (await later).index == 21


async def test_only_the_queued_are_refused_while_the_disk_is_away(waiters: ProposalWaiters) -> None:
    _, unplaced = handed(waiters)
    _, queued = waiters.add(b"queued")
    waiters.refuse_queued("disk_stalled")
    with pytest.raises(NotProposed, match="disk_stalled"):
        await queued
    assert not unplaced.done()
    assert waiters.take() == []


async def test_settled_returns_when_all_who_waited_then_have_been_told(waiters: ProposalWaiters) -> None:
    placed_id, _ = handed(waiters)
    waiters.settle([ProposalResult(placed_id, term=1, index=11)])
    refused_id, refused = handed(waiters)
    settled = asyncio.create_task(waiters.settled())
    waiters.settle([ProposalResult(refused_id, refusal="no_leader")])
    await asyncio.sleep(0)
    assert not settled.done()
    apply(waiters, 11)
    await asyncio.wait_for(settled, 10)
    assert isinstance(refused.exception(), NotProposed)


@pytest.mark.parametrize("reason", ["no_leader", "not_leader", "overloaded"])
async def test_a_refusal_is_definite(waiters: ProposalWaiters, reason: str) -> None:
    proposal_id, outcome = handed(waiters)
    waiters.settle([ProposalResult(proposal_id, refusal=reason)])
    with pytest.raises(NotProposed) as refused:
        await outcome
    assert refused.value.reason == reason


async def test_unknown_is_told_at_once(waiters: ProposalWaiters) -> None:
    proposal_id, outcome = handed(waiters)
    waiters.settle([ProposalResult(proposal_id, refusal="unknown")])
    with pytest.raises(OutcomeUnknown):
        await outcome


async def test_at_the_end_the_queued_are_not_proposed_and_the_others_unknown(
    waiters: ProposalWaiters,
) -> None:
    placed_id, placed = handed(waiters)
    waiters.settle([ProposalResult(placed_id, term=1, index=11)])
    _, unplaced = handed(waiters)
    _, queued = waiters.add(b"never handed")
    waiters.fail_all("stopping")
    with pytest.raises(NotProposed, match="stopping"):
        await queued
    for outcome in (placed, unplaced):
        with pytest.raises(OutcomeUnknown):
            await outcome


async def test_what_is_withdrawn_in_the_queue_is_never_handed_over(waiters: ProposalWaiters) -> None:
    first, _ = waiters.add(b"first")
    second, _ = waiters.add(b"second")
    assert waiters.withdraw(first)
    assert [proposal.id for proposal in waiters.take()] == [second]
    assert not waiters.withdraw(second), "it may be in a log by now"


async def test_the_queue_is_bounded_by_count_and_by_bytes(waiters: ProposalWaiters) -> None:
    for _ in range(QUEUED_MAX):
        waiters.add(b"")
    with pytest.raises(NotProposed, match="overloaded"):
        waiters.add(b"")
    waiters.take()
    waiters.add(bytes(QUEUED_BYTES_MAX))
    with pytest.raises(NotProposed, match="overloaded"):
        waiters.add(b"!")


async def test_a_caller_who_left_disturbs_nobody(waiters: ProposalWaiters) -> None:
    gone_id, gone = handed(waiters)
    stayed_id, stayed = handed(waiters)
    gone.cancel()
    waiters.settle([ProposalResult(gone_id, term=1, index=11), ProposalResult(stayed_id, term=1, index=12)])
    apply(waiters, 11)
    apply(waiters, 12)
    assert (await asyncio.wait_for(stayed, 1)).index == 12
