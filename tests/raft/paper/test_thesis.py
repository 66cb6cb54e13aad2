"""Promises of the thesis that the paper does not make: PreVote (§9.6), CheckQuorum (§6.2) and transfer of
leadership (§3.10), as far as no other test has them already."""

from __future__ import annotations

import pytest

from raft import (
    AppendEntries,
    Config,
    InstallSnapshotReply,
    Proposal,
    ProposalResult,
    ProposeReply,
    ProposeRequest,
    RequestVote,
    RequestVoteReply,
    Role,
    TimeoutNow,
)
from tests.raft.disk import log_of_terms
from tests.raft.lone import Lone, only, vote_request


def leader() -> Lone:
    """b and c hold its no-op, entry 1."""
    lone = Lone()
    lone.lead()
    for peer in "bc":
        lone.acknowledge(peer, 1)
    return lone


# §9.6 PreVote


def test_a_poll_lost_raises_no_term_however_often() -> None:
    lone = Lone(term=4)
    for _ in range(5):
        lone.campaign()
        lone.say(*(RequestVoteReply(peer, "a", 4, False, pre_vote=True) for peer in "bc"))
    assert lone.disk.hard_state().term == 4


def test_a_poll_is_granted_again_and_again_and_to_everybody() -> None:
    lone = Lone(log=log_of_terms(1), term=1)
    for peer in "bcbc":
        (reply,) = lone.say(vote_request(peer, 2, (1, 1), pre_vote=True))
        assert reply == RequestVoteReply("a", peer, 2, True, pre_vote=True)
    assert lone.disk.hard_state().vote is None


def test_a_poll_is_refused_for_a_term_in_which_the_vote_is_given() -> None:
    lone = Lone(term=2, vote="b")
    (reply,) = lone.say(vote_request("c", 2, pre_vote=True))
    assert reply == RequestVoteReply("a", "c", 2, False, pre_vote=True)


def test_a_grant_that_comes_late_does_not_count_in_the_next_poll() -> None:
    lone = Lone(term=1)
    lone.run_for_office()
    lone.campaign()
    lone.say(*(RequestVoteReply(peer, "a", 2, True, pre_vote=True) for peer in "bc"))
    assert (lone.term, lone.disk.hard_state().term) == (2, 2)
    lone.say(RequestVoteReply("b", "a", 3, True, pre_vote=True))
    assert lone.term == 3


# §6.2 CheckQuorum


def test_every_kind_of_answer_keeps_a_leader_in_place_but_only_from_a_majority() -> None:
    five = Lone(voters="abcde")
    five.lead()
    for _ in range(2 * five.config.election_ticks):
        five.tick()
        five.acknowledge("b", 1)
    assert five.node.status().role is not Role.LEADER


def test_a_leader_that_steps_down_by_itself_hears_another_of_a_later_term_at_once() -> None:
    lone = leader()
    lone.tick(2 * lone.config.election_ticks)
    assert lone.node.status().leader_id is None
    lone.follow("b", 2, (1, 1))
    assert lone.node.status().leader_id == "b"


# §3.10 transfer


def test_the_target_is_told_at_once_when_its_log_is_as_long() -> None:
    lone = leader()
    assert lone.node.transfer_leadership("b")
    assert only(TimeoutNow, lone.run()) == [TimeoutNow("a", "b", 1)]


def test_the_target_is_brought_up_to_date_first() -> None:
    lone = leader()
    lone.propose(b"x")
    lone.node.transfer_leadership("b")
    assert only(TimeoutNow, lone.tick(lone.config.heartbeat_ticks)) == []
    lone.acknowledge("c", 2)
    assert lone.node.status().transferee == "b"
    assert only(TimeoutNow, lone.acknowledge("b", 2)) == [TimeoutNow("a", "b", 1)]


def test_without_a_named_target_the_most_caught_up_voter_is_chosen() -> None:
    lone = leader()
    lone.propose(b"x")
    lone.acknowledge("c", 2)
    assert lone.node.transfer_leadership(None)
    assert lone.node.status().transferee == "c"


@pytest.mark.parametrize("target", ["a", "x", ""])
def test_there_is_no_transfer_to_oneself_or_to_a_stranger(target: str) -> None:
    lone = leader()
    assert not lone.node.transfer_leadership(target)
    assert lone.node.status().transferee is None
    lone.propose(b"still taken")
    assert lone.results[-1].index == 2


