"""One frozen class per message. `from_` and `to` are node ids; `term` is the sender's current term
(for a pre-vote request, and a reply that grants it: the term the campaign would be held in)."""

from __future__ import annotations

from dataclasses import dataclass

from raft.types import Entry, Index, NodeId, Proposal, Snapshot, Term


@dataclass(frozen=True, slots=True)
class RequestVote:
    """`leadership_transfer`: the leader asked for this campaign; its followers need not protect it."""

    from_: NodeId
    to: NodeId
    term: Term
    last_log_index: Index
    last_log_term: Term
    pre_vote: bool = False
    leadership_transfer: bool = False


@dataclass(frozen=True, slots=True)
class RequestVoteReply:
    from_: NodeId
    to: NodeId
    term: Term
    vote_granted: bool
    pre_vote: bool = False


@dataclass(frozen=True, slots=True)
class AppendEntries:
    """Entries that follow `prev_index`; without entries, a heartbeat. `read_round` asks the receiver to echo
    it. `sync_run`, when not 0, tells the receiver whose `unsynced_run` it is that it is synced from now
    on."""

    from_: NodeId
    to: NodeId
    term: Term
    prev_index: Index
    prev_term: Term
    commit_index: Index
    entries: tuple[Entry, ...] = ()
    read_round: int = 0
    sync_run: int = 0


@dataclass(frozen=True, slots=True)
class AppendEntriesReply:
    """`match_index` when appended; otherwise `conflict_term` and `conflict_index`, the first index worth
    probing (`conflict_term` 0: the follower's log ends before `prev_index`). `unsynced_run`: 0 when the
    sender is synced (see HardState), otherwise a number that the present run of its node drew."""

    from_: NodeId
    to: NodeId
    term: Term
    entry_appended: bool
    prev_index: Index
    match_index: Index = 0
    conflict_term: Term = 0
    conflict_index: Index = 0
    read_round: int = 0
    unsynced_run: int = 0


@dataclass(frozen=True, slots=True)
class ProposeRequest:
    from_: NodeId
    to: NodeId
    term: Term
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class ProposalResult:
    """Where a proposal stands (`index` ≥ 1), or why it never will (`index` 0 and a `refusal`:
    "no_leader", "not_leader", "overloaded", "transferring", what `Node.refuse_proposals` was given, or for a
    change of membership also "change_pending", "not_caught_up" or "impossible"), or that nobody can say yet
    (`index` 0, `refusal` "unknown")."""

    id: int
    term: Term = 0
    index: Index = 0
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class ProposeReply:
    from_: NodeId
    to: NodeId
    term: Term
    results: tuple[ProposalResult, ...]


@dataclass(frozen=True, slots=True)
class ReadIndexRequest:
    from_: NodeId
    to: NodeId
    term: Term
    id: int


@dataclass(frozen=True, slots=True)
class ReadIndexReply:
    from_: NodeId
    to: NodeId
    term: Term
    id: int
    index: Index = 0
    refused: bool = False


@dataclass(frozen=True, slots=True)
class InstallSnapshot:
    """The receiver lacks entries that the leader's log no longer holds. The core names the oldest snapshot
    that will do; the runtime carries the state itself beside it, on a stream of its own, and hands this
    message to the receiver's core, naming the snapshot that was sent, once all of it has arrived and is
    verified."""

    from_: NodeId
    to: NodeId
    term: Term
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class InstallSnapshotReply:
    """`match_index`: the receiver's log equals the leader's up to there; 0 when the request's term was
    over."""

    from_: NodeId
    to: NodeId
    term: Term
    match_index: Index


@dataclass(frozen=True, slots=True)
class TimeoutNow:
    """Campaign at once, without a poll (thesis §3.10)."""

    from_: NodeId
    to: NodeId
    term: Term


Message = (
    RequestVote
    | RequestVoteReply
    | AppendEntries
    | AppendEntriesReply
    | ProposeRequest
    | ProposeReply
    | ReadIndexRequest
    | ReadIndexReply
    | InstallSnapshot
    | InstallSnapshotReply
    | TimeoutNow
)
