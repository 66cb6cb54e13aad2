"""Linearizable reads without the log: ReadIndex, thesis §6.4."""

from __future__ import annotations

from raft import AppendEntries, AppendEntriesReply, ReadIndexReply, ReadIndexRequest, ReadReady
from tests.raft.disk import log_of_terms
from tests.raft.lone import Lone, only
from tests.raft.network import Network


def leader_with_a_commit() -> Lone:
    lone = Lone()
    lone.lead()
    lone.acknowledge("b", 1)
    lone.acknowledge("c", 1)
    return lone


def rounds(messages: object) -> set[int]:
    assert isinstance(messages, list)
    return {append.read_round for append in only(AppendEntries, messages)}


def test_a_read_waits_for_a_majority_to_confirm_the_leader() -> None:
    # Thesis §6.4, step 3 "This heartbeat round ... ensures that the leader has not been superseded"
    lone = leader_with_a_commit()
    lone.node.read_index(7)
    assert rounds(lone.run()) == {1}
    assert lone.reads == []
    lone.acknowledge("b", 1, read_round=1)
    assert lone.reads == [ReadReady(7, 1)]


def test_a_read_is_not_served_before_an_entry_of_this_term_commits() -> None:
    # Thesis §6.4, step 1: until then the leader "may not know which are committed".
    lone = Lone(log=log_of_terms(1, 1), term=1)
    lone.lead()
    lone.node.read_index(7)
    assert rounds(lone.run()) <= {0}
    confirmed = lone.acknowledge("b", 3)
    assert rounds(confirmed) >= {1}
    lone.acknowledge("b", 3, read_round=1)
    assert lone.reads == [ReadReady(7, 3)]


def test_an_answer_sent_before_the_read_arrived_confirms_nothing() -> None:
    lone = leader_with_a_commit()
    lone.node.read_index(7)
    lone.run()
    lone.acknowledge("b", 1, read_round=0)
    assert lone.reads == []


def test_a_retried_read_is_confirmed_by_a_round_of_its_own_even_under_the_same_id() -> None:
    lone = leader_with_a_commit()
    lone.node.read_index(7)
    lone.run()
    lone.node.read_index(7)
    lone.acknowledge("b", 1, read_round=1)
    assert lone.reads == [ReadReady(7, 1)]
    lone.acknowledge("c", 1, read_round=1)
    lone.acknowledge("b", 1, read_round=1)
    assert len(lone.reads) == 1
    lone.acknowledge("c", 1, read_round=2)
    assert len(lone.reads) == 2


def test_reads_that_arrive_during_a_round_share_the_next() -> None:
    lone = leader_with_a_commit()
    for number in range(100):
        lone.node.read_index(number)
        sent = lone.run()
        assert rounds(sent) == ({1} if number == 0 else set())
    assert rounds(lone.acknowledge("b", 1, read_round=1)) == {2}
    lone.acknowledge("b", 1, read_round=2)
    assert [read.id for read in lone.reads] == list(range(100))


def test_a_lost_round_is_carried_by_the_next_heartbeat() -> None:
    lone = leader_with_a_commit()
    lone.node.read_index(7)
    lone.run()
    assert rounds(lone.tick(2)) == {1}


def test_a_refused_append_confirms_leadership_all_the_same() -> None:
    lone = leader_with_a_commit()
    lone.node.read_index(7)
    lone.run()
    lone.say(AppendEntriesReply("b", "a", 1, entry_appended=False, prev_index=1, read_round=1))
    assert lone.reads == [ReadReady(7, 1)]


def test_two_of_five_confirmations_are_too_few() -> None:
    lone = Lone(voters="abcde")
    lone.lead()
    lone.acknowledge("b", 1)
    lone.acknowledge("c", 1)
    lone.node.read_index(7)
    lone.run()
    lone.acknowledge("b", 1, read_round=1)
    assert lone.reads == []
    lone.acknowledge("c", 1, read_round=1)
    assert lone.reads == [ReadReady(7, 1)]


def test_a_leader_that_loses_its_term_refuses_every_open_read() -> None:
    lone = leader_with_a_commit()
    lone.node.read_index(7)
    lone.run()
    lone.node.read_index(8)
    lone.node.step(ReadIndexRequest("b", "a", 1, 99))
    left = lone.say(AppendEntriesReply("b", "a", 5, entry_appended=False, prev_index=1))
    assert lone.reads == [ReadReady(7, None), ReadReady(8, None)]
    assert [(r.to, r.id, r.refused) for r in only(ReadIndexReply, left)] == [("b", 99, True)]


def test_a_single_node_serves_a_read_by_the_same_rules() -> None:
    lone = Lone(voters="a")
    lone.tick(20)
    lone.node.read_index(7)
    lone.run()
    assert lone.reads == [ReadReady(7, 1)]


def test_a_follower_asks_its_leader() -> None:
    lone = Lone()
    lone.follow("b", 1)
    lone.node.read_index(7)
    (asked,) = only(ReadIndexRequest, lone.run())
    assert (asked.to, asked.term) == ("b", 1)
    lone.say(ReadIndexReply("b", "a", 1, asked.id, index=12))
    assert lone.reads == [ReadReady(7, 12)]


def test_answers_to_an_earlier_try_or_an_earlier_run_match_nothing() -> None:
    first, second = Lone(seed=1), Lone(seed=2)
    asked = []
    for lone in (first, second):
        lone.follow("b", 1)
        lone.node.read_index(7)
        asked += only(ReadIndexRequest, lone.run())
    second.say(ReadIndexReply("b", "a", 1, asked[0].id, index=3))
    assert second.reads == []


def test_a_followers_read_ends_when_its_leader_changes_or_stays_silent() -> None:
    changed = Lone()
    changed.follow("b", 1)
    changed.node.read_index(7)
    changed.run()
    changed.follow("c", 2)
    assert changed.reads == [ReadReady(7, None)]
    silent = Lone()
    silent.follow("b", 1)
    silent.node.read_index(7)
    for _ in range(2 * silent.config.election_ticks + 1):
        silent.follow("b", 1)
        silent.tick()
    assert silent.reads == [ReadReady(7, None)]


def test_without_a_leader_a_read_is_refused_at_once() -> None:
    lone = Lone()
    lone.node.read_index(7)
    lone.run()
    assert lone.reads == [ReadReady(7, None)]


def test_an_isolated_leader_serves_no_read_after_another_has_committed() -> None:
    network = Network()
    old = network.elect()
    network.cut(old)
    asked = network.read(old)
    network.tick(40)
    new = next(n for n in network.machines if n != old and network.node(n).status().leader_id == n)
    network.propose(new, b"newer")
    late = network.read(old)
    network.tick(40)
    assert network.read_indexes[asked] is None
    assert network.read_indexes[late] is None


def test_every_node_reads_what_was_committed_before() -> None:
    # The network asserts that no read's index is below what was committed when it was asked.
    network = Network(size=5, seed=2)
    leader = network.elect()
    ids = []
    for number in range(20):
        network.propose(leader, b"%d" % number)
        network.settle(4)
        ids += [network.read(name) for name in network.machines]
        network.settle()
    assert all(network.read_indexes[read] is not None for read in ids)
