"""Each invariant notices when it is broken: disks and messages that no correct node has or sends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from raft import AppendEntries, AppendEntriesReply, Entry, EntryKind, HardState, RequestVote, RequestVoteReply
from raft.membership import Membership
from raft.types import Snapshot
from tests.sim.cluster import Cluster
from tests.sim.quorums import agrees, intersect


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """n1, n2, n3, not running: the test is what they do."""
    cluster = Cluster(tmp_path, seed=1, size=3)
    yield cluster
    cluster.loop.close()


def entry(term: int, index: int, data: bytes = b"x") -> Entry:
    return Entry(term, index, EntryKind.COMMAND, data)


def write(cluster: Cluster, node: str, hard_state: HardState | None, *entries: Entry) -> None:
    cluster.nodes[node].log.append(hard_state, entries)


def heartbeat(leader: str, term: int, commit_index: int = 0) -> AppendEntries:
    return AppendEntries(leader, "n3", term, 0, 0, commit_index)


def said(cluster: Cluster, words: str) -> bool:
    return any(words in violation for violation in cluster.checkers.violations)


def test_what_correct_nodes_do_is_no_violation(cluster: Cluster) -> None:
    write(cluster, "n1", HardState(1, "n1"), entry(1, 1))
    write(cluster, "n2", HardState(1, "n1"), entry(1, 1))
    cluster.checkers.sent(RequestVote("n1", "n2", 1, 0, 0))
    cluster.checkers.sent(RequestVoteReply("n2", "n1", 1, True))
    cluster.checkers.sent(heartbeat("n1", 1, commit_index=1))
    cluster.checkers.sent(AppendEntriesReply("n2", "n1", 1, True, 0, match_index=1))
    assert not cluster.checkers.violations
    assert cluster.checkers.committed == [entry(1, 1)]


def test_two_leaders_in_one_term(cluster: Cluster) -> None:
    for node in ("n1", "n2"):
        write(cluster, node, HardState(1, node))
        cluster.checkers.sent(heartbeat(node, 1))
    assert said(cluster, "two leaders in term 1")


def test_a_leader_that_never_stored_its_own_vote(cluster: Cluster) -> None:
    cluster.checkers.sent(heartbeat("n1", 1))
    assert said(cluster, "n1 leads term 1 on a disk with")


def test_a_term_that_goes_back_and_a_vote_that_changes(cluster: Cluster) -> None:
    write(cluster, "n1", HardState(2, "n1"))
    write(cluster, "n1", HardState(2, "n2"))
    write(cluster, "n2", HardState(2, "n1"))
    write(cluster, "n2", HardState(1, "n1"))
    assert sum("hard state regressed" in each for each in cluster.checkers.violations) == 2


def test_logs_that_differ_beneath_the_same_term_and_index(cluster: Cluster) -> None:
    write(cluster, "n1", None, entry(1, 1), entry(2, 2))
    write(cluster, "n2", None, entry(2, 1), entry(2, 2))
    assert said(cluster, "log matching")


def test_an_entry_that_is_called_committed_and_is_on_one_disk(cluster: Cluster) -> None:
    write(cluster, "n1", HardState(1, "n1"), entry(1, 1))
    cluster.checkers.sent(heartbeat("n1", 1, commit_index=1))
    assert said(cluster, "not on the disks of any quorum")


def test_a_copy_on_a_disk_that_is_not_synced_makes_no_majority(cluster: Cluster) -> None:
    cluster.nodes["n2"].wipe()
    cluster.nodes["n2"].lost_log = None
    write(cluster, "n1", HardState(1, "n1"), entry(1, 1))
    write(cluster, "n2", HardState(1, synced=False), entry(1, 1))
    cluster.checkers.sent(heartbeat("n1", 1, commit_index=1))
    assert said(cluster, "not on the disks of any quorum")


def commit_one(cluster: Cluster) -> None:
    for node in ("n1", "n2"):
        write(cluster, node, HardState(1, "n1"), entry(1, 1))
    cluster.checkers.sent(heartbeat("n1", 1, commit_index=1))
    assert not cluster.checkers.violations


def test_a_leader_without_a_committed_entry(cluster: Cluster) -> None:
    commit_one(cluster)
    write(cluster, "n3", HardState(2, "n3"))
    cluster.checkers.sent(heartbeat("n3", 2))
    assert said(cluster, "leader completeness")


def test_a_committed_entry_that_is_removed(cluster: Cluster) -> None:
    commit_one(cluster)
    write(cluster, "n2", HardState(2, "n3"), entry(2, 1))
    assert said(cluster, "which is committed")


def test_another_entry_applied_than_the_committed_one_or_to_another_end(cluster: Cluster) -> None:
    commit_one(cluster)
    cluster.checkers.applied("n1", entry(1, 1), b"one")
    cluster.checkers.applied("n2", entry(1, 1), b"other")
    assert said(cluster, "diverged at entry 1")
    cluster.checkers.applied("n3", entry(1, 1, b"another"), b"one")
    assert said(cluster, "is committed")


def test_a_request_that_takes_effect_twice(cluster: Cluster) -> None:
    cluster.checkers.took_effect(entry(1, 1), "r")
    cluster.checkers.took_effect(entry(1, 2), "r")
    assert said(cluster, "took effect at 1 and 2")


def test_words_that_run_ahead_of_the_disk(cluster: Cluster) -> None:
    cluster.checkers.sent(RequestVote("n1", "n2", 1, 0, 0))
    cluster.checkers.sent(RequestVoteReply("n2", "n1", 1, True))
    cluster.checkers.sent(AppendEntriesReply("n3", "n1", 1, True, 0, match_index=1))
    assert said(cluster, "n1 campaigned in 1")
    assert said(cluster, "n2 voted for n1")
    assert said(cluster, "n3 acknowledged 1")


def test_an_unsynced_node_that_votes_or_passes_for_synced(cluster: Cluster) -> None:
    cluster.nodes["n2"].wipe()
    cluster.checkers.sent(RequestVoteReply("n2", "n1", 1, True, pre_vote=True))
    cluster.checkers.sent(AppendEntriesReply("n2", "n1", 0, True, 0))
    assert said(cluster, "n2 voted and is not synced")
    assert said(cluster, "n2 passes for synced")


def test_a_snapshot_of_what_nobody_committed(cluster: Cluster) -> None:
    members = cluster.nodes["n1"].log.base().membership
    cluster.nodes["n1"].log.restore(Snapshot(5, 1, members))
    assert said(cluster, "which is not committed")


def test_a_change_of_voters_without_joint_consensus(cluster: Cluster) -> None:
    jump = Membership(voters=("n4", "n5", "n6"))
    write(cluster, "n1", None, replace(entry(1, 1), kind=EntryKind.MEMBERSHIP, data=jump.encode()))
    assert said(cluster, "do not intersect")


def test_joint_memberships_share_a_node_with_both_sides_and_a_jump_shares_none() -> None:
    old, new = Membership(("a", "b", "c")), Membership(("d", "e", "f"))
    joint = Membership(new.voters, outgoing=old.voters)
    assert intersect(old, joint)
    assert intersect(joint, new)
    assert not intersect(old, new)
    assert not intersect(Membership(("a", "b")), Membership(("a", "b", "c", "d", "e"), outgoing=("d",)))
    assert agrees(joint, ["a", "b", "d", "e"])
    assert not agrees(joint, ["d", "e", "f", "a"])
    assert not agrees(Membership(), ["a"])
