"""Compaction and snapshots: paper §7, thesis §5."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Entry,
    EntryKind,
    HardState,
    InstallSnapshot,
    InstallSnapshotReply,
    LocalMistake,
    LogGap,
    Membership,
    MembershipChange,
    Node,
    PeerMistake,
    ProgressState,
    RequestVoteReply,
    Role,
    Snapshot,
)
from raft.log import Log
from tests.raft.disk import Disk, log_of_terms
from tests.raft.lone import Lone, only, vote_request
from tests.raft.network import STEPS_PER_TICK, Faults, Network

ABC = Membership(("a", "b", "c"))


def compacted(*terms: int, base: Snapshot, term: int = 0) -> Lone:
    """A node whose log is that of `terms` from index 1 on, compacted up to `base` and applied to there."""
    disk = Disk(HardState(max(term, *terms)), log_of_terms(*terms)[base.index :], base=base)
    return Lone(disk=disk, applied_index=base.index)


def leader_of_ten() -> Lone:
    """It holds ten entries and a no-op, committed and applied with b's help, the first eight compacted."""
    lone = Lone(log=log_of_terms(*[1] * 10), term=1)
    lone.lead()
    lone.acknowledge("b", 11)
    lone.disk.compact(lone.node.compact(8))
    return lone


def install(snapshot: Snapshot, term: int = 2, leader: str = "b") -> InstallSnapshot:
    return InstallSnapshot(leader, "a", term, snapshot)


def append(prev: tuple[int, int], *terms: int, commit: int = 0, term: int = 2) -> AppendEntries:
    first = prev[0] + 1
    entries = tuple(Entry(each, first + i, EntryKind.COMMAND, b"%d" % each) for i, each in enumerate(terms))
    return AppendEntries("b", "a", term, *prev, commit, entries)


# The log behind its base


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=30).map(sorted),
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 7),
)
def test_a_compacted_log_reads_as_before_and_not_below_its_base(
    terms: list[int], stored: int, index: int, term: int
) -> None:
    entries = log_of_terms(*terms)
    disk = Disk(HardState(6), entries[: min(stored, len(terms))])
    log = Log(disk)
    if len(entries) > log.last_index:
        log.append(entries[log.last_index :])
        disk.append(None, log.unstable())
        log.mark_durable(len(terms), terms[-1])
    base = min(index, len(terms))
    disk.compact(log.compact(base))
    assert [log.term(i) for i in range(base, len(terms) + 1)] == [0, *terms][base:]
    if base:
        with pytest.raises(LogGap):
            log.term(base - 1)
        with pytest.raises(LogGap):
            log.entries(base, base + 1, 99)
    if base < len(terms):
        assert log.entries(base + 1, len(terms) + 1, 1 << 20)[0] == entries[base]
        assert log.first_conflict(entries) == len(terms)
    found = [i for i in range(base, len(terms) + 1) if [0, *terms][i] <= term]
    assert log.last_index_of_term_up_to(term, len(terms)) == (max(found) if found else base - 1)


def test_only_what_is_applied_is_compacted() -> None:
    lone = Lone(log=log_of_terms(1, 1, 1), term=1)
    lone.node.step(append((3, 1), commit=2))
    committed = lone.node.ready()
    lone.node.persisted(committed)
    with pytest.raises(LocalMistake):
        lone.node.compact(2)
    lone.node.applied(committed)
    with pytest.raises(LocalMistake):
        lone.node.compact(3)
    assert lone.node.compact(2) == Snapshot(2, 1, ABC)
    assert lone.node.compact(2) == Snapshot(2, 1, ABC)
    with pytest.raises(LocalMistake):
        lone.node.compact(1)
    assert lone.node.status().first_index == 3


def test_a_snapshot_names_the_membership_of_its_place() -> None:
    later = Membership(("a", "b", "c"), learners=("d",))
    log = [
        *log_of_terms(1, 1),
        Entry(1, 3, EntryKind.MEMBERSHIP, later.encode()),
        *log_of_terms(1, 1, 1, 1)[3:],
    ]
    lone = Lone(log=log, term=1)
    lone.say(append((4, 1), commit=4))
    assert lone.node.compact(2).membership == ABC
    assert lone.node.compact(3).membership == later
    assert lone.node.compact(4).membership == later


