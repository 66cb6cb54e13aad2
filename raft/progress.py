"""What a leader believes of one follower's log, and how much it may send ahead of the answers.

probe      The point where the logs meet is in doubt. One append is outstanding at a time; a refusal moves
           `next_index` back, an acknowledgement of it turns to replicate. Heartbeats repeat a lost probe.
replicate  Everything before `next_index` has been sent, everything up to `match_index` acknowledged, and
           appends are pipelined until the window is full. A refusal reveals a gap (a message was lost): back
           to probe, from match_index + 1.
snapshot   What the follower lacks is compacted here. The state travels beside the log; nothing else is sent
           but heartbeats that match anywhere, until the snapshot has arrived (probe, from its end) or failed
           (probe, from the end of the log: only an answer shows whether another try is worth it).
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from raft.resync import Resync
from raft.types import Index


class ProgressState(Enum):
    PROBE = "probe"
    REPLICATE = "replicate"
    SNAPSHOT = "snapshot"


class Progress:
    """`match_index` stays below `next_index`. It never falls, but while the follower is not synced: then it
    is counted for nothing, and may have been said of another disk. `active`: heard from since the last quorum
    check. `read_round`: the newest round of read confirmation acknowledged; `round_sent`, `commit_sent`: what
    the follower has been told last. `resync` is there while the follower is not synced."""

    __slots__ = (
        "_inflight",
        "_inflight_bytes",
        "_inflight_bytes_max",
        "_inflight_messages_max",
        "_probe_refused",
        "_probe_sent",
        "active",
        "commit_sent",
        "match_index",
        "next_index",
        "read_round",
        "resync",
        "round_sent",
        "state",
    )

    def __init__(
        self,
        next_index: Index,
        inflight_messages_max: int,
        inflight_bytes_max: int,
        resync: Resync | None = None,
    ) -> None:
        self.state = ProgressState.PROBE
        self.match_index: Index = 0
        self.next_index = next_index
        self.active = True
        self.read_round = 0
        self.round_sent = 0
        self.commit_sent: Index = 0
        self.resync = resync
        self._probe_sent = False
        self._probe_refused = False
        self._inflight: deque[tuple[Index, int]] = deque()
        self._inflight_bytes = 0
        self._inflight_messages_max = inflight_messages_max
        self._inflight_bytes_max = inflight_bytes_max

    @property
    def prev_index(self) -> Index:
        """The place that the next append names: before what it carries, and for a follower that waits for a
        snapshot the beginning of every log."""
        return 0 if self.state is ProgressState.SNAPSHOT else self.next_index - 1

    def may_send(self) -> bool:
        """Whether another append with entries may leave before an answer arrives."""
        if self.state is ProgressState.REPLICATE:
            return (
                len(self._inflight) < self._inflight_messages_max
                and self._inflight_bytes < self._inflight_bytes_max
            )
        return self.state is ProgressState.PROBE and not self._probe_sent

    def may_carry_entries(self) -> bool:
        """While the meeting point is searched, entries would be sent in vain (thesis §10.2.1)."""
        return not self._probe_refused or self.next_index == self.match_index + 1

    def sent(self, last_index: Index, size: int) -> None:
        """An append left that ends at `last_index` and holds `size` bytes of data."""
        if self.state is ProgressState.PROBE:
            self._probe_sent = True
            return
        self.next_index = last_index + 1
        self._inflight.append((last_index, size))
        self._inflight_bytes += size

    def acknowledged(self, match_index: Index) -> bool:
        """The follower's log equals the leader's up to `match_index`. Whether that is news."""
        is_news = match_index > self.match_index
        if is_news:
            self.match_index = match_index
        while self._inflight and self._inflight[0][0] <= match_index:
            self._inflight_bytes -= self._inflight.popleft()[1]
        if self.state is not ProgressState.REPLICATE and self.match_index >= self.next_index - 1:
            self.state = ProgressState.REPLICATE
            self._probe_refused = False
            self.next_index = self.match_index + 1
        return is_news

    def refused(self, prev_index: Index, retry_index: Index) -> None:
        """The follower refused an append after `prev_index`; `retry_index`, at most `prev_index`, is the
        highest place where the logs may still meet, plus one. A refusal that answers no question still open
        is ignored: it was delayed or duplicated."""
        if prev_index <= self.match_index:
            if self.resync is None:
                return
            self.match_index = 0
        if self.state is ProgressState.REPLICATE:
            self._probe_from(self.match_index + 1)
            self._probe_refused = True
        elif self.state is ProgressState.PROBE and prev_index == self.next_index - 1:
            self._probe_from(max(retry_index, self.match_index + 1))
            self._probe_refused = True

    def await_snapshot(self, index: Index) -> None:
        """A snapshot of the log up to `index`, or of more, is on its way."""
        self._probe_from(index + 1)
        self.state = ProgressState.SNAPSHOT

    def snapshot_arrived(self, index: Index) -> None:
        """The follower says it holds all up to `index`; the probe after it shows whether that is so."""
        if self.state is ProgressState.SNAPSHOT:
            self._probe_from(max(index, self.match_index) + 1)

    def ask(self, last_index: Index) -> None:
        """Let the next heartbeat ask where the follower's log stands, naming the end of the log."""
        self._probe_from(last_index + 1)
        self._probe_sent = True

    def _probe_from(self, next_index: Index) -> None:
        self.state = ProgressState.PROBE
        self.next_index = next_index
        self._probe_sent = False
        self._probe_refused = False
        self._inflight.clear()
        self._inflight_bytes = 0
