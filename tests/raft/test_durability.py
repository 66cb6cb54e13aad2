"""Nothing leaves that depends on what is not durable: paper figure 2, "Updated on stable storage before
responding to RPCs"."""

from __future__ import annotations

from random import Random

import pytest

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Config,
    Entry,
    EntryKind,
    HardState,
    LocalMistake,
    Node,
    Proposal,
    Ready,
    RequestVote,
    Role,
)
from tests.raft.disk import Disk, log_of_terms
from tests.raft.lone import Lone, only, vote_request
from tests.raft.network import Network


def append(leader: str, term: int, prev: tuple[int, int], *terms: int) -> AppendEntries:
    first = prev[0] + 1
    entries = tuple(Entry(each, first + i, EntryKind.COMMAND, b"%d" % each) for i, each in enumerate(terms))
    return AppendEntries(leader, "a", term, *prev, 0, entries)


def test_a_vote_waits_for_its_own_record() -> None:
    lone = Lone()
    lone.node.step(vote_request("b", 3))
    ready = lone.node.ready()
    assert ready.messages == ()
    assert ready.hard_state is not None
    assert (ready.hard_state.term, ready.hard_state.vote) == (3, "b")
    assert len(ready.messages_after_durable) == 1


def test_an_acknowledgement_waits_for_the_entries_it_names() -> None:
    lone = Lone()
    lone.node.step(append("b", 1, (0, 0), 1, 1))
    ready = lone.node.ready()
    assert ready.messages == ()
    assert [e.index for e in ready.entries] == [1, 2]
    (reply,) = only(AppendEntriesReply, ready.messages_after_durable)
    assert reply.match_index == 2


def test_a_candidate_asks_for_votes_only_once_its_own_is_durable_and_counts_it_then() -> None:
    lone = Lone(voters="a")
    while lone.node.status().role is Role.FOLLOWER:
        lone.node.tick()
    ready = lone.node.ready()
    assert ready.hard_state is not None
    assert lone.node.status().role is Role.CANDIDATE
    lone.finish(ready)
    assert lone.node.status().role is Role.LEADER
    pair = Lone(voters="ab")
    for message in pair.campaign():
        assert isinstance(message, RequestVote)
        assert message.pre_vote
    requests = pair.run_for_office()
    assert pair.disk.hard_state().vote == "a"
    assert len(only(RequestVote, requests)) == 1


def test_a_write_begun_before_the_vote_does_not_make_the_vote_durable() -> None:
    lone = Lone(voters="a")
    earlier = lone.node.ready()
    while lone.node.status().role is Role.FOLLOWER:
        lone.node.tick()
    lone.finish(earlier)
    assert lone.node.status().role is Role.CANDIDATE
    lone.run()
    assert lone.node.status().role is Role.LEADER


def test_a_leaders_appends_leave_while_its_own_disk_writes() -> None:
    # Thesis §10.2.1
    lone = Lone()
    lone.lead()
    lone.acknowledge("b", 1)
    lone.node.propose([Proposal(1, b"x")])
    ready = lone.node.ready()
    assert [e.data for m in only(AppendEntries, ready.messages) for e in m.entries] == [b"x"]
    assert [e.data for e in ready.entries] == [b"x"]


def test_acknowledgements_made_in_one_turn_leave_as_one() -> None:
    lone = Lone()
    replies = lone.say(*(append("b", 1, (i, min(i, 1)), 1) for i in range(5)))
    assert [reply.match_index for reply in only(AppendEntriesReply, replies)] == [5]


def test_promises_of_an_earlier_term_that_have_not_left_are_void() -> None:
    lone = Lone()
    lone.node.step(append("b", 1, (0, 0), 1, 1))
    lone.node.step(append("c", 2, (0, 0), 2))
    replies = lone.run()
    assert [(r.to, r.term) for r in only(AppendEntriesReply, replies)] == [("c", 2)]


def test_a_write_confirmed_after_its_entries_were_replaced_confirms_nothing_of_their_successors() -> None:
    # An index alone would take the old write for the new one.
    lone = Lone()
    lone.node.step(append("b", 1, (0, 0), 1, 1))
    old = lone.node.ready()
    lone.node.step(append("c", 2, (0, 0), 2, 2))
    lone.finish(old)
    new = lone.node.ready()
    assert [(e.index, e.term) for e in new.entries] == [(1, 2), (2, 2)]
    lone.finish(new)
    assert [e.term for e in lone.disk.log] == [2, 2]


def test_a_ready_waits_for_the_one_before_to_be_persisted() -> None:
    lone = Lone()
    lone.node.step(vote_request("b", 3))
    ready = lone.node.ready()
    lone.node.step(vote_request("b", 4))
    assert not lone.node.has_ready()
    with pytest.raises(LocalMistake):
        lone.node.ready()
    lone.finish(ready)
    assert lone.node.has_ready()
    with pytest.raises(LocalMistake):
        lone.node.persisted(ready)


def test_a_state_ahead_of_its_log_is_not_started() -> None:
    lone = Lone(log=log_of_terms(1), term=1)
    with pytest.raises(LocalMistake):
        Node(lone.config, lone.disk, 2, lone.random)
    with pytest.raises(LocalMistake):
        Lone(log=log_of_terms(3), term=2)


def test_a_restarted_node_takes_its_applied_index_as_committed_and_applies_nothing_twice() -> None:
    lone = Lone(log=log_of_terms(1, 1, 1), term=1)
    node = Node(lone.config, lone.disk, 2, lone.random)
    assert node.status().commit_index == 2
    node.step(AppendEntries("b", "a", 1, 3, 1, 3))
    assert [e.index for e in node.ready().committed] == [3]


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_votes_lost_with_the_power_never_make_two_leaders(seed: int, keep: bool) -> None:
    # The network asserts one leader per term at every step.
    network = Network(seed=seed)
    for step in range(300):
        network.tick()
        name = network.random.choice(sorted(network.machines))
        if step % 7 == 0 and network.machines[name].ready is not None:
            network.crash(name, keep_pending_write=keep)
            network.restart(name)
    network.elect()


@pytest.mark.parametrize("seed", range(10))
def test_every_node_losing_power_at_once_loses_nothing_acknowledged(seed: int) -> None:
    network = Network(seed=seed)
    for round_number in range(8):
        leader = network.elect()
        network.propose(leader, b"kept %d" % round_number)
        network.settle(network.random.randint(1, 8))
        for name in network.machines:
            network.crash(name, keep_pending_write=network.random.random() < 0.5)
        for name in network.machines:
            network.restart(name)
    network.propose(network.elect(), b"end")
    network.tick(20)
    network.check_end()


def test_no_more_is_handed_out_to_be_applied_than_its_bound_until_some_is_applied() -> None:
    log = [Entry(1, index, EntryKind.COMMAND, b"x" * 10) for index in range(1, 101)]
    config = Config("a", applying_bytes_max=30, unapplied_bytes_max=100)
    node = Node(config, Disk(HardState(1, None), log), 0, Random(7))
    node.step(AppendEntries("b", "a", 1, 100, 1, commit_index=100))
    waiting: list[Ready] = []
    applied = 0
    while applied < 100:
        while node.has_ready():
            waiting.append(node.ready())
            node.persisted(waiting[-1])
        assert sum(len(entry.data) for ready in waiting for entry in ready.committed) < 100 + 30
        oldest = waiting.pop(0)
        node.applied(oldest)
        applied += len(oldest.committed)
    assert node.status().applied_index == 100