def test_a_node_starts_from_a_compacted_log_with_its_membership() -> None:
    lone = compacted(1, 1, 2, 2, base=Snapshot(3, 2, Membership(("a", "x"))))
    status = lone.node.status()
    assert (status.first_index, status.last_index, status.commit_index) == (4, 4, 3)
    assert status.membership == Membership(("a", "x"))
    for applied_index in (2, 5):
        with pytest.raises(LocalMistake):
            Node(lone.config, lone.disk, applied_index, Random(1))


@pytest.mark.parametrize(
    ("prev", "terms"), [((0, 0), (1, 1, 2, 2, 2, 2)), ((1, 1), (1, 2)), ((3, 2), (2, 2, 2))]
)
def test_an_append_that_overlaps_what_is_compacted_adds_only_what_is_new(
    prev: tuple[int, int], terms: tuple[int, ...]
) -> None:
    lone = compacted(1, 1, 2, 2, base=Snapshot(3, 2, ABC))
    (reply,) = only(AppendEntriesReply, lone.say(append(prev, *terms)))
    assert reply.match_index == prev[0] + len(terms)
    assert lone.node.status().last_index == max(4, prev[0] + len(terms))
    assert [entry.index for entry in lone.disk.log] == list(range(4, lone.disk.last_index() + 1))


def test_a_refusal_never_points_at_what_is_committed() -> None:
    lone = compacted(1, 2, 2, 2, 2, base=Snapshot(3, 2, ABC), term=3)
    (refusal,) = only(AppendEntriesReply, lone.say(append((5, 3), term=3)))
    assert (refusal.conflict_term, refusal.conflict_index) == (2, 4)


# The leader's side


def test_a_follower_that_needs_what_is_compacted_is_sent_one_snapshot_and_heartbeats_that_match() -> None:
    lone = leader_of_ten()
    refusal = AppendEntriesReply("c", "a", 2, entry_appended=False, prev_index=10, conflict_index=3)
    sent = lone.say(refusal)
    assert only(InstallSnapshot, sent) == [InstallSnapshot("a", "c", 2, Snapshot(8, 1, ABC))]
    assert lone.progress("c").state is ProgressState.SNAPSHOT
    later = lone.tick(4)
    assert only(InstallSnapshot, later) == []
    heartbeats = [m for m in only(AppendEntries, later) if m.to == "c"]
    assert [(m.prev_index, m.prev_term, m.entries) for m in heartbeats] == [(0, 0, ())] * 2
    lone.say(AppendEntriesReply("c", "a", 2, entry_appended=True, prev_index=0))
    assert lone.progress("c").state is ProgressState.SNAPSHOT
    assert only(AppendEntries, lone.propose(b"x"))[0].to == "b"


def test_after_the_snapshot_has_arrived_the_rest_of_the_log_follows() -> None:
    lone = leader_of_ten()
    lone.say(AppendEntriesReply("c", "a", 2, entry_appended=False, prev_index=10, conflict_index=3))
    (rest,) = only(AppendEntries, lone.say(InstallSnapshotReply("c", "a", 2, match_index=9)))
    assert (rest.to, rest.prev_index, rest.entries[0].index) == ("c", 9, 10)
    lone.acknowledge("c", 11)
    assert lone.progress("c").state is ProgressState.REPLICATE


def test_a_snapshot_that_failed_is_tried_again_once_the_follower_has_answered() -> None:
    lone = leader_of_ten()
    refusal = AppendEntriesReply("c", "a", 2, entry_appended=False, prev_index=10, conflict_index=3)
    lone.say(refusal)
    lone.node.snapshot_failed("c")
    assert lone.progress("c").state is ProgressState.PROBE
    assert only(InstallSnapshot, lone.run()) == []
    assert only(InstallSnapshot, lone.tick(4)) == []
    again = AppendEntriesReply("c", "a", 2, entry_appended=False, prev_index=11, conflict_index=3)
    assert len(only(InstallSnapshot, lone.say(again))) == 1


def test_a_silent_follower_is_sent_no_snapshot() -> None:
    lone = leader_of_ten()
    for _ in range(50):
        lone.tick()
        lone.acknowledge("b", 11)
    lone.disk.compact(lone.node.compact(11))
    assert only(InstallSnapshot, lone.tick(10)) == []
    assert lone.progress("c").state is ProgressState.PROBE


