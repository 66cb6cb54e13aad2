"""Handing leadership over (thesis §3.10): nothing new is taken in until the target's log is as long as the
leader's, then the target is told to campaign at once. It needs no poll and wins unless it fails."""

from __future__ import annotations

from raft.progress import Progress
from raft.replication import Replication
from raft.types import Index, NodeId


class Transfer:
    """Given up after an election timeout. `is_farewell`: this leader is no voter any more, and steps down in
    any case."""

    __slots__ = ("_is_told", "_ticks_left", "is_farewell", "target")

    def __init__(self, target: NodeId, election_ticks: int, is_farewell: bool) -> None:
        self.target = target
        self.is_farewell = is_farewell
        self._ticks_left = election_ticks
        self._is_told = False

    def tick(self) -> bool:
        """Whether the time is up."""
        self._ticks_left -= 1
        return self._ticks_left <= 0

    def is_due(self, progress: Progress, last_index: Index) -> bool:
        """Whether the target should be told now."""
        return not self._is_told and progress.resync is None and progress.match_index == last_index

    def told(self) -> None:
        self._is_told = True


def most_caught_up(replication: Replication, voters: tuple[NodeId, ...]) -> NodeId | None:
    """Of the voters that count, one whose log is known to reach furthest, the lately heard before the
    silent."""
    peers = replication.peers
    return max(
        (voter for voter in voters if voter in peers and peers[voter].resync is None),
        key=lambda voter: (peers[voter].active, peers[voter].match_index),
        default=None,
    )
