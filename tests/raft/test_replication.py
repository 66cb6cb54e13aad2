"""Log replication: paper §5.3. Progress, pipelining and back-tracking: thesis §10.2.1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Config,
    Entry,
    EntryKind,
    PeerMistake,
    ProgressState,
    Role,
)
from tests.raft.disk import log_of_terms
from tests.raft.lone import Lone, only
from tests.raft.network import Network


def entry(term: int, index: int, data: bytes = b"") -> Entry:
    return Entry(term, index, EntryKind.COMMAND, data)


def append(term: int, prev: tuple[int, int], *entries: Entry, commit: int = 0) -> AppendEntries:
    return AppendEntries("b", "a", term, *prev, commit, entries)


def test_entries_after_a_matching_one_are_appended_and_acknowledged_by_index() -> None:
    lone = Lone(log=log_of_terms(1, 1), term=1)
    (reply,) = lone.say(append(2, (2, 1), entry(2, 3), entry(2, 4)))
    assert reply == AppendEntriesReply("a", "b", 2, entry_appended=True, prev_index=2, match_index=4)
    assert [e.term for e in lone.disk.log] == [1, 1, 2, 2]


def test_an_append_whose_previous_entry_is_missing_or_differs_is_refused() -> None:
    # §5.3: a follower without an entry of that index and term refuses the new entries.
    lone = Lone(log=log_of_terms(1, 2, 2, 2), term=3)
    replies = lone.say(append(3, (7, 3), entry(3, 8)), append(3, (4, 3), entry(3, 5)))
    missing, differs = only(AppendEntriesReply, replies)
    assert (missing.entry_appended, missing.conflict_term, missing.conflict_index) == (False, 0, 5)
    assert (differs.entry_appended, differs.conflict_term, differs.conflict_index) == (False, 2, 2)
    assert len(lone.disk.log) == 4


def test_a_conflicting_entry_and_all_that_follow_it_are_replaced() -> None:
    # §5.3 "conflicting entries in follower logs will be overwritten with entries from the leader's log"
    lone = Lone(log=log_of_terms(1, 1, 2, 2, 2), term=2)
    lone.say(append(3, (1, 1), entry(1, 2), entry(3, 3)))
    assert [e.term for e in lone.disk.log] == [1, 1, 3]


def test_a_delayed_duplicate_truncates_nothing() -> None:
    lone = Lone(term=1)
    old = append(1, (0, 0), entry(1, 1), entry(1, 2))
    lone.say(old, append(1, (2, 1), entry(1, 3), entry(1, 4)))
    (reply,) = only(AppendEntriesReply, lone.say(old))
    assert reply.match_index == 2
    assert [e.index for e in lone.disk.log] == [1, 2, 3, 4]
    lone.say(append(1, (0, 0), entry(1, 1)))
    assert lone.node.status().last_index == 4


def test_an_append_that_overlaps_adds_only_what_is_new() -> None:
    lone = Lone(term=1)
    lone.say(append(1, (0, 0), entry(1, 1), entry(1, 2)))
    lone.node.step(append(1, (1, 1), entry(1, 2), entry(1, 3)))
    assert [e.index for e in lone.node.ready().entries] == [3]


def test_a_conflict_with_a_committed_entry_is_a_mistake_of_the_peer_and_changes_nothing() -> None:
    lone = Lone(term=1)
    lone.say(append(1, (0, 0), entry(1, 1), commit=1))
    with pytest.raises(PeerMistake):
        lone.node.step(append(2, (0, 0), entry(2, 1)))
    assert [e.term for e in lone.disk.log] == [1]


def test_the_commit_index_follows_the_leader_only_to_the_last_verified_entry() -> None:
    # Figure 2, AppendEntries 5. Entries 3 and 4 here may differ from the leader's.
    lone = Lone(log=log_of_terms(1, 1, 1, 1), term=1)
    lone.say(append(2, (2, 1), commit=4))
    assert lone.node.status().commit_index == 2
    lone.say(append(2, (2, 1), entry(2, 3), commit=9))
    assert lone.node.status().commit_index == 3
    assert [e.term for e in lone.applied] == [1, 1, 2]


def test_the_commit_index_never_falls() -> None:
    lone = Lone(log=log_of_terms(1, 1), term=1)
    lone.say(append(1, (2, 1), commit=2), append(1, (2, 1), commit=1))
    assert lone.node.status().commit_index == 2


def test_a_new_leader_appends_a_noop_and_probes_from_its_last_entry() -> None:
    # §5.3 "the leader initializes all nextIndex values to the index just after the last one in its log"
    lone = Lone(log=log_of_terms(1, 1), term=1)
    appends = only(AppendEntries, lone.lead())
    assert {(a.to, a.prev_index, a.prev_term) for a in appends} == {("b", 2, 1), ("c", 2, 1)}
    assert appends[0].entries == (Entry(2, 3, EntryKind.NOOP),)


def test_a_leader_never_overwrites_its_own_entries() -> None:
    # §5.3 Leader Append-Only
    lone = Lone(log=log_of_terms(1, 1), term=1)
    lone.lead()
    lone.propose(b"x")
    before = list(lone.disk.log)
    with pytest.raises(PeerMistake):
        lone.node.step(append(2, (1, 1), entry(2, 2)))
    assert lone.node.status().role is Role.LEADER
    assert lone.disk.log == before


def test_proposals_of_one_turn_share_one_append_per_follower() -> None:
    lone = Lone()
    lone.lead()
    lone.acknowledge("b", 1)
    lone.acknowledge("c", 1)
    appends = only(AppendEntries, lone.propose(b"x", b"y", b"z"))
    assert [(a.to, [e.data for e in a.entries]) for a in appends] == [
        ("b", [b"x", b"y", b"z"]),
        ("c", [b"x", b"y", b"z"]),
    ]
    assert [(r.term, r.index) for r in lone.results] == [(1, 2), (1, 3), (1, 4)]


def test_appends_are_pipelined_until_the_window_of_messages_is_full() -> None:
    lone = Lone(voters="ab", config=Config("a", inflight_messages_max=3))
    lone.lead()
    lone.acknowledge("b", 1)
    sent = [only(AppendEntries, lone.propose(b"x")) for _ in range(5)]
    assert [len(appends) for appends in sent] == [1, 1, 1, 0, 0]
    (waiting,) = only(AppendEntries, lone.acknowledge("b", 2))[:1]
    assert [e.index for e in waiting.entries] == [5, 6]


def test_appends_are_pipelined_until_the_window_of_bytes_is_full() -> None:
    lone = Lone(voters="ab", config=Config("a", entries_bytes_max=10, inflight_bytes_max=20))
    lone.lead()
    lone.acknowledge("b", 1)
    appends = only(AppendEntries, lone.propose(*[b"0123456789"] * 4))
    assert [[e.index for e in a.entries] for a in appends] == [[2], [3]]


def test_an_append_is_cut_after_its_bytes_but_never_empty() -> None:
    lone = Lone(voters="ab", config=Config("a", entries_bytes_max=10))
    lone.lead()
    lone.acknowledge("b", 1)
    appends = only(AppendEntries, lone.propose(b"x" * 99, b"1234", b"5678", b"90ab"))
    assert [[e.index for e in a.entries] for a in appends] == [[2], [3, 4], [5]]


def test_a_heartbeat_names_the_last_entry_sent_so_that_a_lost_append_shows() -> None:
    # §5.3 "If followers crash or run slowly, or if network packets are lost, the leader retries"
    lone = Lone(voters="ab")
    lone.lead()
    lone.acknowledge("b", 1)
    lone.propose(b"lost")
    heartbeat = only(AppendEntries, lone.tick(2))[-1]
    assert (heartbeat.prev_index, heartbeat.entries) == (2, ())
    refusal = AppendEntriesReply("b", "a", 1, entry_appended=False, prev_index=2, conflict_index=2)
    (again,) = only(AppendEntries, lone.say(refusal))
    assert (again.prev_index, [e.data for e in again.entries]) == (1, [b"lost"])
    assert lone.node.status().peers[0].state is ProgressState.PROBE
    lone.acknowledge("b", 2)
    assert lone.node.status().peers[0].state is ProgressState.REPLICATE


def test_a_heartbeat_answered_stands_for_the_answers_that_were_lost() -> None:
    lone = Lone(voters="ab", config=Config("a", inflight_messages_max=1))
    lone.lead()
    lone.acknowledge("b", 1)
    lone.propose(b"x")
    lone.propose(b"y")
    heartbeat = only(AppendEntries, lone.tick(2))[-1]
    appends = only(AppendEntries, lone.acknowledge("b", heartbeat.prev_index))
    assert [e.data for a in appends for e in a.entries] == [b"y"]


def test_a_delayed_refusal_of_what_was_acknowledged_since_is_ignored() -> None:
    lone = Lone(voters="ab")
    lone.lead()
    lone.propose(b"x")
    lone.acknowledge("b", 2)
    lone.say(AppendEntriesReply("b", "a", 1, entry_appended=False, prev_index=1, conflict_index=1))
    assert lone.node.status().peers[0].state is ProgressState.REPLICATE


def test_match_index_never_falls() -> None:
    lone = Lone(voters="ab")
    lone.lead()
    lone.propose(b"x")
    lone.acknowledge("b", 2)
    lone.acknowledge("b", 1)
    assert lone.node.status().peers[0].match_index == 2


def test_a_divergent_tail_is_found_in_at_most_one_probe_per_term() -> None:
    # §5.3: one AppendEntries per term with conflicting entries, rather than one per entry.
    shared = [1] * 5
    follower_terms = [2 + 2 * (i // 200) for i in range(10_000)]
    leader_terms = [3 + 2 * (i // 200) for i in range(10_000)]
    follower = Lone(log=log_of_terms(*shared, *follower_terms), term=200)
    leader = Lone(log=log_of_terms(*shared, *leader_terms), term=200, voters="ab")
    refusals = 0
    messages = leader.lead()
    while not leader.node.status().peers[0].match_index:
        (sent,) = only(AppendEntries, messages)
        if refusals:
            assert sent.entries == (), "entries sent in vain"
        (answer,) = only(AppendEntriesReply, follower.say(replace(sent, from_="b", to="a")))
        refusals += not answer.entry_appended
        messages = leader.say(replace(answer, from_="b", to="a"))
    assert leader.node.status().peers[0].match_index == 5
    assert refusals <= 50


def test_terms_the_follower_never_saw_are_skipped_at_once() -> None:
    leader = Lone(log=log_of_terms(1, 1, 1, 4, 4, 5, 5, 6, 6, 6), term=6, voters="ab")
    leader.lead()
    refusal = AppendEntriesReply(
        "b", "a", 7, entry_appended=False, prev_index=10, conflict_term=3, conflict_index=5
    )
    (probe,) = only(AppendEntries, leader.say(refusal))
    assert (probe.prev_index, probe.prev_term) == (3, 1)


# Figure 7: the logs a new leader of term 8 may find.
FIGURE_7 = {
    "a": (1, 1, 1, 4, 4, 5, 5, 6, 6),
    "b": (1, 1, 1, 4),
    "c": (1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6),
    "d": (1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7),
    "e": (1, 1, 1, 4, 4, 4, 4),
    "f": (1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3),
}


def test_the_followers_of_figure_7_come_to_hold_the_leaders_log() -> None:
    # §5.3 "When a leader comes to power ... its and the followers' logs may be inconsistent"
    network = Network(size=7)
    network.settle(1)
    logs = {**FIGURE_7, "g": (1, 1, 1, 4, 4, 5, 5, 6, 6, 6)}
    for name, terms in logs.items():
        disk = network.machines[name].disk
        disk.append(type(disk.hard_state())(7, None), log_of_terms(*terms))
        network.restart(name)
    while network.node("g").status().role is not Role.CANDIDATE:
        network.node("g").tick()
    network.settle(100)
    assert network.leader() == "g"
    network.tick(10)
    held = {tuple(e.term for e in machine.disk.log) for machine in network.machines.values()}
    assert held == {(1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8)}