def test_late_word_of_a_snapshot_changes_nothing() -> None:
    lone = leader_of_ten()
    lone.acknowledge("c", 11)
    before = lone.progress("c")
    lone.say(InstallSnapshotReply("c", "a", 2, match_index=8))
    lone.node.snapshot_failed("c")
    lone.node.snapshot_failed("x")
    assert lone.progress("c") == before
    with pytest.raises(PeerMistake):
        lone.node.step(InstallSnapshotReply("c", "a", 2, match_index=12))


# The follower's side


def test_a_snapshot_of_what_is_missing_replaces_the_log() -> None:
    lone = Lone(log=log_of_terms(1, 1), term=1)
    snapshot = Snapshot(9, 2, Membership(("a", "b", "x")))
    lone.node.step(install(snapshot))
    lone.node.step(append((9, 2), 2, 2, commit=10))
    ready = lone.node.ready()
    assert ready.messages == ()
    assert ready.snapshot == snapshot
    assert [entry.index for entry in ready.entries] == [10, 11]
    assert [entry.index for entry in ready.committed] == [10]
    assert ready.messages_after_durable[0] == InstallSnapshotReply("a", "b", 2, match_index=9)
    assert lone.node.status().applied_index == 0
    lone.finish(ready)
    status = lone.node.status()
    assert (status.first_index, status.last_index, status.applied_index) == (10, 11, 10)
    assert status.membership == snapshot.membership


def test_a_tail_that_conflicts_with_the_snapshot_is_dropped_with_all_that_follows_it() -> None:
    # §7: a follower whose entries conflict with the snapshot drops its whole log.
    lone = Lone(log=log_of_terms(1, 1, 1, 1, 1), term=1)
    (reply,) = only(InstallSnapshotReply, lone.say(install(Snapshot(3, 2, ABC))))
    assert reply.match_index == 3
    assert lone.disk.log == []
    assert lone.node.status().last_index == 3


def test_a_snapshot_of_a_prefix_of_the_log_keeps_what_follows_and_commits_the_prefix() -> None:
    # §7: "if instead the follower receives a snapshot that describes a prefix of its log".
    lone = Lone(log=log_of_terms(1, 1, 2, 2), term=2)
    (reply,) = only(InstallSnapshotReply, lone.say(install(Snapshot(3, 2, ABC))))
    assert reply.match_index == 3
    assert lone.installed == []
    assert [entry.index for entry in lone.applied] == [1, 2, 3]
    assert lone.node.status().last_index == 4


def test_a_snapshot_older_than_what_is_committed_is_answered_and_not_installed() -> None:
    lone = Lone(log=log_of_terms(1, 1, 2, 2), term=2)
    lone.say(append((4, 2), commit=4))
    newer, older = Snapshot(9, 2, ABC), Snapshot(3, 2, ABC)
    contradiction = Snapshot(3, 1, ABC)
    for each in (older, contradiction):
        (reply,) = only(InstallSnapshotReply, lone.say(install(each)))
        assert (reply.match_index, lone.installed) == (4, [])
    replies = only(InstallSnapshotReply, lone.say(install(newer), install(older), install(newer)))
    assert {reply.match_index for reply in replies} == {9}
    assert lone.installed == [newer]


def test_a_snapshot_of_an_earlier_term_is_refused_with_the_current_term() -> None:
    lone = Lone(term=5)
    assert lone.say(install(Snapshot(9, 2, ABC))) == [InstallSnapshotReply("a", "b", 5, match_index=0)]
    assert lone.installed == []


def test_a_snapshot_counts_as_word_from_the_leader() -> None:
    lone = Lone(term=1)
    lone.campaign()
    lone.say(install(Snapshot(9, 2, ABC)))
    assert (lone.node.status().role, lone.node.status().leader_id) == (Role.FOLLOWER, "b")
    lone.say(vote_request("c", 7, (99, 6)))
    assert lone.term == 2


def test_what_was_handed_out_before_a_snapshot_is_not_reported_applied_after_it() -> None:
    lone = Lone(log=log_of_terms(1, 1), term=1)
    lone.node.step(append((2, 1), commit=2))
    before = lone.node.ready()
    lone.node.persisted(before)
    lone.node.step(install(Snapshot(9, 2, ABC)))
    with_snapshot = lone.node.ready()
    lone.finish(with_snapshot)
    assert lone.node.status().applied_index == 9
    with pytest.raises(LocalMistake):
        lone.node.applied(before)


