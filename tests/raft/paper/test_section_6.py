"""Section 6 of the paper, changes of membership, with chapter 4 of the thesis."""

from __future__ import annotations

from itertools import combinations

import pytest

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Entry,
    EntryKind,
    Membership,
    MembershipChange,
    Node,
    ProposalResult,
    ReadReady,
    RequestVote,
    RequestVoteReply,
    Role,
)
from raft.quorum import Majority, quorum_of
from tests.raft.disk import Disk, log_of_terms
from tests.raft.lone import Lone, only, vote_request
from tests.raft.network import Network

OLD = Membership(("a", "b", "c"))


def membership_entry(index: int, membership: Membership, term: int = 1) -> Entry:
    return Entry(term, index, EntryKind.MEMBERSHIP, membership.encode())


def leader_of(membership: Membership, *, committed: bool = True) -> Lone:
    """Node a leads; the membership is entry 1, of an earlier term, and this term's no-op is entry 2."""
    lone = Lone(log=[membership_entry(1, membership)], term=1)
    lone.campaign()
    peers = [peer for peer in membership.electors if peer != "a"]
    lone.say(*(RequestVoteReply(peer, "a", 2, True, pre_vote=True) for peer in peers))
    lone.say(*(RequestVoteReply(peer, "a", 2, True) for peer in peers))
    assert lone.node.status().role is Role.LEADER
    if committed:
        for peer in peers:
            lone.acknowledge(peer, 2)
    return lone


def in_joint_consensus() -> Lone:
    """Node a leads from {a, b, c} to {a, d, e}; the joint membership is entry 3, on its own disk alone."""
    lone = leader_of(Membership(("a", "b", "c"), learners=("d", "e")))
    acknowledge_all(lone, "de")
    assert change(lone, promote=("d", "e"), remove=("b", "c")).index == 3
    assert lone.node.status().membership.is_joint
    return lone


def change(lone: Lone, **what: tuple[str, ...]) -> ProposalResult:
    added = tuple((node, f"node-{node}") for node in what.pop("add", ()))
    lone.node.change_membership(1, MembershipChange(added, **what))
    lone.run()
    return lone.results[-1]


def acknowledge_all(lone: Lone, peers: str) -> None:
    for peer in peers:
        lone.acknowledge(peer, lone.node.status().last_index)


def test_a_membership_is_in_force_once_it_is_in_the_log_committed_or_not() -> None:
    # §6: a server always uses the latest configuration in its log.
    lone = Lone(log=log_of_terms(1), term=1)
    new = Membership(("a", "b", "d"))
    lone.say(AppendEntries("b", "a", 1, 1, 1, 0, (membership_entry(2, new),)))
    assert lone.node.status().membership == new
    assert lone.node.status().commit_index == 0
    again = Node(lone.config, lone.disk, 0, lone.random)
    assert again.status().membership == new


def test_a_membership_that_is_truncated_gives_way_to_the_one_before_it() -> None:
    # §6, thesis §4.1: a server must be prepared to fall back to the previous configuration in its log.
    lone = Lone(log=[membership_entry(1, OLD), membership_entry(2, Membership(("a", "d", "e")))], term=1)
    lone.say(AppendEntries("c", "a", 2, 1, 1, 0, (Entry(2, 2, EntryKind.NOOP),)))
    assert lone.node.status().membership == OLD


def test_during_joint_consensus_entries_need_the_majorities_of_both() -> None:
    # §6: agreement requires separate majorities from both the old and new configurations.
    for voters, agree in (("de", False), ("d", False), ("bc", False), ("db", True)):
        lone = in_joint_consensus()
        lone.propose(b"x")
        for peer in voters:
            lone.acknowledge(peer, 4)
        assert (lone.node.status().commit_index == 4) is agree, voters


def test_during_joint_consensus_a_leader_needs_the_votes_of_both() -> None:
    joint = Membership(("a", "d", "e"), outgoing=("a", "b", "c"))
    for voters, wins in (("de", False), ("bc", False), ("bd", True)):
        lone = Lone(log=[membership_entry(1, joint)], term=1)
        polls = only(RequestVote, lone.campaign())
        assert {poll.to for poll in polls} == set("bcde")
        lone.say(*(RequestVoteReply(peer, "a", 2, True, pre_vote=True) for peer in voters))
        assert (lone.term == 2) is wins, voters
        lone.say(*(RequestVoteReply(peer, "a", 2, True) for peer in voters))
        assert (lone.node.status().role is Role.LEADER) is wins


def test_during_joint_consensus_reads_are_confirmed_by_both() -> None:
    lone = in_joint_consensus()
    lone.node.read_index(7)
    lone.run()
    for peer in "de":
        lone.acknowledge(peer, 2, read_round=1)
    assert lone.reads == []
    lone.acknowledge("b", 2, read_round=1)
    assert lone.reads == [ReadReady(7, 2)]


