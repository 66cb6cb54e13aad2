"""What a node tells of itself."""

from __future__ import annotations

from dataclasses import dataclass

from raft.progress import ProgressState
from raft.types import Index, NodeId, Role, Term


@dataclass(frozen=True, slots=True)
class PeerProgress:
    """A leader's view of one peer. `active`: heard from since the last quorum check."""

    node_id: NodeId
    match_index: Index
    next_index: Index
    state: ProgressState
    active: bool


@dataclass(frozen=True, slots=True)
class Status:
    """`peers` is empty unless the node leads."""

    node_id: NodeId
    role: Role
    term: Term
    leader_id: NodeId | None
    last_index: Index
    commit_index: Index
    applied_index: Index
    peers: tuple[PeerProgress, ...]
