"""A new or wiped disk: what its node may do, and when it counts again. S28."""

from __future__ import annotations

import pytest

from raft import (
    AppendEntries,
    AppendEntriesReply,
    EntryKind,
    HardState,
    InstallSnapshot,
    Membership,
    MembershipChange,
    RequestVote,
    RequestVoteReply,
    Role,
    Snapshot,
    TimeoutNow,
)
from tests.raft.disk import Disk, log_of_terms
from tests.raft.lone import Lone, only, vote_request
from tests.raft.network import Faults, Network

RUN = 77
ABC = Membership(("a", "b", "c"))


def unsynced(log: tuple[int, ...] = ()) -> Lone:
    """A node of a known membership that does not count."""
    disk = Disk(HardState(max(log, default=0), synced=False), log_of_terms(*log))
    return Lone(disk=disk)


def refusal(peer: str, prev_index: int, *, unsynced_run: int, term: int = 1) -> AppendEntriesReply:
    return AppendEntriesReply(
        peer,
        "a",
        term,
        entry_appended=False,
        prev_index=prev_index,
        conflict_index=1,
        unsynced_run=unsynced_run,
    )


def leader_of_a_wiped_follower() -> Lone:
    """c, which had acknowledged entry 2, lost its disk. Its leader has appended entry 3 on hearing that."""
    lone = Lone()
    lone.lead()
    lone.propose(b"x")
    lone.acknowledge("c", 2)
    lone.say(refusal("c", 2, unsynced_run=RUN))
    assert not lone.progress("c").synced
    assert lone.node.status().last_index == 3
    return lone


# The node itself


def test_it_gives_no_vote_and_no_word_in_a_poll() -> None:
    for pre_vote in (True, False):
        lone = unsynced()
        (reply,) = only(RequestVoteReply, lone.say(vote_request("b", 9, (9, 8), pre_vote=pre_vote)))
        assert not reply.vote_granted


def test_a_leader_of_an_earlier_term_is_told_too() -> None:
    lone = unsynced((2,))
    (reply,) = only(AppendEntriesReply, lone.say(AppendEntries("b", "a", 1, 0, 0, 0)))
    assert reply.term == 2
    assert reply.unsynced_run


def test_it_never_campaigns_not_even_when_told_to() -> None:
    lone = unsynced((1, 1))
    assert only(RequestVote, lone.tick(100)) == []
    assert only(RequestVote, lone.say(TimeoutNow("b", "a", 2))) == []
    assert lone.node.status().role is Role.FOLLOWER
    alone = Lone(disk=Disk(HardState(synced=False), voters="a"))
    alone.tick(100)
    assert alone.node.status().role is Role.FOLLOWER


def test_it_acknowledges_what_it_wrote_and_says_that_it_does_not_count() -> None:
    lone = unsynced()
    (reply,) = lone.say(AppendEntries("b", "a", 1, 0, 0, 2, tuple(log_of_terms(1, 1))))
    assert isinstance(reply, AppendEntriesReply)
    assert (reply.match_index, [e.index for e in lone.applied]) == (2, [1, 2])
    assert reply.unsynced_run != 0
    (refused,) = only(AppendEntriesReply, lone.say(AppendEntries("b", "a", 1, 9, 1, 2)))
    assert refused.unsynced_run == reply.unsynced_run


def test_it_counts_once_it_is_told_so_by_the_number_of_this_run_and_that_is_durable() -> None:
    lone = unsynced()
    (reply,) = only(AppendEntriesReply, lone.say(AppendEntries("b", "a", 1, 0, 0, 0)))
    lone.say(AppendEntries("b", "a", 1, 0, 0, 0, sync_run=reply.unsynced_run + 1))
    assert not lone.disk.hard_state().synced
    lone.node.step(AppendEntries("b", "a", 1, 0, 0, 0, sync_run=reply.unsynced_run))
    ready = lone.node.ready()
    assert ready.hard_state is not None
    assert ready.hard_state.synced
    assert [r.unsynced_run for r in only(AppendEntriesReply, ready.messages_after_durable)] == [0]
    lone.finish(ready)
    lone.tick(10)
    (vote,) = only(RequestVoteReply, lone.say(vote_request("c", 9, (9, 8))))
    assert vote.vote_granted


def test_every_run_draws_a_number_of_its_own() -> None:
    numbers = set()
    for seed in range(20):
        lone = Lone(disk=Disk.blank(), seed=seed)
        numbers |= {
            r.unsynced_run for r in only(AppendEntriesReply, lone.say(AppendEntries("b", "a", 1, 0, 0, 0)))
        }
    assert len(numbers) == 20


# Its leader


def test_a_leader_forgets_what_the_lost_disk_held_and_appends_an_entry() -> None:
    lone = leader_of_a_wiped_follower()
    assert lone.progress("c").match_index == 0
    assert lone.disk.log[-1].kind is EntryKind.MEMBERSHIP
    assert lone.node.status().membership == ABC


def test_what_it_acknowledges_commits_nothing() -> None:
    lone = leader_of_a_wiped_follower()
    committed = lone.node.status().commit_index
    lone.acknowledge("c", 3, unsynced_run=RUN)
    assert lone.progress("c").match_index == 3
    assert lone.node.status().commit_index == committed
    lone.acknowledge("b", 3)
    assert lone.node.status().commit_index == 3


def test_it_confirms_no_read_and_no_leadership() -> None:
    lone = leader_of_a_wiped_follower()
    lone.acknowledge("b", 3)
    lone.node.read_index(1)
    lone.run()
    lone.acknowledge("c", 3, read_round=1, unsynced_run=RUN)
    assert lone.reads == []
    for _ in range(2 * lone.config.election_ticks):
        lone.tick()
        if lone.node.status().role is Role.LEADER:
            lone.acknowledge("c", 3, read_round=1, unsynced_run=RUN)
    assert lone.node.status().role is not Role.LEADER


