"""Leader election: paper §5.1, §5.2, §5.4.1; PreVote, CheckQuorum and stickiness: thesis §6.2, §9.6."""

from __future__ import annotations

from random import Random

import pytest

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Config,
    Node,
    ProposeRequest,
    ReadIndexRequest,
    RequestVote,
    RequestVoteReply,
    Role,
)
from tests.raft.disk import Disk, log_of_terms
from tests.raft.lone import Lone, only, vote_request
from tests.raft.network import Faults, Network


def test_a_node_starts_as_a_follower_in_its_stored_term() -> None:
    # §5.2 "When servers start up, they begin as followers."
    status = Lone(term=4).node.status()
    assert (status.role, status.term, status.leader_id) == (Role.FOLLOWER, 4, None)


def test_a_follower_that_hears_its_leader_remains_a_follower() -> None:
    # §5.2 "A server remains in follower state as long as it receives valid RPCs from a leader or candidate."
    lone = Lone()
    for _ in range(20):
        lone.follow("b", 1)
        lone.tick(9)
    assert lone.node.status().role is Role.FOLLOWER
    assert lone.term == 1


def test_a_follower_that_hears_nothing_polls_before_it_raises_its_term() -> None:
    # Thesis §9.6
    lone = Lone(term=3)
    polls = only(RequestVote, lone.campaign())
    assert {(poll.to, poll.term, poll.pre_vote) for poll in polls} == {("b", 4, True), ("c", 4, True)}
    assert lone.term == 3
    assert lone.disk.hard_state().term == 3


def test_a_poll_won_begins_an_election_in_the_next_term_with_a_vote_for_itself() -> None:
    # §5.2: a follower that starts an election increments its term, becomes a candidate and votes for itself.
    lone = Lone(term=3)
    requests = only(RequestVote, lone.run_for_office())
    assert {(r.to, r.term, r.pre_vote) for r in requests} == {("b", 4, False), ("c", 4, False)}
    assert (lone.disk.hard_state().term, lone.disk.hard_state().vote) == (4, "a")


def test_a_candidate_with_a_majority_of_votes_leads_and_says_so_at_once() -> None:
    # §5.2 "Once a candidate wins an election, it becomes leader. It then sends heartbeat messages"
    lone = Lone(voters="abcde")
    lone.run_for_office()
    lone.say(RequestVoteReply("b", "a", 1, True))
    assert lone.node.status().role is Role.CANDIDATE
    appends = only(AppendEntries, lone.say(RequestVoteReply("c", "a", 1, True)))
    assert lone.node.status().role is Role.LEADER
    assert {append.to for append in appends} == set("bcde")


def test_votes_are_counted_by_voter_not_by_reply() -> None:
    lone = Lone(voters="abcde")
    lone.run_for_office()
    lone.say(*[RequestVoteReply("b", "a", 1, True)] * 5)
    assert lone.node.status().role is Role.CANDIDATE


def test_votes_of_an_earlier_term_and_of_a_poll_do_not_count() -> None:
    lone = Lone(voters="abcde")
    lone.run_for_office()
    lone.campaign()
    lone.say(*(RequestVoteReply(peer, "a", 2, True, pre_vote=True) for peer in "bc"))
    assert lone.term == 2
    lone.say(*(RequestVoteReply(peer, "a", 1, True) for peer in "bcde"))
    lone.say(*(RequestVoteReply(peer, "a", 2, True, pre_vote=True) for peer in "bcde"))
    assert lone.node.status().role is Role.CANDIDATE


def test_a_late_vote_does_not_count_in_the_poll_after_it() -> None:
    lone = Lone()
    lone.run_for_office()
    lone.campaign()
    lone.say(*(RequestVoteReply(peer, "a", 1, True) for peer in "bc"))
    assert (lone.node.status().role, lone.term) == (Role.CANDIDATE, 1)


def test_a_node_votes_once_in_a_term_first_come_first_served() -> None:
    # §5.2: at most one vote per server and term, on a first-come-first-served basis.
    lone = Lone()
    first, second, again = lone.say(vote_request("b", 1), vote_request("c", 1), vote_request("b", 1))
    assert [first, second, again] == [
        RequestVoteReply("a", "b", 1, True),
        RequestVoteReply("a", "c", 1, False),
        RequestVoteReply("a", "b", 1, True),
    ]


