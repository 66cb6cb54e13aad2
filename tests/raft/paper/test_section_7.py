"""Section 7 of the paper, log compaction, as far as no other test has it already: the snapshot's end stands
for the log before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Config,
    Entry,
    HardState,
    InstallSnapshot,
    InstallSnapshotReply,
    Membership,
    Message,
    Node,
    ProgressState,
    Ready,
    RequestVoteReply,
    Role,
    Snapshot,
)
from tests.raft.disk import Disk, log_of_terms
from tests.raft.lone import Lone, only, vote_request

ABC = Membership(("a", "b", "c"))


def received(lone: Lone, message: Message) -> tuple[Ready, Sequence[Message]]:
    """The Ready that follows, its snapshot installed, and what then leaves."""
    lone.node.step(message)
    ready = lone.node.ready()
    if ready.snapshot is not None:
        lone.disk.restore(ready.snapshot)
    return ready, lone.finish(ready)


def compacted(log: list[Entry], index: int, term: int) -> Lone:
    """A node whose log begins after `index`."""
    lone = Lone(log=log, term=term)
    lone.say(AppendEntries("b", "a", term, len(log), log[-1].term, index))
    lone.disk.compact(lone.node.compact(index))
    return lone


def test_the_consistency_check_of_the_first_entry_after_a_snapshot_uses_its_end() -> None:
    # §7: the last included index and term are kept to support that check.
    lone = compacted(log_of_terms(1, 2, 2), 3, 2)
    (accepted,) = only(
        AppendEntriesReply, lone.say(AppendEntries("b", "a", 2, 3, 2, 3, tuple(log_of_terms(1, 2, 2, 2)[3:])))
    )
    assert (accepted.entry_appended, accepted.match_index) == (True, 4)
    # What precedes it is committed, so that it stands in the log of every leader.
    (below,) = only(
        AppendEntriesReply, lone.say(AppendEntries("b", "a", 2, 1, 1, 3, tuple(log_of_terms(1, 2, 2)[1:])))
    )
    assert (below.entry_appended, below.match_index) == (True, 3)


def test_a_vote_is_judged_by_the_snapshots_end_where_the_log_is_empty() -> None:
    # §5.4.1 with §7.
    lone = compacted(log_of_terms(1, 2, 2), 3, 2)
    lone.tick(lone.config.election_ticks)
    for last, is_granted in (((2, 2), False), ((9, 1), False), ((3, 2), True)):
        (reply,) = only(RequestVoteReply, lone.say(vote_request("c", 3, last, pre_vote=True)))
        assert reply.vote_granted is is_granted, last


def test_a_leader_sends_a_snapshot_only_to_who_needs_what_it_has_discarded() -> None:
    # §7: unlikely in normal operation; an exceptionally slow follower, or a new one.
    lone = compacted(log_of_terms(1, 1, 1, 1), 2, 1)
    left = lone.lead()
    assert only(InstallSnapshot, left) == []
    keeps_up = lone.say(AppendEntriesReply("b", "a", 2, False, 4, conflict_index=3))
    assert only(InstallSnapshot, keeps_up) == []
    lags = lone.say(AppendEntriesReply("c", "a", 2, False, 4, conflict_index=2))
    assert only(InstallSnapshot, lags) == [InstallSnapshot("a", "c", 2, Snapshot(2, 1, ABC))]
    states = {peer.node_id: peer.state for peer in lone.node.status().peers}
    assert states == {"b": ProgressState.PROBE, "c": ProgressState.SNAPSHOT}


def test_a_snapshot_under_way_is_not_begun_anew_when_the_log_is_compacted_meanwhile() -> None:
    lone = compacted(log_of_terms(1, 1, 1, 1), 2, 1)
    lone.lead()
    assert (
        len(only(InstallSnapshot, lone.say(AppendEntriesReply("c", "a", 2, False, 4, conflict_index=1)))) == 1
    )
    lone.acknowledge("b", 5)
    lone.disk.compact(lone.node.compact(5))
    left = []
    for _ in range(5):
        left += lone.tick(lone.config.heartbeat_ticks)
        left += lone.acknowledge("b", 5)
    assert only(InstallSnapshot, left) == []


def test_an_installed_snapshot_is_committed_and_a_restart_goes_on_from_it() -> None:
    # Figure 13, 8: the state machine is reset, and the snapshot's configuration loaded.
    membership = Membership(("b", "c", "d"), learners=("a",))
    lone = Lone(log=log_of_terms(1, 1), term=1)
    snapshot = Snapshot(9, 2, membership)
    ready, left = received(lone, InstallSnapshot("b", "a", 3, snapshot))
    assert ready.snapshot == snapshot
    assert ready.hard_state == HardState(3, None)
    assert left == [InstallSnapshotReply("a", "b", 3, 9)]
    for node in (lone.node, Node(Config("a"), lone.disk, 9, lone.random)):
        status = node.status()
        assert (status.first_index, status.last_index, status.commit_index, status.applied_index) == (
            10,
            9,
            9,
            9,
        )
        assert status.membership == membership


def test_whoever_sends_a_snapshot_leads_its_term() -> None:
    # §5.2 with figure 13: it ends a candidacy, and puts off the next one, like any append.
    lone = Lone()
    lone.run_for_office()
    received(lone, InstallSnapshot("b", "a", 1, Snapshot(9, 1, ABC)))
    assert (lone.node.status().role, lone.node.status().leader_id) == (Role.FOLLOWER, "b")
    lone.tick(lone.config.election_ticks - 1)
    received(lone, InstallSnapshot("b", "a", 1, Snapshot(9, 1, ABC)))
    lone.tick(lone.config.election_ticks - 1)
    assert lone.node.status().role is Role.FOLLOWER


def test_a_follower_catches_up_over_a_snapshot_and_then_by_the_log() -> None:
    leader = compacted(log_of_terms(*[1] * 20), 15, 1)
    follower = Lone(log=log_of_terms(1, 1), term=1)
    messages = leader.lead()
    for _ in range(20):
        answers: list[Message] = []
        for message in messages:
            if message.to == "b":
                answers += received(follower, replace(message, from_="b", to="a"))[1]
        messages = leader.say(*(replace(answer, from_="b", to="a") for answer in answers))
        messages += leader.tick()
    assert leader.node.status().peers[0].match_index == leader.node.status().last_index == 21
    assert (follower.disk.base().index, follower.disk.last_index()) == (15, 21)
    assert follower.disk.log == leader.disk.log


def test_a_disk_with_nothing_on_it_knows_no_membership_and_neither_polls_nor_votes() -> None:
    node = Node(Config("a"), Disk.blank(), 0, Lone().random)
    for _ in range(100):
        node.tick()
    node.step(vote_request("b", 3, (9, 2)))
    (reply,) = node.ready().messages_after_durable
    assert isinstance(reply, RequestVoteReply)
    assert not reply.vote_granted
    assert (node.status().role, node.status().synced) == (Role.FOLLOWER, False)
