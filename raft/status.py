"""What a node tells of itself."""

from __future__ import annotations

from dataclasses import dataclass

from raft.membership import Membership
from raft.progress import ProgressState
from raft.types import Index, NodeId, Role, Term


@dataclass(frozen=True, slots=True)
class PeerProgress:
    """A leader's view of one peer. `active`: heard from since the last quorum check. `synced`: it counts, if
    it is a voter."""

    node_id: NodeId
    match_index: Index
    next_index: Index
    state: ProgressState
    active: bool
    synced: bool


@dataclass(frozen=True, slots=True)
class Status:
    """`membership` is in force since its entry was appended, committed or not. `transferee`: whom leadership
    is being handed to. `peers` is empty unless the node leads, and then holds everybody it sends to: all
    other members, and for a while those that have left. Campaigns are counted since the node was made, once
    their poll is won."""

    node_id: NodeId
    role: Role
    term: Term
    leader_id: NodeId | None
    first_index: Index
    last_index: Index
    commit_index: Index
    applied_index: Index
    synced: bool
    membership: Membership
    transferee: NodeId | None
    campaigns_by_timeout: int
    campaigns_by_transfer: int
    peers: tuple[PeerProgress, ...]