def test_a_vote_survives_a_restart() -> None:
    # Figure 2, "persistent state": a second vote in the term would make a second leader.
    lone = Lone()
    lone.say(vote_request("b", 1))
    again = Node(lone.config, lone.disk, 0, Random(1))
    again.step(vote_request("c", 1))
    (reply,) = again.ready().messages_after_durable
    assert reply == RequestVoteReply("a", "c", 1, False)


@pytest.mark.parametrize(
    ("last", "is_granted"),
    [
        pytest.param((3, 3), True, id="equal"),
        pytest.param((9, 2), False, id="longer, of an earlier term"),
        pytest.param((1, 4), True, id="shorter, of a later term"),
        pytest.param((2, 3), False, id="shorter, of the same term"),
    ],
)
def test_a_vote_goes_only_to_a_log_that_is_as_up_to_date(last: tuple[int, int], is_granted: bool) -> None:
    # §5.4.1 "the voter denies its vote if its own log is more up-to-date than that of the candidate"
    for pre_vote in (True, False):
        lone = Lone(log=log_of_terms(1, 2, 3), term=4)
        (reply,) = only(RequestVoteReply, lone.say(vote_request("b", 5, last, pre_vote=pre_vote)))
        assert reply.vote_granted is is_granted


def test_a_poll_changes_nothing_at_the_polled() -> None:
    lone = Lone(term=2)
    (reply,) = lone.say(vote_request("b", 9, pre_vote=True))
    assert reply == RequestVoteReply("a", "b", 9, True, pre_vote=True)
    assert lone.disk.hard_state().term == 2
    assert lone.term == 2


def test_a_later_term_ends_leadership_and_campaign() -> None:
    # §5.1: a candidate or leader that finds its term out of date reverts to follower at once.
    leader = Lone()
    leader.lead()
    leader.say(AppendEntriesReply("b", "a", 7, entry_appended=False, prev_index=0))
    candidate = Lone()
    candidate.run_for_office()
    candidate.say(RequestVoteReply("b", "a", 7, False))
    for lone in (leader, candidate):
        assert (lone.node.status().role, lone.term) == (Role.FOLLOWER, 7)


def test_a_candidate_recognises_the_leader_of_its_term() -> None:
    # §5.2 "If the leader's term is at least as large as the candidate's current term, then the candidate
    # recognizes the leader as legitimate and returns to follower state."
    lone = Lone()
    lone.run_for_office()
    lone.say(AppendEntries("b", "a", 1, 0, 0, 0))
    assert (lone.node.status().role, lone.node.status().leader_id) == (Role.FOLLOWER, "b")


def test_messages_of_an_earlier_term_are_refused_with_the_current_term() -> None:
    # §5.1 "If a server receives a request with a stale term number, it rejects the request."
    lone = Lone(term=5)
    replies = lone.say(
        AppendEntries("b", "a", 4, 0, 0, 0, tuple(log_of_terms(4))),
        vote_request("b", 4),
        ProposeRequest("b", "a", 4, ()),
        ReadIndexRequest("b", "a", 4, 1),
    )
    assert {reply.term for reply in replies} == {5}
    assert len(replies) == 4
    assert lone.disk.log == []


def test_a_pre_candidate_forgets_its_leader_and_votes_for_another() -> None:
    lone = Lone()
    lone.follow("b", 1)
    lone.campaign()
    assert lone.node.status().leader_id is None
    (reply,) = only(RequestVoteReply, lone.say(vote_request("c", 2)))
    assert reply.vote_granted


def test_a_follower_that_hears_its_leader_refuses_votes_and_keeps_its_term() -> None:
    # Thesis §6.2, §9.6: "if a server receives a RequestVote request within the minimum election timeout of
    # hearing from a current leader, it does not update its term or grant its vote."
    lone = Lone()
    lone.follow("b", 1)
    lone.tick(9)
    for pre_vote in (True, False):
        (reply,) = lone.say(vote_request("c", 5, (9, 4), pre_vote=pre_vote))
        assert reply == RequestVoteReply("a", "c", 1, False, pre_vote)
    assert lone.term == 1


