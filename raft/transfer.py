"""Handing leadership over (thesis §3.10): nothing new is taken in until the target's log is as long as the
leader's, then the target is told to campaign at once. It needs no poll and wins unless it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raft.messages import TimeoutNow
from raft.replication import Replication
from raft.types import NodeId

if TYPE_CHECKING:
    from raft.core import Core


class Transfer:
    """One leadership's transfers, one at a time; `target` is None between them. Each is given up after an
    election timeout. A leader that is no voter any more steps down at the end of its last one in any case."""

    __slots__ = ("_core", "_is_farewell", "_is_told", "_replication", "_ticks_left", "target")

    def __init__(self, core: Core, replication: Replication) -> None:
        self._core = core
        self._replication = replication
        self.target: NodeId | None = None
        self._is_farewell = False
        self._is_told = False
        self._ticks_left = 0

    def begin(self, target: NodeId | None) -> bool:
        """To `target`, or with None to whom it is under way already, or else to the most caught-up voter.
        False, and nothing has changed, when that is no other voter that counts. To another target it begins
        anew."""
        candidates = self._candidates()
        if target is None and self.target in candidates:
            return True
        if target is None and candidates:
            peers = self._replication.peers
            target = max(candidates, key=lambda voter: (peers[voter].active, peers[voter].match_index))
        if target not in candidates:
            return False
        if target != self.target:
            self.target = target
            self._is_told = False
            self._ticks_left = self._core.config.election_ticks
        return True

    def take_leave(self) -> None:
        """This node is no voter any more, and that has committed: a leader among the voters must follow."""
        self._is_farewell = True
        if self.target is None and not self.begin(None):
            self._end()

    def tick(self) -> None:
        if self.target is not None:
            self._ticks_left -= 1
            if self._ticks_left <= 0:
                self._end()

    def has_work(self) -> bool:
        return self._due() is not None

    def flush(self) -> None:
        """Tell the target, if it is time."""
        target = self._due()
        if target is None:
            return
        core = self._core
        core.send(TimeoutNow(core.node_id, target, core.term))
        self._is_told = True
        if self._is_farewell:
            # The target will not ask this node for a vote.
            self._end()

    def _due(self) -> NodeId | None:
        """Whom to tell now: the target once it holds all that this leader does."""
        target = self.target
        if target is None or self._is_told or target not in self._candidates():
            return None
        progress = self._replication.peers[target]
        return target if progress.match_index == self._core.log.last_index else None

    def _end(self) -> None:
        self.target = None
        if self._is_farewell:
            self._core.become_follower(self._core.term, None)

    def _candidates(self) -> list[NodeId]:
        """The other voters that count."""
        peers = self._replication.peers
        return [v for v in self._core.membership.voters if v in peers and peers[v].resync is None]
