"""Every value of the protocol as one compact line. A place in a log is written index/term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Entry,
    EntryKind,
    HardState,
    InstallSnapshot,
    InstallSnapshotReply,
    Membership,
    Message,
    Node,
    ProposalResult,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
    Ready,
    RequestVote,
    RequestVoteReply,
    Snapshot,
    TimeoutNow,
)


def message_line(message: Message) -> str:
    kind = type(message).__name__
    return f"{message.from_}->{message.to} {kind} term:{message.term}{_details(message)}"


def _details(message: Message) -> str:  # noqa: PLR0911, PLR0912 - one case for each message
    match message:
        case RequestVote():
            flags = " poll" * message.pre_vote + " transfer" * message.leadership_transfer
            return f" last:{message.last_log_index}/{message.last_log_term}{flags}"
        case RequestVoteReply():
            return (" granted" if message.vote_granted else " refused") + " poll" * message.pre_vote
        case AppendEntries():
            place = f" prev:{message.prev_index}/{message.prev_term} commit:{message.commit_index}"
            entries = f" entries:[{entries_line(message.entries)}]"
            return (
                place + entries + _unless_0("round", message.read_round) + _unless_0("sync", message.sync_run)
            )
        case AppendEntriesReply():
            if message.entry_appended:
                said = f" match:{message.match_index}"
            else:
                conflict = f"{message.conflict_index}/{message.conflict_term}"
                said = f" refused prev:{message.prev_index} conflict:{conflict}"
            unsynced = _unless_0("unsynced", message.unsynced_run)
            return said + _unless_0("round", message.read_round) + unsynced
        case ProposeRequest():
            return f" [{', '.join(f'#{p.id} {_data(p.data)}' for p in message.proposals)}]"
        case ProposeReply():
            return f" [{', '.join(map(result_line, message.results))}]"
        case ReadIndexRequest():
            return f" #{message.id}"
        case ReadIndexReply():
            return f" #{message.id} " + ("refused" if message.refused else f"index:{message.index}")
        case InstallSnapshot():
            return f" snapshot:{snapshot_line(message.snapshot)}"
        case InstallSnapshotReply():
            return f" match:{message.match_index}"
        case TimeoutNow():
            return ""


def _unless_0(name: str, value: int) -> str:
    return f" {name}:{value}" if value else ""


def entries_line(entries: Iterable[Entry]) -> str:
    return ", ".join(map(entry_line, entries))


def entry_line(entry: Entry) -> str:
    place = f"{entry.index}/{entry.term} {entry.kind.name}"
    match entry.kind:
        case EntryKind.COMMAND:
            return f"{place} {_data(entry.data)}"
        case EntryKind.NOOP:
            return place
        case EntryKind.MEMBERSHIP:
            return f"{place} {membership_line(Membership.decode(entry.data))}"


def membership_line(membership: Membership) -> str:
    groups = {
        "voters": membership.voters,
        "outgoing": membership.outgoing,
        "learners": membership.learners,
    }
    return " ".join(f"{name}:{','.join(ids)}" for name, ids in groups.items() if ids) or "voters:none"


def snapshot_line(snapshot: Snapshot) -> str:
    return f"{snapshot.index}/{snapshot.term} {membership_line(snapshot.membership)}"


def result_line(result: ProposalResult) -> str:
    return f"#{result.id} " + (
        f"refused: {result.refusal}" if result.refusal else f"at {result.index}/{result.term}"
    )


def ready_lines(ready: Ready) -> Iterator[str]:
    """In the order in which a driver carries them out."""
    for message in ready.messages:
        yield f"send {message_line(message)}"
    for result in ready.proposal_results:
        yield f"proposal {result_line(result)}"
    for read in ready.reads:
        yield f"read #{read.id} " + ("refused" if read.index is None else f"at index {read.index}")
    if ready.snapshot is not None:
        yield f"install {snapshot_line(ready.snapshot)}"
    if ready.hard_state is not None:
        yield f"write {hard_state_line(ready.hard_state)}"
    for entry in ready.entries:
        yield f"write {entry_line(entry)}"
    for message in ready.messages_after_durable:
        yield f"then send {message_line(message)}"
    for entry in ready.committed:
        yield f"then apply {entry_line(entry)}"


def hard_state_line(hard_state: HardState) -> str:
    return f"term:{hard_state.term} vote:{hard_state.vote or 'none'}" + " unsynced" * (not hard_state.synced)


def status_lines(node: Node) -> Iterator[str]:
    status = node.status()
    yield (
        f"{status.node_id} {status.role.value} term:{status.term} leader:{status.leader_id or 'none'}"
        f" first:{status.first_index} last:{status.last_index} commit:{status.commit_index}"
        f" applied:{status.applied_index} {membership_line(status.membership)}"
        + (f" transferee:{status.transferee}" if status.transferee else "")
        + " unsynced" * (not status.synced)
    )
    for peer in status.peers:
        yield (
            f"  {peer.node_id} {peer.state.value} match:{peer.match_index} next:{peer.next_index}"
            + " silent" * (not peer.active)
            + " unsynced" * (not peer.synced)
        )


def _data(data: bytes) -> str:
    return f'"{data.decode()}"'
