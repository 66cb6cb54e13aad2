"""Mistakes that other implementations made in the protocol itself. Each owns a test here, under the number it
bears in the project's list; DESIGN.md has the list, and who keeps the promises around them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Entry,
    EntryKind,
    InstallSnapshot,
    InstallSnapshotReply,
    LocalMistake,
    Membership,
    ReadIndexReply,
    ReadIndexRequest,
    ReadReady,
    RequestVote,
    RequestVoteReply,
    Role,
    Snapshot,
)
from tests.raft.disk import log_of_terms
from tests.raft.lone import Lone, only, vote_request
from tests.raft.network import Network


def append(term: int, prev: tuple[int, int], *terms: int, commit: int = 0) -> AppendEntries:
    entries = tuple(
        Entry(each, index, EntryKind.COMMAND, b"%d" % each) for index, each in enumerate(terms, prev[0] + 1)
    )
    return AppendEntries("b", "a", term, *prev, commit, entries)


def test_mistake_04_a_delayed_append_cuts_off_nothing_that_was_acknowledged_since() -> None:
    # §5.3: only entries that conflict are deleted. Every prefix and slice of what was sent comes again.
    lone = Lone(term=1)
    lone.say(append(1, (0, 0), 1, 1, 1, 1, 1, 1, commit=2))
    held = list(lone.disk.log)
    for first in range(6):
        for end in range(first, 7):
            prev = (first, 1 if first else 0)
            delayed = AppendEntries("b", "a", 1, *prev, 0, tuple(held[first:end]))
            (reply,) = only(AppendEntriesReply, lone.say(delayed))
            assert reply.match_index == max(first, end)
            assert lone.disk.log == held
            assert lone.node.status().last_index == 6


def test_mistake_05_a_divergent_tail_is_not_committed_by_a_heartbeat_with_a_high_commit_index() -> None:
    # Figure 2, AppendEntries 5. S12.
    lone = Lone(log=log_of_terms(1, 1, 2, 2, 2), term=2)
    lone.say(append(3, (2, 1), commit=5))
    assert lone.node.status().commit_index == 2
    assert [entry.index for entry in lone.applied] == [1, 2]
    lone.say(append(3, (2, 1), 3, commit=5), append(3, (3, 3), commit=5))
    assert lone.node.status().commit_index == 3
    assert [entry.term for entry in lone.applied] == [1, 1, 3]


def test_mistake_06_a_voter_counts_once_and_an_answer_of_an_earlier_leadership_not_at_all() -> None:
    candidate = Lone(voters="abcde")
    candidate.run_for_office()
    candidate.say(*[RequestVoteReply("b", "a", 1, True)] * 9)
    assert candidate.node.status().role is Role.CANDIDATE

    # b's answer to the leader of term 1 arrives when that node leads again, in term 3.
    leader = Lone()
    leader.lead()
    late = replace(leader.acknowledgement("b", 1), read_round=0)
    leader.follow("c", 2)
    leader.lead()
    leader.say(late)
    status = leader.node.status()
    assert (status.term, status.commit_index) == (3, 0)
    assert [peer.match_index for peer in status.peers] == [0, 0]


def test_mistake_07_replicas_of_an_earlier_terms_entry_commit_nothing_until_this_terms_noop_does() -> None:
    # §5.4.2, figure 8, and thesis figure 3.7.
    lone = Lone(log=log_of_terms(1, 1, 2), term=3, voters="abcde")
    lone.lead()
    for peer in "bcde":
        lone.acknowledge(peer, 3)
        assert lone.node.status().commit_index == 0
    lone.acknowledge("b", 4)
    assert lone.node.status().commit_index == 0
    lone.acknowledge("c", 4)
    assert lone.node.status().commit_index == 4


def test_mistake_09_a_new_leader_commits_what_it_found_with_nobody_writing_and_reads_wait_for_that() -> None:
    # §8. S16.
    network = Network()
    network.propose(network.elect(), b"found")
    network.settle()
    for name in network.machines:
        network.crash(name)
        network.machines[name].applied.clear()
        network.restart(name)
    leader = network.elect()
    asked = network.read(leader)
    network.tick(10)
    assert network.read_indexes[asked] is not None
    assert [entry.data for entry in network.machines[leader].applied][:2] == [b"", b"found"]


def test_mistake_10_an_answer_asked_for_before_the_read_and_come_after_it_confirms_nothing() -> None:
    # Leadership is proven from when a message left, never from when its answer arrived.
    lone = Lone()
    lone.lead()
    lone.acknowledge("b", 1)
    asked_before = [lone.acknowledgement(peer, 1) for peer in "bc"]
    lone.tick(2)
    lone.node.read_index(7)
    lone.say(*asked_before)
    assert lone.reads == []
    lone.acknowledge("c", 1, read_round=1)
    assert lone.reads == [ReadReady(7, 1)]


def test_mistake_15_a_retried_read_matches_no_answer_to_the_try_before_it() -> None:
    # At the leader: the retry has a round of its own.
    leader = Lone()
    leader.lead()
    leader.acknowledge("b", 1)
    leader.node.read_index(7)
    leader.run()
    leader.acknowledge("b", 1, read_round=1)
    leader.node.read_index(7)
    leader.run()
    leader.acknowledge("b", 1, read_round=1)
    leader.acknowledge("c", 1, read_round=1)
    assert leader.reads == [ReadReady(7, 1)]
    # At a follower: the retry has an id of its own on the wire.
    follower = Lone()
    follower.follow("b", 1)
    follower.node.read_index(7)
    (first,) = only(ReadIndexRequest, follower.run())
    follower.say(ReadIndexReply("b", "a", 1, first.id, refused=True))
    follower.node.read_index(7)
    (second,) = only(ReadIndexRequest, follower.run())
    assert second.id != first.id
    follower.say(ReadIndexReply("b", "a", 1, first.id, index=3))
    assert follower.reads == [ReadReady(7, None)]


@pytest.mark.parametrize("length", [3, 5, 9])
def test_mistake_17_a_log_that_conflicts_with_a_snapshot_is_dropped_whole(length: int) -> None:
    # §7: a follower whose log is not a prefix, nor holds the snapshot's last entry, discards all of it.
    lone = Lone(log=log_of_terms(*[1] * length), term=1)
    snapshot = Snapshot(5, 2, Membership(("a", "b", "c")))
    lone.node.step(InstallSnapshot("b", "a", 3, snapshot))
    ready = lone.node.ready()
    assert ready.snapshot == snapshot
    lone.disk.restore(snapshot)
    (reply,) = only(InstallSnapshotReply, lone.finish(ready))
    assert reply.match_index == 5
    assert lone.disk.log == []
    # It does not come to that again: the leader's next append fits.
    (accepted,) = only(AppendEntriesReply, lone.say(append(3, (5, 2), 3, commit=6)))
    assert (accepted.entry_appended, accepted.match_index) == (True, 6)


def test_mistake_19_the_log_is_not_compacted_past_what_is_applied() -> None:
    lone = Lone(log=log_of_terms(1, 1, 1), term=1)
    lone.say(append(1, (3, 1), commit=2))
    for index in (3, 4):
        with pytest.raises(LocalMistake):
            lone.node.compact(index)
    assert lone.node.compact(2).index == 2
    assert lone.node.status().first_index == 3
    # Committed, and handed out to be applied, is not applied.
    behind = Lone(log=log_of_terms(1, 1, 1), term=1)
    behind.node.step(append(1, (3, 1), commit=3))
    behind.node.persisted(behind.node.ready())
    with pytest.raises(LocalMistake):
        behind.node.compact(1)


def test_mistake_20_a_pre_candidate_forgets_its_leader_and_a_node_of_a_later_term_is_led_again() -> None:
    pre_candidate = Lone()
    pre_candidate.follow("b", 1)
    pre_candidate.campaign()
    assert pre_candidate.node.status().leader_id is None
    granted = only(RequestVoteReply, pre_candidate.say(vote_request("c", 2, pre_vote=True)))
    assert [reply.vote_granted for reply in granted] == [True]

    # The leader's appends are refused with the later term, and it makes room for an election that both join.
    ahead = Lone(term=5)
    (refusal,) = only(AppendEntriesReply, ahead.say(AppendEntries("b", "a", 2, 0, 0, 0)))
    assert (refusal.entry_appended, refusal.term) == (False, 5)
    leader = Lone()
    leader.lead()
    leader.say(replace(refusal, from_="b", to="a"))
    assert (leader.node.status().role, leader.term) == (Role.FOLLOWER, 5)
    assert {request.term for request in only(RequestVote, leader.campaign())} == {6}
