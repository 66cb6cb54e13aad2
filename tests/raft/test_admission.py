"""Messages no correct peer sends are refused as the peer's mistake, and the node is unharmed."""

from __future__ import annotations

import pytest

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Entry,
    EntryKind,
    Membership,
    Message,
    PeerMistake,
    ProposalResult,
    ProposeReply,
    ReadIndexReply,
    RequestVote,
    RequestVoteReply,
)
from tests.raft.lone import Lone


def append(prev: tuple[int, int], *entries: tuple[int, int], term: int = 1, commit: int = 0) -> AppendEntries:
    made = tuple(Entry(t, i, EntryKind.COMMAND) for i, t in entries)
    return AppendEntries("b", "a", term, *prev, commit, made)


IMPOSSIBLE: dict[str, Message] = {
    "for another node": RequestVote("b", "c", 1, 0, 0),
    "from itself": RequestVoteReply("a", "a", 1, True),
    "of no term": RequestVote("b", "a", 0, 0, 0),
    "a log of a later term than its candidate": RequestVote("b", "a", 2, 5, 3),
    "a negative log": RequestVote("b", "a", 2, -1, 0),
    "a gap in the entries": append((0, 0), (1, 1), (3, 1)),
    "entries that do not follow": append((0, 0), (2, 1)),
    "terms that fall": append((1, 2), (2, 1), term=2),
    "an entry later than its leader": append((0, 0), (1, 5)),
    "an entry before the first with a term": append((0, 1)),
    "a membership that is none": AppendEntries(
        "b", "a", 1, 0, 0, 0, (Entry(1, 1, EntryKind.MEMBERSHIP, b"abc"),)
    ),
    "a membership without voters": AppendEntries(
        "b", "a", 1, 0, 0, 0, (Entry(1, 1, EntryKind.MEMBERSHIP, Membership().encode()),)
    ),
    "a negative index": append((-1, 0)),
    "a negative commit index": append((0, 0), commit=-1),
    "a negative match": AppendEntriesReply("b", "a", 1, True, 0, match_index=-1),
    "a conflict nowhere": AppendEntriesReply("b", "a", 1, False, 3, conflict_term=1, conflict_index=4),
    "neither place nor refusal": ProposeReply("b", "a", 1, (ProposalResult(1),)),
    "place and refusal": ProposeReply("b", "a", 1, (ProposalResult(1, 1, 1, "overloaded"),)),
    "a negative read": ReadIndexReply("b", "a", 1, 1, index=-1),
}


@pytest.mark.parametrize("message", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_an_impossible_message_is_refused_and_changes_nothing(message: Message) -> None:
    lone = Lone()
    before = lone.node.status()
    with pytest.raises(PeerMistake):
        lone.node.step(message)
    assert lone.node.status() == before
    assert not lone.node.has_ready()


def test_a_leader_refuses_answers_to_what_it_never_sent() -> None:
    lone = Lone()
    lone.lead()
    before = lone.node.status()
    for reply in (
        AppendEntriesReply("b", "a", 1, True, 9, match_index=9),
        AppendEntriesReply("b", "a", 1, False, 9),
        AppendEntriesReply("b", "a", 1, True, 0, read_round=1),
    ):
        with pytest.raises(PeerMistake):
            lone.node.step(reply)
    assert lone.node.status() == before


def test_a_second_leader_in_a_term_is_refused() -> None:
    follower = Lone()
    follower.follow("b", 1)
    leader = Lone()
    leader.lead()
    for lone in (follower, leader):
        with pytest.raises(PeerMistake):
            lone.node.step(AppendEntries("c", "a", 1, 0, 0, 0))