def test_during_joint_consensus_a_leader_must_be_answered_by_both() -> None:
    for voters, stays in (("de", False), ("bc", False), ("be", True)):
        lone = in_joint_consensus()
        for _ in range(3 * lone.config.election_ticks):
            lone.tick()
            for peer in voters:
                lone.acknowledge(peer, 2)
        assert (lone.node.status().role is Role.LEADER) is stays, voters


def test_adjacent_memberships_share_a_node_in_every_decision() -> None:
    # §6: no point of time at which both configurations can decide unilaterally.
    for old, new in (("abc", "ade"), ("abc", "def"), ("abc", "abcde"), ("abcde", "a"), ("ab", "cd")):
        joint = quorum_of(Membership(tuple(new), outgoing=tuple(old)))
        nodes = sorted({*old, *new})
        groups = [set(group) for size in range(len(nodes) + 1) for group in combinations(nodes, size)]
        both = [group for group in groups if joint.agrees(group)]
        for side in (Majority(tuple(old)), Majority(tuple(new))):
            assert all(one & other for one in both for other in groups if side.agrees(other))
        assert both


def test_the_final_membership_follows_once_the_joint_one_has_committed_and_not_before() -> None:
    # §6: once C_old,new has been committed it is safe for the leader to create an entry for C_new.
    lone = leader_of(Membership(("a", "b", "c"), learners=("d",)))
    lone.acknowledge("d", 2)
    assert change(lone, promote=("d",), remove=("c",)).index == 3
    assert lone.node.status().membership == Membership(("a", "b", "d"), outgoing=("a", "b", "c"))
    lone.acknowledge("d", 3)
    assert lone.node.status().last_index == (4 if lone.node.status().commit_index >= 3 else 3)
    lone.acknowledge("b", 3)
    assert lone.node.status().membership == Membership(("a", "b", "d"))
    assert (lone.node.status().last_index, lone.node.status().commit_index) == (4, 3)


def test_a_leader_elected_in_joint_consensus_leads_it_to_its_end() -> None:
    # §6: a leader crash during the change is survived by either configuration's leader.
    lone = leader_of(Membership(("a", "d", "e"), outgoing=("a", "b", "c")), committed=False)
    acknowledge_all(lone, "bcde")
    assert lone.node.status().membership == Membership(("a", "d", "e"))
    acknowledge_all(lone, "de")
    assert lone.node.status().commit_index == 3


def test_a_leader_that_leaves_does_not_count_itself_and_steps_down_when_that_has_committed() -> None:
    # §6: it manages a cluster that does not include itself, and steps down once C_new is committed.
    lone = leader_of(Membership(("a", "b", "c", "d")))
    change(lone, remove=("a",))
    for peer in "bc":
        lone.acknowledge(peer, 3)
    assert lone.node.status().membership == Membership(("b", "c", "d"))
    final = lone.node.status().last_index
    lone.acknowledge("b", final)
    assert (lone.node.status().commit_index, lone.node.status().role) == (final - 1, Role.LEADER)
    lone.acknowledge("c", final)
    assert lone.node.status().commit_index == final
    assert lone.node.status().role is Role.FOLLOWER
    assert lone.tick(100) == []


def test_learners_receive_the_log_and_count_for_nothing() -> None:
    # §6: new servers join first as non-voting members, not considered for majorities.
    lone = leader_of(Membership(("a", "b", "c"), learners=("d", "e")), committed=False)
    acknowledge_all(lone, "de")
    assert lone.node.status().commit_index == 0
    acknowledge_all(lone, "b")
    assert lone.node.status().commit_index == 2
    lone.node.read_index(7)
    lone.run()
    for learner in "de":
        lone.acknowledge(learner, 2, read_round=1)
    assert lone.reads == []
    for _ in range(2 * lone.config.election_ticks):
        lone.tick()
        acknowledge_all(lone, "de")
    assert lone.node.status().role is not Role.LEADER


def test_a_learner_and_a_node_that_is_no_member_never_campaign() -> None:
    for membership in (Membership(("b", "c"), learners=("a",)), Membership(("b", "c"))):
        lone = Lone(log=[membership_entry(1, membership)], term=1)
        lone.say(AppendEntries("b", "a", 1, 1, 1, 1))
        assert only(RequestVote, lone.tick(100)) == []
        assert lone.node.status().role is Role.FOLLOWER