def test_who_does_not_lead_transfers_nothing() -> None:
    lone = Lone()
    assert not lone.node.transfer_leadership("b")
    assert lone.run() == []


def test_meanwhile_proposals_are_refused_definitely_also_forwarded_ones() -> None:
    lone = leader()
    lone.node.transfer_leadership("b")
    lone.run()
    lone.propose(b"x")
    assert lone.results == [ProposalResult(1, refusal="transferring")]
    (reply,) = only(ProposeReply, lone.say(ProposeRequest("c", "a", 1, (Proposal(9, b"y"),))))
    assert reply.results == (ProposalResult(9, refusal="transferring"),)
    assert lone.node.status().last_index == 1


def test_a_transfer_not_done_within_an_election_timeout_is_given_up() -> None:
    lone = leader()
    lone.node.transfer_leadership("b")
    for _ in range(lone.config.election_ticks):
        lone.tick()
        lone.acknowledge("b", 1)
    assert lone.node.status().transferee is None
    lone.propose(b"x")
    assert lone.results[-1].index == 2


def test_the_target_is_told_once_and_another_target_takes_its_place() -> None:
    lone = leader()
    lone.node.transfer_leadership("b")
    lone.run()
    lone.node.transfer_leadership("b")
    assert only(TimeoutNow, lone.run()) == []
    lone.node.transfer_leadership("c")
    assert only(TimeoutNow, lone.run()) == [TimeoutNow("a", "c", 1)]


def test_timeout_now_begins_an_election_without_a_poll() -> None:
    lone = Lone(log=log_of_terms(1), term=1)
    lone.follow("b", 1, (1, 1))
    requests = only(RequestVote, lone.say(TimeoutNow("b", "a", 1)))
    assert {(r.to, r.term, r.pre_vote, r.leadership_transfer) for r in requests} == {
        ("b", 2, False, True),
        ("c", 2, False, True),
    }


def test_a_campaign_that_a_leader_asked_for_is_heard_by_those_who_hear_the_leader() -> None:
    lone = Lone()
    lone.follow("b", 1)
    asked = RequestVote("c", "a", 2, 0, 0, leadership_transfer=True)
    (reply,) = only(RequestVoteReply, lone.say(asked))
    assert reply.vote_granted


def test_it_needs_the_longer_log_and_a_free_vote_all_the_same() -> None:
    longer = Lone(log=log_of_terms(1, 1), term=1)
    (reply,) = only(RequestVoteReply, longer.say(RequestVote("c", "a", 2, 1, 1, leadership_transfer=True)))
    assert not reply.vote_granted
    voted = Lone(term=2, vote="b")
    (reply,) = only(RequestVoteReply, voted.say(RequestVote("c", "a", 2, 0, 0, leadership_transfer=True)))
    assert not reply.vote_granted


def test_timeout_now_of_an_earlier_term_does_nothing() -> None:
    # S23
    lone = Lone(term=3)
    lone.follow("c", 3)
    assert lone.say(TimeoutNow("b", "a", 2)) == []
    assert (lone.node.status().leader_id, lone.term) == ("c", 3)


# What the thesis leaves to the implementer


def test_a_stray_snapshot_reply_moves_nothing() -> None:
    lone = leader()
    before = lone.node.status()
    lone.say(
        InstallSnapshotReply("b", "a", 1, match_index=1), InstallSnapshotReply("x", "a", 1, match_index=0)
    )
    assert lone.node.status() == before


def test_a_leader_that_refuses_writes_still_serves_reads_and_replicates() -> None:
    lone = leader()
    lone.node.refuse_proposals("disk_low")
    lone.propose(b"x")
    assert lone.results == [ProposalResult(1, refusal="disk_low")]
    lone.node.read_index(7)
    lone.run()
    lone.acknowledge("b", 1, read_round=1)
    assert [read.index for read in lone.reads] == [1]
    lone.node.refuse_proposals("")
    lone.propose(b"x")
    assert lone.results[-1].index == 2


def test_the_time_a_transfer_may_take_is_that_of_an_election() -> None:
    lone = Lone(config=Config("a", election_ticks=4))
    lone.lead()
    lone.node.transfer_leadership("b")
    lone.tick(3)
    assert lone.node.status().transferee == "b"
    lone.tick()
    assert lone.node.status().transferee is None
    assert only(AppendEntries, lone.tick(2))
