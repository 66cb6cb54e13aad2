"""What a message must look like before the core looks at it: checks that need no state but the node's own
name. What fails here no correct peer sends; nothing has changed when it is refused."""

from __future__ import annotations

from raft.errors import PeerMistake
from raft.membership import Membership
from raft.messages import (
    AppendEntries,
    AppendEntriesReply,
    InstallSnapshot,
    InstallSnapshotReply,
    Message,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
    RequestVote,
    RequestVoteReply,
    TimeoutNow,
)
from raft.types import Entry, EntryKind, NodeId


def admit(message: Message, node_id: NodeId) -> None:
    """Raises PeerMistake. That the sender is unknown here is no mistake: this node's membership may be
    old."""
    if message.to != node_id:
        raise PeerMistake(f"message for {message.to!r} reached {node_id!r}")
    if message.from_ in {node_id, ""}:
        raise PeerMistake(f"message from {message.from_!r} reached {node_id!r}")
    # Only a node that is new has term 0, and can do no more than refuse its vote.
    refuses_vote = isinstance(message, RequestVoteReply) and not message.vote_granted
    if message.term < (0 if refuses_vote else 1):
        raise PeerMistake(f"term {message.term} in a message from {message.from_!r}")
    match message:
        case AppendEntries():
            _admit_append(message)
        case AppendEntriesReply():
            _admit_append_reply(message)
        case RequestVote():
            _admit_vote_request(message)
        case ProposeReply():
            _admit_results(message)
        case InstallSnapshot():
            _admit_snapshot(message)
        case ReadIndexReply(index=index) | InstallSnapshotReply(match_index=index):
            if index < 0:
                raise PeerMistake(f"negative index in {message}")
        case RequestVoteReply() | ProposeRequest() | ReadIndexRequest() | TimeoutNow():
            pass  # nothing in them can be impossible by itself


def _admit_append(message: AppendEntries) -> None:
    index, term = message.prev_index, message.prev_term
    numbers = (index, term, message.commit_index, message.read_round, message.sync_run)
    if min(numbers) < 0 or (index == 0) != (term == 0):
        raise PeerMistake(f"impossible position {index}, term {term}, from {message.from_!r}")
    for entry in message.entries:
        index += 1
        if entry.index != index or entry.term < term:
            raise PeerMistake(f"entry {entry.index}, term {entry.term}, out of order from {message.from_!r}")
        term = entry.term
    if term > message.term:
        raise PeerMistake(f"an entry of term {term}, later than its sender {message.from_!r}")
    kind = EntryKind.MEMBERSHIP
    for entry in [entry for entry in message.entries if entry.kind is kind]:
        _admit_membership(entry, message.from_)


def _admit_append_reply(message: AppendEntriesReply) -> None:
    numbers = (
        message.prev_index,
        message.match_index,
        message.conflict_term,
        message.conflict_index,
        message.read_round,
        message.unsynced_run,
    )
    if min(numbers) < 0:
        raise PeerMistake(f"negative number in {message}")
    if message.conflict_term > 0 and not 1 <= message.conflict_index <= message.prev_index:
        raise PeerMistake(f"a conflict that is not at or before the place refused in {message}")


def _admit_vote_request(message: RequestVote) -> None:
    if message.last_log_index < 0 or not 0 <= message.last_log_term <= message.term:
        raise PeerMistake(f"impossible end of a log in {message}")


def _admit_results(message: ProposeReply) -> None:
    if any((result.index < 1) == (not result.refusal) for result in message.results):
        raise PeerMistake(f"neither a place nor a refusal for a proposal in {message}")


def _admit_membership(entry: Entry, sender: NodeId) -> None:
    try:
        membership = Membership.decode(entry.data)
    except ValueError as error:
        raise PeerMistake(f"entry {entry.index} from {sender!r} holds {error}") from error
    if not membership.voters:
        raise PeerMistake(f"entry {entry.index} from {sender!r} leaves no voters")


def _admit_snapshot(message: InstallSnapshot) -> None:
    snapshot = message.snapshot
    if snapshot.index < 1 or not 1 <= snapshot.term <= message.term or not snapshot.membership.voters:
        raise PeerMistake(f"impossible snapshot in {message}")
