"""Every message survives the wire, and the wire cannot make a message that the log could not hold."""

from typing import Any

import pytest

from protos import raft_pb2 as wire
from raft.messages import (
    AppendEntries,
    AppendEntriesReply,
    ProposalResult,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
    RequestVote,
    RequestVoteReply,
    TimeoutNow,
)
from raft.runtime.codec import Malformed, WholeMessage, WireMessage, decode, encode
from raft.types import Entry, EntryKind, Proposal

BIG = (1 << 63) - 1

MESSAGES: list[WholeMessage] = [
    RequestVote("n1", "n2", 7, 30, 6, pre_vote=True),
    RequestVote("n1", "n2", 7, 30, 6),
    RequestVote("n1", "n2", 7, 30, 6, leadership_transfer=True),
    RequestVoteReply("n2", "n1", 7, vote_granted=True, pre_vote=True),
    RequestVoteReply("n2", "n1", BIG, vote_granted=False),
    AppendEntries("n1", "n2", 7, 30, 6, 29),
    AppendEntries(
        "n1",
        "n2",
        7,
        30,
        6,
        29,
        (
            Entry(7, 31, EntryKind.NOOP),
            Entry(7, 32, EntryKind.COMMAND, bytes(range(256))),
            Entry(7, 33, EntryKind.MEMBERSHIP, b"{}"),
        ),
        read_round=5,
    ),
    AppendEntries("n1", "n2", 7, 30, 6, 29, sync_run=31),
    AppendEntriesReply("n2", "n1", 7, True, 30, match_index=32, read_round=5),
    AppendEntriesReply("n2", "n1", 7, False, 30, conflict_term=4, conflict_index=12),
    AppendEntriesReply("n2", "n1", 7, True, 30, match_index=32, unsynced_run=9),
    ProposeRequest("n2", "n1", 7, (Proposal(1, b"one"), Proposal(BIG, b""))),
    ProposeReply("n1", "n2", 7, (ProposalResult(1, 7, 33), ProposalResult(2, refusal="overloaded"))),
    ReadIndexRequest("n2", "n1", 7, 99),
    ReadIndexReply("n1", "n2", 7, 99, index=33),
    ReadIndexReply("n1", "n2", 7, 99, refused=True),
    TimeoutNow("n1", "n2", 7),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_out_as_it_went_in(message: WholeMessage) -> None:
    sent = encode(message)
    assert decode(type(sent).FromString(sent.SerializeToString())) == message


def header(from_: str = "n1", to: str = "n2", term: int = 7) -> dict[str, Any]:
    return {"from": from_, "to": to, "term": term}


@pytest.mark.parametrize(
    "received",
    [
        wire.RequestVoteRequest(),
        wire.RequestVoteRequest(**header(from_="")),
        wire.RequestVoteRequest(**header(to="n" * 65)),
        wire.RequestVoteRequest(**header(term=1 << 63)),
        wire.RequestVoteRequest(**header(), last_log_index=1 << 63),
        wire.AppendEntriesRequest(**header(), commit_index=1 << 63),
        wire.AppendEntriesRequest(**header(), sync_run=1 << 63),
        wire.AppendEntriesRequest(**header(), entries=[wire.Entry(term=7, index=1)]),
        wire.AppendEntriesRequest(
            **header(), entries=[wire.Entry(term=1 << 63, index=1, kind=wire.ENTRY_KIND_NOOP)]
        ),
        wire.AppendEntriesResponse(**header(), match_index=1 << 63),
        wire.ProposeRequest(**header(), proposals=[wire.Proposal(id=1 << 63)]),
        wire.ProposeResponse(**header(), results=[wire.ProposalResult(id=1, index=1 << 63)]),
        wire.ReadIndexRequest(**header(), id=1 << 63),
        wire.ReadIndexResponse(**header(), id=1, index=1 << 63),
        wire.TimeoutNowRequest(**header(from_="")),
    ],
    ids=str,
)
def test_what_no_node_sends_is_malformed(received: WireMessage) -> None:
    with pytest.raises(Malformed):
        decode(received)


def test_a_reply_of_an_older_release_counts_as_synced() -> None:
    reply = decode(wire.AppendEntriesResponse(**header(), entry_appended=True))
    assert isinstance(reply, AppendEntriesReply) and not reply.unsynced_run


def test_an_entry_of_an_unknown_kind_is_malformed() -> None:
    newer = wire.Entry.FromString(bytes([0x08, 7, 0x10, 1, 0x18, 77]))
    with pytest.raises(Malformed, match="unknown kind"):
        decode(wire.AppendEntriesRequest(**header(), entries=[newer]))


def test_an_error_never_repeats_what_was_received() -> None:
    with pytest.raises(Malformed) as error:
        decode(wire.AppendEntriesRequest(**header(), entries=[wire.Entry(data=b"secret")]))
    assert "secret" not in str(error.value)
