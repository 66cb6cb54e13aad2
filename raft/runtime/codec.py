"""Messages to and from their wire form. Nothing here trusts the wire: what does not decode raises
Malformed, and numbers are held to what the log can store."""

from __future__ import annotations

from typing import Any, Final, overload

from protos import raft_pb2 as wire
from raft.messages import (
    AppendEntries,
    AppendEntriesReply,
    InstallSnapshot,
    InstallSnapshotReply,
    ProposalResult,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
    RequestVote,
    RequestVoteReply,
    TimeoutNow,
)
from raft.types import Entry, EntryKind, NodeId, Proposal, Term

NUMBER_MAX: Final = (1 << 63) - 1
NODE_ID_CHARACTERS_MAX: Final = 64

WholeMessage = (
    AppendEntries
    | AppendEntriesReply
    | ProposeRequest
    | ProposeReply
    | ReadIndexRequest
    | ReadIndexReply
    | RequestVote
    | RequestVoteReply
    | TimeoutNow
)
"""Every message that travels in one piece; snapshots have snapshot_codec."""
WireMessage = (
    wire.RequestVoteRequest
    | wire.RequestVoteResponse
    | wire.AppendEntriesRequest
    | wire.AppendEntriesResponse
    | wire.ProposeRequest
    | wire.ProposeResponse
    | wire.ReadIndexRequest
    | wire.ReadIndexResponse
    | wire.TimeoutNowRequest
)

_KIND_TO_WIRE: Final = {
    EntryKind.COMMAND: wire.ENTRY_KIND_COMMAND,
    EntryKind.NOOP: wire.ENTRY_KIND_NOOP,
    EntryKind.MEMBERSHIP: wire.ENTRY_KIND_MEMBERSHIP,
}
_KIND_FROM_WIRE: Final = {number: kind for kind, number in _KIND_TO_WIRE.items()}


class Malformed(ValueError):
    """Bytes that parse, but are no message of this protocol. Names the field, never its content."""


@overload
def encode(message: RequestVote) -> wire.RequestVoteRequest: ...


@overload
def encode(message: RequestVoteReply) -> wire.RequestVoteResponse: ...


@overload
def encode(message: TimeoutNow) -> wire.TimeoutNowRequest: ...


@overload
def encode(message: WholeMessage) -> WireMessage: ...


def encode(message: WholeMessage) -> WireMessage:  # noqa: PLR0911 - one case per message
    """The wire form."""
    fields = header(message)
    match message:
        case AppendEntries():
            return wire.AppendEntriesRequest(
                **fields,
                prev_index=message.prev_index,
                prev_term=message.prev_term,
                commit_index=message.commit_index,
                entries=[
                    wire.Entry(
                        term=entry.term, index=entry.index, kind=_KIND_TO_WIRE[entry.kind], data=entry.data
                    )
                    for entry in message.entries
                ],
                read_round=message.read_round,
                sync_run=message.sync_run,
            )
        case AppendEntriesReply():
            return wire.AppendEntriesResponse(
                **fields,
                entry_appended=message.entry_appended,
                match_index=message.match_index,
                conflict_term=message.conflict_term,
                conflict_index=message.conflict_index,
                read_round=message.read_round,
                prev_index=message.prev_index,
                unsynced_run=message.unsynced_run,
            )
        case ProposeRequest():
            return wire.ProposeRequest(
                **fields,
                proposals=[
                    wire.Proposal(id=proposal.id, data=proposal.data) for proposal in message.proposals
                ],
            )
        case ProposeReply():
            return wire.ProposeResponse(
                **fields,
                results=[
                    wire.ProposalResult(
                        id=result.id, term=result.term, index=result.index, refusal=result.refusal
                    )
                    for result in message.results
                ],
            )
        case ReadIndexRequest():
            return wire.ReadIndexRequest(**fields, id=message.id)
        case ReadIndexReply():
            return wire.ReadIndexResponse(
                **fields, id=message.id, index=message.index, refused=message.refused
            )
        case RequestVote():
            return wire.RequestVoteRequest(
                **fields,
                last_log_index=message.last_log_index,
                last_log_term=message.last_log_term,
                pre_vote=message.pre_vote,
                leadership_transfer=message.leadership_transfer,
            )
        case RequestVoteReply():
            return wire.RequestVoteResponse(
                **fields, vote_granted=message.vote_granted, pre_vote=message.pre_vote
            )
        case TimeoutNow():
            return wire.TimeoutNowRequest(**fields)


def decode(received: WireMessage) -> WholeMessage:  # noqa: PLR0911 - one case per message
    """The message that was sent. Raises Malformed."""
    fields = sent_header(received)
    match received:
        case wire.AppendEntriesRequest():
            return AppendEntries(
                *fields,
                number(received.prev_index),
                number(received.prev_term),
                number(received.commit_index),
                tuple([_entry(entry) for entry in received.entries]),
                number(received.read_round),
                number(received.sync_run),
            )
        case wire.AppendEntriesResponse():
            return AppendEntriesReply(
                *fields,
                received.entry_appended,
                number(received.prev_index),
                number(received.match_index),
                number(received.conflict_term),
                number(received.conflict_index),
                number(received.read_round),
                number(received.unsynced_run),
            )
        case wire.ProposeRequest():
            proposals = [Proposal(number(proposal.id), proposal.data) for proposal in received.proposals]
            return ProposeRequest(*fields, tuple(proposals))
        case wire.ProposeResponse():
            results = [
                ProposalResult(number(result.id), number(result.term), number(result.index), result.refusal)
                for result in received.results
            ]
            return ProposeReply(*fields, tuple(results))
        case wire.ReadIndexRequest():
            return ReadIndexRequest(*fields, number(received.id))
        case wire.ReadIndexResponse():
            return ReadIndexReply(*fields, number(received.id), number(received.index), received.refused)
        case wire.RequestVoteRequest():
            return RequestVote(
                *fields,
                number(received.last_log_index),
                number(received.last_log_term),
                received.pre_vote,
                received.leadership_transfer,
            )
        case wire.RequestVoteResponse():
            return RequestVoteReply(*fields, received.vote_granted, received.pre_vote)
        case wire.TimeoutNowRequest():
            return TimeoutNow(*fields)


def header(message: WholeMessage | InstallSnapshot | InstallSnapshotReply) -> dict[str, Any]:
    """`from` is a Python keyword, so headers travel as keyword arguments."""
    return {"from": message.from_, "to": message.to, "term": message.term}


def sent_header(
    received: WireMessage | wire.SnapshotOffer | wire.InstallSnapshotReply,
) -> tuple[NodeId, NodeId, Term]:
    """From, to, term. Raises Malformed."""
    return (_node_id(getattr(received, "from")), _node_id(received.to), number(received.term))


def _entry(received: wire.Entry) -> Entry:
    kind = _KIND_FROM_WIRE.get(received.kind)
    if kind is None:
        raise Malformed("unknown kind of entry")
    return Entry(number(received.term), number(received.index), kind, received.data)


def number(value: int) -> int:
    """Raises Malformed for one that the log cannot store."""
    if value > NUMBER_MAX:
        raise Malformed("a number past 63 bits")
    return value


def _node_id(value: str) -> str:
    if not 0 < len(value) <= NODE_ID_CHARACTERS_MAX:
        raise Malformed("a node id that is empty or too long")
    return value