def test_a_leader_left_out_by_what_has_not_committed_may_lead_again_to_commit_it() -> None:
    # Thesis §4.2.2: such a server should still start elections, without counting its own vote. Here a alone
    # holds the final membership; b, which lacks it, could not win against the longer log.
    leaving = Membership(("b",), outgoing=("a", "b"))
    lone = Lone(log=[membership_entry(1, leaving), membership_entry(2, Membership(("b",)))], term=1)
    lone.say(AppendEntries("b", "a", 1, 1, 1, 1))
    polls = only(RequestVote, lone.campaign())
    assert [poll.to for poll in polls] == ["b"]
    assert lone.node.status().role is Role.CANDIDATE
    lone.say(RequestVoteReply("b", "a", 2, True, pre_vote=True))
    assert (lone.term, lone.node.status().role) == (2, Role.CANDIDATE)
    lone.say(RequestVoteReply("b", "a", 2, True))
    assert lone.node.status().role is Role.LEADER
    lone.acknowledge("b", 3)
    assert lone.node.status().commit_index == 3
    assert lone.node.status().role is Role.FOLLOWER


def test_a_node_takes_appends_and_votes_for_those_its_membership_does_not_know() -> None:
    # §6, thesis §4.1: the latest configuration may be the very thing that it lacks.
    lone = Lone(term=1)
    (reply,) = only(AppendEntriesReply, lone.say(AppendEntries("x", "a", 2, 0, 0, 0, tuple(log_of_terms(1)))))
    assert reply.entry_appended
    lone.tick(lone.config.election_ticks)
    (vote,) = only(RequestVoteReply, lone.say(vote_request("y", 3, (1, 1))))
    assert vote.vote_granted


def test_a_removed_node_does_not_disturb_those_who_hear_their_leader() -> None:
    # §6: RequestVote is disregarded within the minimum election timeout of hearing from a current leader.
    follower = Lone(log=[membership_entry(1, OLD)], term=1)
    follower.follow("b", 1, (1, 1))
    leader = leader_of(OLD)
    for lone in (follower, leader):
        term = lone.term
        (reply,) = lone.say(vote_request("removed", 9, (9, 8)))
        assert reply == RequestVoteReply("a", "removed", term, False)
        assert lone.term == term


def test_one_change_at_a_time_and_none_before_this_terms_first_commit() -> None:
    # Thesis §4.1 and §4.3: of two changes that overlap neither might know the other.
    founded = Lone()
    founded.lead()
    assert change(founded, add=("d",)).refusal == "change_pending"
    fresh = leader_of(OLD, committed=False)
    assert change(fresh, add=("d",)).refusal == "change_pending"
    acknowledge_all(fresh, "bc")
    assert change(fresh, add=("d",)).index == 3
    assert change(fresh, add=("e",)).refusal == "change_pending"
    acknowledge_all(fresh, "bc")
    assert change(fresh, add=("e",)).index == 4


def test_only_a_learner_that_is_caught_up_and_synced_is_promoted() -> None:
    # §6: the change waits until the new servers have caught up.
    lone = leader_of(Membership(("a", "b", "c"), learners=("d",)))
    assert change(lone, promote=("d",)).refusal == "not_caught_up"
    lone.say(AppendEntriesReply("d", "a", 2, True, 2, match_index=2, unsynced_run=5))
    index = lone.node.status().last_index
    acknowledge_all(lone, "bc")
    lone.say(AppendEntriesReply("d", "a", 2, True, index, match_index=index, unsynced_run=5))
    assert change(lone, promote=("d",)).refusal == "not_caught_up"
    lone.acknowledge("d", index)
    assert change(lone, promote=("d",)).index == index + 1


def test_a_node_that_lost_its_disk_learns_the_membership_also_when_no_change_is_in_the_log() -> None:
    # What the founders wrote stands before every entry; whoever begins anew is sent entries alone.
    network = Network(seed=1)
    leader = network.elect()
    wiped = [name for name in network.machines if name != leader]
    for name in wiped:
        network.wipe(name)
        network.tick(40)
        assert network.node(name).status().synced
        assert network.node(name).status().membership.voters == ("a", "b", "c")
    network.crash(leader)
    assert network.elect() in wiped


@pytest.mark.parametrize(
    "impossible",
    [
        pytest.param({"add": ("b",)}, id="add a member"),
        pytest.param({"promote": ("b",)}, id="promote a voter"),
        pytest.param({"remove": ("x",)}, id="remove a stranger"),
        pytest.param({"remove": ("a", "b", "c")}, id="leave nobody"),
        pytest.param({}, id="nothing"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(impossible: dict[str, tuple[str, ...]]) -> None:
    lone = leader_of(OLD)
    assert change(lone, **impossible).refusal == "impossible"
    assert lone.node.status().membership == OLD


def test_a_change_is_refused_by_who_does_not_lead() -> None:
    for lone in (Lone(), Lone(term=1)):
        assert change(lone, add=("d",)).refusal in {"no_leader", "not_leader"}


def test_a_store_that_was_founded_knows_its_voters() -> None:
    assert Node(Lone().config, Disk(), 0, Lone().random).status().membership == OLD