def told(lone: Lone) -> set[int]:
    return {m.sync_run for m in only(AppendEntries, lone.tick(2)) if m.to == "c"}


def test_it_is_told_once_it_holds_an_entry_that_has_committed_without_it() -> None:
    lone = leader_of_a_wiped_follower()
    lone.acknowledge("c", 3, unsynced_run=RUN)
    assert told(lone) == {0}
    lone.acknowledge("b", 3)
    assert told(lone) == {RUN}
    again = leader_of_a_wiped_follower()
    again.acknowledge("b", 3)
    assert told(again) == {0}
    again.acknowledge("c", 2, unsynced_run=RUN)
    assert told(again) == {0}
    again.acknowledge("c", 3, unsynced_run=RUN)
    assert told(again) == {RUN}


def test_late_answers_from_before_the_loss_do_not_make_it_count() -> None:
    lone = leader_of_a_wiped_follower()
    lone.acknowledge("c", 2)
    lone.say(refusal("c", 2, unsynced_run=0))
    assert not lone.progress("c").synced
    lone.acknowledge("c", 3)
    assert lone.progress("c").synced


def test_a_late_answer_from_before_the_loss_does_not_end_the_search_for_its_log() -> None:
    lone = leader_of_a_wiped_follower()
    lone.acknowledge("c", 2)
    (probe,) = only(AppendEntries, lone.say(refusal("c", 2, unsynced_run=RUN)))
    assert (probe.to, probe.prev_index, probe.entries[0].index) == ("c", 0, 1)


def test_another_run_begins_anew() -> None:
    lone = leader_of_a_wiped_follower()
    lone.acknowledge("b", 3)
    lone.acknowledge("c", 3, unsynced_run=RUN)
    lone.say(refusal("c", 3, unsynced_run=RUN + 1))
    assert lone.node.status().last_index == 4
    assert told(lone) == {0}
    lone.acknowledge("b", 4)
    assert told(lone) == {0}
    lone.acknowledge("c", 4, unsynced_run=RUN + 1)
    assert told(lone) == {RUN + 1}


def test_leadership_is_not_handed_to_it() -> None:
    lone = leader_of_a_wiped_follower()
    assert not lone.node.transfer_leadership("c")
    lone.acknowledge("c", 3, unsynced_run=RUN)
    assert lone.node.transfer_leadership(None)
    assert lone.node.status().transferee == "b"


def test_no_change_makes_it_needed() -> None:
    lone = leader_of_a_wiped_follower()
    lone.acknowledge("b", 3)
    lone.node.change_membership(9, MembershipChange(remove=("b",)))
    lone.run()
    assert [result.refusal for result in lone.results if result.id == 9] == ["not_caught_up"]
    lone.node.change_membership(10, MembershipChange(remove=("c",)))
    lone.run()
    assert lone.results[-1].index > 0


# Whole clusters


@pytest.mark.parametrize("seed", range(15))
def test_a_wiped_voter_never_helps_to_lose_what_it_had_acknowledged(seed: int) -> None:
    """The entry is on the leader and one follower; that follower loses its disk, and with the leader away the
    rest must not elect one who lacks the entry. The network checks Leader Completeness."""
    network = Network(seed=seed, faults=Faults(delay_max=3, duplicate=0.1))
    leader = network.elect()
    wiped, stale = sorted(set(network.machines) - {leader})
    network.cut(stale)
    network.propose(leader, b"kept")
    network.tick(5)
    assert network.committed[-1].data == b"kept"
    network.crash(leader)
    network.wipe(wiped)
    network.heal()
    network.tick(100)
    assert network.leader() is None
    network.restart(leader)
    network.tick(60)
    network.propose(network.elect(), b"end")
    network.tick(20)
    assert [entry.data for entry in network.committed if entry.data in {b"kept", b"end"}] == [b"kept", b"end"]
    network.check_end()


@pytest.mark.parametrize("seed", range(10))
def test_a_wiped_disk_is_healed_by_snapshot_while_clients_write(seed: int) -> None:
    network = Network(size=5, seed=seed, faults=Faults(drop=0.05, delay_max=3, sync_delay_max=2))
    for number in range(60):
        leader = network.elect()
        network.propose(leader, b"%d" % number)
        network.tick()
        for machine in network.machines.values():
            machine.compact(keep=2)
        if number % 20 == 10:
            network.wipe(next(name for name in network.machines if name != leader))
    network.tick(60)
    network.propose(network.elect(), b"end")
    network.tick(20)
    network.check_end()


def test_old_messages_do_not_sync_a_disk_that_was_wiped_since() -> None:
    """All that was ever sent to c arrives once more after its disk is gone."""
    network = Network(seed=3)
    leader = network.elect()
    follower = next(name for name in network.machines if name != leader)
    sent = network.record(follower)
    network.wipe(follower)
    network.tick(40)
    assert network.node(follower).status().synced
    network.cut(follower)
    network.wipe(follower)
    for message in sent:
        network.node(follower).step(message)
        network.settle(2)
    assert network.node(follower).status().last_index > 0
    assert not network.node(follower).status().synced


def test_a_snapshot_does_not_make_it_count() -> None:
    lone = Lone(disk=Disk.blank())
    lone.say(InstallSnapshot("b", "a", 2, Snapshot(9, 2, ABC)))
    assert lone.node.status().membership == ABC
    assert not lone.node.status().synced
    assert only(RequestVote, lone.tick(100)) == []
