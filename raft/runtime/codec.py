"""Messages to and from their wire form. Nothing here trusts the wire: what does not decode raises
Malformed, and numbers are held to what the log can store."""

from __future__ import annotations

from typing import Any, Final, overload

from protos import raft_pb2 as wire
from raft.messages import (
    AppendEntries,
    AppendEntriesReply,
    Message,
    ProposalResult,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
    RequestVote,
    RequestVoteReply,
)
from raft.types import Entry, EntryKind, Proposal

NUMBER_MAX: Final = (1 << 63) - 1
NODE_ID_CHARACTERS_MAX: Final = 64

WireMessage = (
    wire.RequestVoteRequest
    | wire.RequestVoteResponse
    | wire.AppendEntriesRequest
    | wire.AppendEntriesResponse
    | wire.ProposeRequest
    | wire.ProposeResponse
    | wire.ReadIndexRequest
    | wire.ReadIndexResponse
)

_KIND_TO_WIRE: Final = {
    EntryKind.COMMAND: wire.ENTRY_KIND_COMMAND,
    EntryKind.NOOP: wire.ENTRY_KIND_NOOP,
}
_KIND_FROM_WIRE: Final = {number: kind for kind, number in _KIND_TO_WIRE.items()}


class Malformed(ValueError):
    """Bytes that parse, but are no message of this protocol. Names the field, never its content."""


@overload
def encode(message: RequestVote) -> wire.RequestVoteRequest: ...


@overload
def encode(message: RequestVoteReply) -> wire.RequestVoteResponse: ...


@overload
def encode(message: Message) -> WireMessage: ...


def encode(message: Message) -> WireMessage:  # noqa: PLR0911 - one case per message
    """The wire form. `from` is a Python keyword, so headers travel as keyword arguments."""
    header: dict[str, Any] = {"from": message.from_, "to": message.to, "term": message.term}
    match message:
        case AppendEntries():
            return wire.AppendEntriesRequest(
                **header,
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
            )
        case AppendEntriesReply():
            return wire.AppendEntriesResponse(
                **header,
                entry_appended=message.entry_appended,
                match_index=message.match_index,
                conflict_term=message.conflict_term,
                conflict_index=message.conflict_index,
                read_round=message.read_round,
                prev_index=message.prev_index,
            )
        case ProposeRequest():
            return wire.ProposeRequest(
                **header,
                proposals=[
                    wire.Proposal(id=proposal.id, data=proposal.data) for proposal in message.proposals
                ],
            )
        case ProposeReply():
            return wire.ProposeResponse(
                **header,
                results=[
                    wire.ProposalResult(
                        id=result.id, term=result.term, index=result.index, refusal=result.refusal
                    )
                    for result in message.results
                ],
            )
        case ReadIndexRequest():
            return wire.ReadIndexRequest(**header, id=message.id)
        case ReadIndexReply():
            return wire.ReadIndexResponse(
                **header, id=message.id, index=message.index, refused=message.refused
            )
        case RequestVote():
            return wire.RequestVoteRequest(
                **header,
                last_log_index=message.last_log_index,
                last_log_term=message.last_log_term,
                pre_vote=message.pre_vote,
            )
        case RequestVoteReply():
            return wire.RequestVoteResponse(
                **header, vote_granted=message.vote_granted, pre_vote=message.pre_vote
            )


def decode(received: WireMessage) -> Message:  # noqa: PLR0911 - one case per message
    """The message that was sent. Raises Malformed."""
    header = (_node_id(getattr(received, "from")), _node_id(received.to), _number(received.term))
    match received:
        case wire.AppendEntriesRequest():
            return AppendEntries(
                *header,
                _number(received.prev_index),
                _number(received.prev_term),
                _number(received.commit_index),
                tuple([_entry(entry) for entry in received.entries]),
                _number(received.read_round),
            )
        case wire.AppendEntriesResponse():
            return AppendEntriesReply(
                *header,
                received.entry_appended,
                _number(received.prev_index),
                _number(received.match_index),
                _number(received.conflict_term),
                _number(received.conflict_index),
                _number(received.read_round),
            )
        case wire.ProposeRequest():
            proposals = [Proposal(_number(proposal.id), proposal.data) for proposal in received.proposals]
            return ProposeRequest(*header, tuple(proposals))
        case wire.ProposeResponse():
            results = [
                ProposalResult(
                    _number(result.id), _number(result.term), _number(result.index), result.refusal
                )
                for result in received.results
            ]
            return ProposeReply(*header, tuple(results))
        case wire.ReadIndexRequest():
            return ReadIndexRequest(*header, _number(received.id))
        case wire.ReadIndexResponse():
            return ReadIndexReply(*header, _number(received.id), _number(received.index), received.refused)
        case wire.RequestVoteRequest():
            return RequestVote(
                *header,
                _number(received.last_log_index),
                _number(received.last_log_term),
                received.pre_vote,
            )
        case wire.RequestVoteResponse():
            return RequestVoteReply(*header, received.vote_granted, received.pre_vote)


def _entry(received: wire.Entry) -> Entry:
    kind = _KIND_FROM_WIRE.get(received.kind)
    if kind is None:
        raise Malformed("unknown kind of entry")
    return Entry(_number(received.term), _number(received.index), kind, received.data)


def _number(value: int) -> int:
    if value > NUMBER_MAX:
        raise Malformed("a number past 63 bits")
    return value


def _node_id(value: str) -> str:
    if not 0 < len(value) <= NODE_ID_CHARACTERS_MAX:
        raise Malformed("a node id that is empty or too long")
    return value
