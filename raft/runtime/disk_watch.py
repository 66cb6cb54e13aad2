"""Watches the disk of the log through what its commits take. A disk that hangs or drags must not keep a
leader in its place: nothing else would tell its clients, since it still answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from raft.runtime.metrics import Metrics

HUNG_SECONDS: Final = 30.0
SLOW_COMMITS_MAX: Final = 8
"""So many in a row are no hiccup."""
PATIENCE_SECONDS: Final = 30.0
"""After leadership was handed over for it: where all disks are slow it must not go round and round."""

log = structlog.get_logger("raft.disk")


class DiskWatch:
    """`clock` is the event loop's, and `look` is called on it once a tick.

    stalled  A commit is under way for twice the election timeout: by now the cluster has another leader.
             Callers are turned away at once, to a node that can serve them.
    hung     The same for HUNG_SECONDS. There is no way to abandon the write, so the process should end.
    slow     Commits take a quarter of an election timeout and more, again and again, and a follower has the
             same entries on its disk sooner: a better leader is at hand.

    The first two count ticks: while the event loop itself stands still nobody can tell whether the disk does.
    """

    def __init__(
        self, clock: Callable[[], float], tick_seconds: float, election_ticks: int, metrics: Metrics
    ) -> None:
        self._clock = clock
        self._stalled_ticks = 2 * election_ticks
        self._hung_ticks = HUNG_SECONDS / tick_seconds
        self._slow_seconds = election_ticks * tick_seconds / 4
        self._metrics = metrics
        self._is_writing = False
        self._ticks = 0
        self._slow_commits = 0
        self._patient_until = clock()
        self.was_slow = False
        """The last commit."""
        self._is_stall_told = False

    @property
    def is_stalled(self) -> bool:
        return self._ticks >= self._stalled_ticks

    @property
    def is_hung(self) -> bool:
        return self._ticks >= self._hung_ticks

    @property
    def is_slow(self) -> bool:
        return self._slow_commits >= SLOW_COMMITS_MAX and self._clock() >= self._patient_until

    @contextmanager
    def commit(self) -> Iterator[None]:
        """Around one commit; they do not overlap."""
        began = self._clock()
        self._is_writing = True
        try:
            yield
        finally:
            seconds = self._clock() - began
            self._is_writing = False
            self._ticks = 0
            self._metrics.commit_seconds.observe(seconds)
            self.was_slow = seconds >= self._slow_seconds
            if not self.was_slow:
                self._slow_commits = 0
            if self._is_stall_told:
                self._is_stall_told = False
                log.warning("the disk answers again", seconds=round(seconds, 3))

    def compare(self, is_follower_ahead: bool) -> None:
        """After a slow commit of a leader: whether a follower had the same entries on its disk before."""
        self._slow_commits = self._slow_commits + 1 if is_follower_ahead else 0

    def forgive(self) -> None:
        """Leadership was handed over for it."""
        self._slow_commits = 0
        self._patient_until = self._clock() + PATIENCE_SECONDS

    def look(self) -> None:
        """Once a tick: tells of a stall when it begins."""
        if not self._is_writing:
            return
        self._ticks += 1
        if self.is_stalled and not self._is_stall_told:
            self._is_stall_told = True
            self._metrics.disk_stalls.inc()
            log.error("the disk does not answer", ticks=self._ticks)
