"""Figure 2 of the paper, rule by rule, as far as no other test has it already. DESIGN.md's table says which
test holds each rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Entry,
    EntryKind,
    InstallSnapshot,
    InstallSnapshotReply,
    Membership,
    Message,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
    RequestVote,
    RequestVoteReply,
    Role,
    Snapshot,
    TimeoutNow,
)
from tests.raft.disk import log_of_terms
from tests.raft.lone import Lone, only, vote_request


def follower() -> Lone:
    lone = Lone(term=1)
    lone.follow("c", 1)
    return lone


def candidate() -> Lone:
    lone = Lone()
    lone.run_for_office()
    return lone


def leader() -> Lone:
    lone = Lone()
    lone.lead()
    return lone


ROLES = {Role.FOLLOWER: follower, Role.CANDIDATE: candidate, Role.LEADER: leader}

LATER: dict[str, Message] = {
    type(message).__name__: message
    for message in (
        AppendEntries("b", "a", 9, 0, 0, 0),
        AppendEntriesReply("b", "a", 9, entry_appended=False, prev_index=0),
        RequestVoteReply("b", "a", 9, False),
        ProposeRequest("b", "a", 9, ()),
        ProposeReply("b", "a", 9, ()),
        ReadIndexRequest("b", "a", 9, 1),
        ReadIndexReply("b", "a", 9, 1, refused=True),
        InstallSnapshot("b", "a", 9, Snapshot(5, 2, Membership(("a", "b", "c")))),
        InstallSnapshotReply("b", "a", 9, 0),
    )
}


@pytest.mark.parametrize("made", ROLES.values(), ids=lambda made: made.__name__)
@pytest.mark.parametrize("message", LATER.values(), ids=LATER.keys())
def test_any_message_of_a_later_term_makes_a_follower_of_that_term(
    made: Callable[[], Lone], message: Message
) -> None:
    # All servers 2.
    lone = made()
    lone.say(message)
    assert (lone.node.status().role, lone.term) == (Role.FOLLOWER, 9)
    assert (lone.disk.hard_state().term, lone.disk.hard_state().vote) == (9, None)


@pytest.mark.parametrize("made", [candidate, leader], ids=lambda made: made.__name__)
def test_a_vote_request_of_a_later_term_makes_a_follower_unless_a_leader_is_heard(
    made: Callable[[], Lone],
) -> None:
    # All servers 2, with the exception that thesis §6.2 makes.
    lone = made()
    is_leader = lone.node.status().role is Role.LEADER
    lone.say(vote_request("b", 9, (9, 8)))
    assert lone.term == (1 if is_leader else 9)


def test_committed_entries_are_applied_in_the_order_of_the_log_each_once() -> None:
    # All servers 1.
    lone = Lone(log=log_of_terms(1, 1, 1, 1, 1, 1), term=1)
    for commit in (2, 2, 5, 3, 6, 6):
        lone.say(AppendEntries("b", "a", 1, 6, 1, commit))
        assert [entry.index for entry in lone.applied] == list(range(1, lone.node.status().commit_index + 1))
    assert len(lone.applied) == 6


def test_a_granted_vote_starts_the_election_timeout_anew() -> None:
    # Followers 2: neither an append of the leader nor a vote given.
    lone = Lone()
    lone.tick(lone.config.election_ticks - 1)
    lone.say(vote_request("b", 1))
    lone.tick(lone.config.election_ticks - 1)
    assert lone.node.status().role is Role.FOLLOWER


def test_a_refused_vote_and_an_append_of_an_earlier_term_put_off_nothing() -> None:
    # Followers 2.
    for disturbance in (
        vote_request("b", 3),
        AppendEntries("b", "a", 2, 0, 0, 0),
        vote_request("b", 4, (0, 0), pre_vote=True),
    ):
        calm, disturbed = (Lone(log=log_of_terms(3), term=3, vote="c") for _ in range(2))
        ticks = 0
        while calm.node.status().role is Role.FOLLOWER:
            disturbed.say(disturbance)
            calm.tick()
            disturbed.tick()
            ticks += 1
        assert disturbed.node.status().role is Role.CANDIDATE, disturbance


def test_a_candidate_asks_every_other_voter_once_with_the_end_of_its_log() -> None:
    # Candidates 1.
    lone = Lone(log=log_of_terms(1, 2), term=2, voters="abcde")
    requests = only(RequestVote, lone.run_for_office())
    assert requests == [RequestVote("a", peer, 3, 2, 2) for peer in "bcde"]


def test_a_candidate_that_neither_wins_nor_loses_begins_a_new_election() -> None:
    # Candidates 4, after a poll (thesis §9.6).
    lone = candidate()
    assert only(RequestVote, lone.run_for_office())[0].term == 2
    assert (lone.disk.hard_state().term, lone.disk.hard_state().vote) == (2, "a")


def test_an_election_lasts_at_least_an_election_timeout() -> None:
    # Candidates 1: the timer is reset when the election begins.
    for seed in range(20):
        lone = Lone(seed=seed)
        lone.run_for_office()
        assert lone.tick(lone.config.election_ticks - 1) == []


def test_a_candidate_goes_on_when_an_append_of_an_earlier_term_arrives() -> None:
    # §5.2: such an append is rejected, and the node continues in candidate state.
    lone = Lone(term=3)
    lone.run_for_office()
    (reply,) = only(AppendEntriesReply, lone.say(AppendEntries("b", "a", 3, 0, 0, 0)))
    assert (reply.entry_appended, reply.term) == (False, 4)
    assert lone.node.status().role is Role.CANDIDATE


def test_an_idle_leader_sends_heartbeats_to_all_that_carry_its_commit_index() -> None:
    # Leaders 1. §5.3: the leader includes the highest index known to be committed, also in heartbeats.
    lone = leader()
    for peer in "bc":
        lone.acknowledge(peer, 1)
    for _ in range(10):
        beats = only(AppendEntries, lone.tick(lone.config.heartbeat_ticks))
        assert {(beat.to, beat.entries, beat.commit_index) for beat in beats} == {("b", (), 1), ("c", (), 1)}
        for peer in "bc":
            lone.acknowledge(peer, 1)


def test_a_follower_that_is_behind_is_sent_all_it_lacks() -> None:
    # Leaders 3: entries from next_index on; and 3.1: it is moved with success.
    lone = Lone(log=log_of_terms(1, 1, 1), term=1)
    lone.lead()
    lone.say(AppendEntriesReply("b", "a", 2, False, 3, conflict_index=2))
    appends = [append for append in only(AppendEntries, lone.acknowledge("b", 1)) if append.to == "b"]
    assert appends[0].prev_index == 1
    assert [entry.index for append in appends for entry in append.entries] == [2, 3, 4]
    lone.acknowledge("b", 4)
    progress = lone.node.status().peers[0]
    assert (progress.match_index, progress.next_index) == (4, 5)


def test_a_refusal_moves_next_index_to_the_highest_place_where_the_logs_may_meet() -> None:
    # Leaders 3.2, with the hint of §5.3: no lower than it must, so that nothing is sent twice.
    for conflict_term, conflict_index, prev_index in ((3, 4, 6), (2, 2, 4), (1, 1, 1)):
        lone = Lone(log=log_of_terms(1, 2, 2, 2, 3, 3, 5), term=5)
        lone.lead()
        refusal = AppendEntriesReply(
            "b", "a", 6, False, 7, conflict_term=conflict_term, conflict_index=conflict_index
        )
        (probe,) = only(AppendEntries, lone.say(refusal))
        assert (probe.prev_index, probe.entries) == (prev_index, ())


def test_what_the_leader_commits_is_the_median_of_what_is_durable() -> None:
    # Leaders 4: the largest N that a majority of match_index has reached, of this term.
    lone = Lone(voters="abcde")
    lone.lead()
    lone.propose(b"1", b"2", b"3", b"4")
    for peer, match_index, commit_index in (("b", 3, 0), ("c", 2, 2), ("d", 5, 3), ("e", 4, 4), ("b", 5, 5)):
        lone.acknowledge(peer, match_index)
        assert lone.node.status().commit_index == commit_index


def test_the_vote_goes_to_a_log_as_up_to_date_at_any_length() -> None:
    # RequestVote receiver 2, over every pair of ends of a log (§5.4.1).
    ends = [(0, 0), *((index, term) for index in (1, 2, 3) for term in (1, 2, 3))]
    for mine in ends[1:]:
        terms = [1] * (mine[0] - 1) + [mine[1]]
        for last in ends:
            lone = Lone(log=log_of_terms(*terms), term=3)
            (reply,) = only(RequestVoteReply, lone.say(vote_request("b", 4, last)))
            assert reply.vote_granted == ((last[1], last[0]) >= (mine[1], mine[0])), (mine, last)


def test_an_append_that_matches_changes_exactly_what_differs() -> None:
    # AppendEntries receiver 2 to 4, over every log of five and every append of up to three entries.
    mine = log_of_terms(1, 1, 2, 2, 3)
    for theirs in ((1, 1, 2, 2, 3, 4), (1, 1, 2, 4, 4, 4), (1, 1, 3, 3, 4), (1, 3, 3), (1, 1, 2, 2, 3)):
        sent = [Entry(term, index, EntryKind.COMMAND, b"%d" % term) for index, term in enumerate(theirs, 1)]
        for prev in range(len(theirs)):
            lone = Lone(log=mine, term=5)
            entries = tuple(sent[prev : prev + 3])
            prev_term = theirs[prev - 1] if prev else 0
            matches = prev == 0 or (prev <= 5 and mine[prev - 1] == sent[prev - 1])
            (reply,) = lone.say(AppendEntries("b", "a", 5, prev, prev_term, 0, entries))
            assert isinstance(reply, AppendEntriesReply)
            assert reply.entry_appended is matches
            conflicts = any(
                index <= 5 and mine[index - 1] != sent[index - 1]
                for index in range(prev + 1, prev + 1 + len(entries))
            )
            if not matches:
                expected = mine
            elif conflicts or prev + len(entries) > 5:
                expected = [*mine[:prev], *entries]
            else:
                expected = mine
            assert lone.disk.log == expected, (theirs, prev)


def test_nothing_leaves_before_what_it_depends_on_is_durable() -> None:
    # State: updated on stable storage before responding, whatever is answered.
    for asked in (
        vote_request("b", 3),
        AppendEntries("b", "a", 3, 0, 0, 0, tuple(log_of_terms(3))),
        InstallSnapshot("b", "a", 3, Snapshot(5, 2, Membership(("a", "b", "c")))),
        TimeoutNow("b", "a", 3),
    ):
        lone = Lone()
        lone.node.step(asked)
        ready = lone.node.ready()
        assert ready.messages == ()
        assert ready.hard_state is not None
        assert ready.hard_state.term >= 3
        assert ready.messages_after_durable


def test_the_answer_to_a_repeated_request_is_the_same() -> None:
    # §5.5: requests are idempotent.
    append = AppendEntries("b", "a", 1, 0, 0, 0, tuple(log_of_terms(1, 1)))
    lone = Lone()
    once, again = (lone.say(append) for _ in range(2))
    assert once == again
    vote = vote_request("c", 2, (2, 1))
    lone.tick(10)
    once, again = (lone.say(vote) for _ in range(2))
    assert once == again
    assert once == [replace(RequestVoteReply("a", "c", 2, True))]