def test_a_write_on_its_way_when_a_snapshot_comes_confirms_nothing_past_it() -> None:
    lone = Lone(term=1)
    lone.node.step(append((0, 0), 1, 1, 1, 1, 1, term=1))
    earlier = lone.node.ready()
    lone.node.step(install(Snapshot(3, 2, ABC)))
    lone.node.step(append((3, 2), 2, 2))
    lone.finish(earlier)
    later = lone.node.ready()
    assert [(entry.index, entry.term) for entry in later.entries] == [(4, 2), (5, 2)]
    lone.finish(later)
    assert [entry.term for entry in lone.disk.log] == [2, 2]


IMPOSSIBLE = {
    "of nothing": install(Snapshot(0, 0, ABC)),
    "later than its sender": install(Snapshot(9, 3, ABC)),
    "without voters": install(Snapshot(9, 2, Membership())),
    "a negative match": InstallSnapshotReply("b", "a", 2, -1),
}


@pytest.mark.parametrize("message", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_an_impossible_snapshot_is_refused(message: InstallSnapshot | InstallSnapshotReply) -> None:
    lone = Lone(term=2)
    with pytest.raises(PeerMistake):
        lone.node.step(message)
    assert not lone.node.has_ready()


def test_a_crash_between_an_install_and_the_write_of_its_term_does_not_keep_a_node_from_starting() -> None:
    lone = Lone(log=log_of_terms(1, 1), term=1)
    snapshot = Snapshot(9, 4, ABC)
    lone.disk.restore(snapshot)  # what finishes the install after the restart
    again = Lone(disk=lone.disk, applied_index=9)
    (reply,) = only(RequestVoteReply, again.say(vote_request("b", 4, (9, 4))))
    assert reply.vote_granted
    assert (again.disk.hard_state().term, again.disk.hard_state().vote) == (4, "b")
    with pytest.raises(LocalMistake):
        Lone(disk=Disk(HardState(1), [Entry(2, 10, EntryKind.COMMAND)], base=snapshot), applied_index=9)


# Whole clusters


@pytest.mark.parametrize("seed", range(10))
def test_a_follower_left_behind_by_compaction_catches_up_while_writes_go_on(seed: int) -> None:
    network = Network(seed=seed, faults=Faults(drop=0.1, duplicate=0.1, delay_max=4, sync_delay_max=4))
    leader = network.elect()
    behind = next(name for name in network.machines if name != leader)
    network.cut(behind)
    for number in range(60):
        network.propose(leader, b"%d" % number)
        network.tick()
        for name in network.machines:
            network.machines[name].compact(keep=2)
    network.heal()
    for number in range(60, 80):
        if (now := network.leader()) is not None:
            network.propose(now, b"%d" % number)
        network.tick(2)
        for name in network.machines:
            network.machines[name].compact(keep=0)
    assert network.machines[behind].disk.base().index > 0
    network.faults = Faults()
    network.tick(60)
    network.propose(network.elect(), b"end")
    network.tick(20)
    network.check_end()


@pytest.mark.parametrize("keep", [False, True])
def test_a_crash_in_the_middle_of_an_install_leaves_the_old_state_or_the_new(keep: bool) -> None:
    for seed in range(20):
        network = Network(seed=seed, faults=Faults(sync_delay_max=6))
        leader = network.elect()
        behind = next(name for name in network.machines if name != leader)
        network.cut(behind)
        for number in range(10):
            network.propose(leader, b"%d" % number)
            network.tick(3)
        network.machines[leader].compact(keep=0)
        network.heal()
        machine = network.machines[behind]
        for _ in range(400):
            if machine.ready is not None and machine.ready.snapshot is not None:
                break
            if network.now % STEPS_PER_TICK == 0:
                for name in network.machines:
                    network.node(name).tick()
            network.step()
        else:
            raise AssertionError("no snapshot came")
        network.crash(behind, keep_pending_write=keep)
        network.restart(behind)
        network.tick(40)
        network.propose(network.elect(), b"end")
        network.tick(20)
        network.check_end()


def test_a_change_of_membership_reaches_a_follower_by_snapshot() -> None:
    network = Network(seed=1)
    leader = network.elect()
    behind = next(name for name in network.machines if name != leader)
    network.cut(behind)
    network.tick(2)
    network.add_machine("d")
    network.change(leader, MembershipChange(add_learners=(("d", "there"),)))
    network.tick(10)
    network.machines[leader].compact(keep=0)
    network.heal()
    network.tick(20)
    assert network.node(behind).status().membership.learners == ("d",)
    network.check_end()
