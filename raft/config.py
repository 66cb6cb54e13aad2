"""Limits and timeouts of one node. Times are in ticks; the driver decides how long a tick lasts."""

from __future__ import annotations

from dataclasses import dataclass

from raft.types import NodeId


@dataclass(frozen=True, slots=True)
class Config:
    """The election timeout is drawn anew from [election_ticks, 2 · election_ticks) whenever it starts."""

    node_id: NodeId
    election_ticks: int = 10
    heartbeat_ticks: int = 2
    entries_bytes_max: int = 1 << 20
    """Data bytes in one AppendEntries, unless its first entry alone is larger."""
    inflight_messages_max: int = 64
    inflight_bytes_max: int = 16 << 20
    uncommitted_bytes_max: int = 64 << 20
    """Beyond this a leader refuses proposals as "overloaded"."""
    forwarded_proposals_max: int = 10_000
    """Forwarded proposals a follower keeps waiting for the leader's word."""
    applying_bytes_max: int = 4 << 20
    """Data bytes of committed entries in one Ready."""
    unapplied_bytes_max: int = 64 << 20
    """Data bytes handed out to be applied; beyond this the next ones wait until some are."""
