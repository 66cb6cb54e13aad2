"""Every proposal ends in exactly one result, and the result is true."""

from __future__ import annotations

from raft import (
    AppendEntriesReply,
    Config,
    Proposal,
    ProposalResult,
    ProposeReply,
    ProposeRequest,
    RequestVoteReply,
    Role,
)
from tests.raft.lone import Lone, only
from tests.raft.network import Faults, Network


def following() -> Lone:
    lone = Lone()
    lone.follow("b", 1)
    return lone


def test_a_follower_forwards_what_one_turn_brought_in_one_request() -> None:
    lone = following()
    lone.node.propose([Proposal(1, b"x"), Proposal(2, b"y")])
    lone.node.propose([Proposal(3, b"z")])
    (request,) = only(ProposeRequest, lone.run())
    assert (request.to, [p.data for p in request.proposals]) == ("b", [b"x", b"y", b"z"])


def test_a_forwarded_batch_is_cut_by_its_bytes() -> None:
    lone = Lone(config=Config("a", entries_bytes_max=10))
    lone.follow("b", 1)
    requests = only(ProposeRequest, lone.propose(b"x" * 99, b"12345", b"67890", b"+"))
    assert [[len(p.data) for p in r.proposals] for r in requests] == [[99], [5, 5], [1]]


def test_the_leaders_answer_reaches_the_caller_under_the_callers_id() -> None:
    lone = following()
    (request,) = only(ProposeRequest, lone.propose(b"x", b"y"))
    one, two = (p.id for p in request.proposals)
    results = (ProposalResult(one, 1, 5), ProposalResult(two, refusal="overloaded"))
    lone.say(ProposeReply("b", "a", 1, results), ProposeReply("b", "a", 1, results))
    assert lone.results == [ProposalResult(1, 1, 5), ProposalResult(2, refusal="overloaded")]


def test_an_answer_that_brings_a_later_term_is_heard_before_the_term_is() -> None:
    lone = following()
    (request,) = only(ProposeRequest, lone.propose(b"x"))
    lone.say(ProposeReply("b", "a", 4, (ProposalResult(request.proposals[0].id, 1, 5),)))
    assert lone.results == [ProposalResult(1, 1, 5)]
    assert lone.term == 4


def test_what_was_forwarded_is_unknown_once_the_leader_changes() -> None:
    lone = following()
    lone.propose(b"x")
    lone.follow("c", 2)
    assert lone.results == [ProposalResult(1, refusal="unknown")]


def test_what_was_forwarded_is_unknown_once_the_term_changes() -> None:
    lone = following()
    lone.propose(b"x")
    lone.say(AppendEntriesReply("c", "a", 2, entry_appended=False, prev_index=0))
    assert lone.results == [ProposalResult(1, refusal="unknown")]


def test_what_was_forwarded_is_unknown_once_the_follower_campaigns() -> None:
    lone = following()
    lone.propose(b"x")
    lone.campaign()
    assert lone.results == [ProposalResult(1, refusal="unknown")]


def test_what_was_forwarded_is_unknown_once_the_leader_leaves_it_unanswered() -> None:
    lone = following()
    lone.propose(b"x")
    for _ in range(2 * lone.config.election_ticks + 1):
        lone.follow("b", 1)
        lone.tick()
    assert lone.results == [ProposalResult(1, refusal="unknown")]


def test_what_never_left_is_refused_and_not_unknown() -> None:
    lone = following()
    lone.node.propose([Proposal(1, b"x")])
    lone.follow("c", 2)
    lone.run()
    assert lone.results == [ProposalResult(1, refusal="no_leader")]


def test_without_a_leader_a_proposal_is_refused_at_once() -> None:
    lone = Lone()
    lone.propose(b"x")
    assert lone.results == [ProposalResult(1, refusal="no_leader")]
    candidate = Lone()
    candidate.run_for_office()
    assert candidate.node.status().role is Role.CANDIDATE
    candidate.propose(b"x")
    assert candidate.results == [ProposalResult(1, refusal="no_leader")]


def test_a_follower_that_waits_for_too_many_answers_is_overloaded() -> None:
    lone = Lone(config=Config("a", forwarded_proposals_max=2))
    lone.follow("b", 1)
    lone.propose(b"x", b"y", b"z")
    assert lone.results == [ProposalResult(3, refusal="overloaded")]


def test_a_node_that_does_not_lead_refuses_what_is_forwarded_to_it() -> None:
    lone = following()
    (reply,) = only(ProposeReply, lone.say(ProposeRequest("c", "a", 1, (Proposal(9, b"x"),))))
    assert reply.results == (ProposalResult(9, refusal="not_leader"),)


def test_a_node_that_may_have_taken_the_request_earlier_does_not_deny_it() -> None:
    lone = Lone()
    lone.lead()
    request = ProposeRequest("b", "a", 1, (Proposal(9, b"x"),))
    (taken,) = only(ProposeReply, lone.say(request))
    assert taken.results == (ProposalResult(9, 1, 2),)
    assert only(ProposeReply, lone.say(request)) == []
    lone.say(AppendEntriesReply("c", "a", 3, entry_appended=False, prev_index=1))
    (late,) = only(ProposeReply, lone.say(request))
    assert late.results == (ProposalResult(9, refusal="unknown"),)
    assert [entry.data for entry in lone.disk.log] == [b"", b"x"]


def test_a_leader_answers_with_the_place_of_each_proposal() -> None:
    lone = Lone()
    lone.lead()
    request = ProposeRequest("b", "a", 1, (Proposal(8, b"x"), Proposal(9, b"y")))
    (reply,) = only(ProposeReply, lone.say(request))
    assert reply.results == (ProposalResult(8, 1, 2), ProposalResult(9, 1, 3))


def test_a_leader_with_too_many_uncommitted_bytes_is_overloaded_until_they_commit() -> None:
    lone = Lone(voters="ab", config=Config("a", uncommitted_bytes_max=10))
    lone.lead()
    lone.propose(b"123456", b"789012", b"3456")
    assert [r.refusal for r in lone.results] == ["", "overloaded", ""]
    lone.results.clear()
    lone.propose(b"x")
    assert lone.results == [ProposalResult(1, refusal="overloaded")]
    lone.acknowledge("b", 3)
    lone.results.clear()
    lone.propose(b"12345", b"67890", b"x")
    assert [r.refusal for r in lone.results] == ["", "", "overloaded"]


def test_a_proposal_larger_than_the_bound_is_taken_when_nothing_else_waits() -> None:
    lone = Lone(voters="ab", config=Config("a", uncommitted_bytes_max=10))
    lone.lead()
    lone.propose(b"x" * 99, b"y")
    assert [r.refusal for r in lone.results] == ["", "overloaded"]


def test_a_thousand_concurrent_proposals_through_all_nodes_get_places_of_their_own() -> None:
    network = Network(size=5, faults=Faults(delay_max=3, sync_delay_max=2), uncommitted_bytes_max=1 << 20)
    network.elect()
    for number in range(1000):
        network.propose("abcde"[number % 5], b"%d" % number)
    for _ in range(400):
        network.tick()
        if len(network.placed) + len(network.refused) == 1000 and len(network.committed) >= 1001:
            break
    assert network.refused == {}
    places = [result.index for result in network.placed.values()]
    assert sorted(places) == list(range(min(places), min(places) + 1000))
    network.tick(20)
    network.check_end()


def test_a_late_vote_reply_does_nothing_to_a_follower() -> None:
    lone = following()
    lone.say(RequestVoteReply("c", "a", 1, True))
    assert lone.node.status().role is Role.FOLLOWER