def test_a_follower_votes_again_once_its_leader_is_silent_for_the_minimum_election_timeout() -> None:
    for seed in range(20):
        lone = Lone(seed=seed)
        lone.follow("b", 1)
        lone.tick(lone.config.election_ticks)
        (reply,) = only(RequestVoteReply, lone.say(vote_request("c", 5, (9, 4))))
        assert reply.vote_granted


def test_a_leader_that_a_majority_does_not_answer_steps_down_in_its_term() -> None:
    # Thesis §6.2: it steps down when an election timeout passes without a successful round of heartbeats.
    lone = Lone()
    lone.lead()
    lone.tick(2 * lone.config.election_ticks)
    assert lone.node.status().role is not Role.LEADER
    assert lone.term == 1


def test_a_leader_that_one_of_two_followers_answers_stays() -> None:
    lone = Lone()
    lone.lead()
    for _ in range(100):
        lone.tick()
        lone.acknowledge("b", 1)
    assert lone.node.status().role is Role.LEADER


def test_a_refused_append_counts_as_an_answer_to_its_leader() -> None:
    lone = Lone(log=log_of_terms(1, 1, 1), term=1)
    lone.lead()
    for _ in range(100):
        lone.tick()
        lone.say(AppendEntriesReply("b", "a", 2, entry_appended=False, prev_index=0))
    assert lone.node.status().role is Role.LEADER


def test_election_timeouts_are_drawn_from_the_interval() -> None:
    # §5.2 "election timeouts are chosen randomly from a fixed interval"
    timeouts = set()
    for seed in range(200):
        node = Node(Config("a"), Disk(voters="ab"), 0, Random(seed))
        ticks = 0
        while node.status().role is Role.FOLLOWER:
            node.tick()
            ticks += 1
        timeouts.add(ticks)
    assert timeouts == set(range(10, 20))


def test_a_single_node_elects_itself_once_its_vote_is_durable() -> None:
    lone = Lone(voters="a")
    while lone.node.status().role is Role.FOLLOWER:
        lone.node.tick()
    assert lone.node.status().role is Role.CANDIDATE
    lone.run()
    assert lone.node.status().role is Role.LEADER
    assert [entry.term for entry in lone.applied] == [1]


def test_a_node_cut_off_neither_raises_its_term_nor_disturbs_on_return() -> None:
    # Thesis §9.6, "disruptive servers"
    network = Network()
    leader = network.elect()
    term = network.node(leader).status().term
    follower = next(name for name in network.machines if name != leader)
    for _ in range(30):
        network.cut(follower)
        network.tick(5)
        network.heal()
        network.tick(5)
    network.cut(follower)
    network.tick(100)
    network.heal()
    network.tick(30)
    assert {network.node(name).status().term for name in network.machines} == {term}
    assert network.leader() == leader


def test_a_node_with_a_higher_term_than_its_leader_rejoins() -> None:
    network = Network()
    leader = network.elect()
    follower = next(name for name in network.machines if name != leader)
    network.crash(follower)
    disk = network.machines[follower].disk
    disk.append(type(disk.hard_state())(disk.hard_state().term + 5, None), [])
    network.restart(follower)
    network.tick(60)
    network.propose(network.elect(), b"together again")
    network.tick(10)
    network.check_end()


@pytest.mark.parametrize("direction", ["to the leader", "from the leader"])
def test_a_one_way_cut_of_the_leader_ends_in_a_leader_that_commits(direction: str) -> None:
    network = Network(seed=3)
    leader = network.elect()
    for other in set(network.machines) - {leader}:
        network.cuts.add((other, leader) if direction == "to the leader" else (leader, other))
    network.tick(60)
    successor = network.leader()
    assert successor is not None
    assert successor != leader
    network.propose(successor, b"onward")
    network.tick(5)
    assert network.committed[-1].data == b"onward"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_clusters_of_every_size_elect_one_leader_over_slow_lossy_links(size: int) -> None:
    network = Network(size, seed=size, faults=Faults(drop=0.1, delay_max=4, sync_delay_max=2))
    network.elect()
