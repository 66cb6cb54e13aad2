"""Raft consensus as a pure core: no I/O, no clock, no randomness of its own. DESIGN.md tells the rules."""

from raft.config import Config
from raft.errors import (
    LocalMistake,
    LogGap,
    NotProposed,
    OutcomeUnknown,
    PeerMistake,
    RaftError,
    ReadUnavailable,
    StorageFailed,
)
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
from raft.node import Node
from raft.progress import ProgressState
from raft.ready import ReadReady, Ready
from raft.status import PeerProgress, Status
from raft.types import (
    Entry,
    EntryKind,
    HardState,
    Index,
    LogStore,
    NodeId,
    Proposal,
    Role,
    StateMachine,
    Term,
)

__all__ = [
    "AppendEntries",
    "AppendEntriesReply",
    "Config",
    "Entry",
    "EntryKind",
    "HardState",
    "Index",
    "LocalMistake",
    "LogGap",
    "LogStore",
    "Message",
    "Node",
    "NodeId",
    "NotProposed",
    "OutcomeUnknown",
    "PeerMistake",
    "PeerProgress",
    "ProgressState",
    "Proposal",
    "ProposalResult",
    "ProposeReply",
    "ProposeRequest",
    "RaftError",
    "ReadIndexReply",
    "ReadIndexRequest",
    "ReadReady",
    "ReadUnavailable",
    "Ready",
    "RequestVote",
    "RequestVoteReply",
    "Role",
    "StateMachine",
    "Status",
    "StorageFailed",
    "Term",
]
