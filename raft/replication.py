"""Bringing the log of every peer to that of its leader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from raft.messages import AppendEntries, AppendEntriesReply, InstallSnapshot
from raft.progress import Progress, ProgressState
from raft.resync import Resync
from raft.types import Entry, EntryKind, Index, NodeId

if TYPE_CHECKING:
    from raft.core import Core


class Replication:
    """Owned by one leadership. `peers` are all whom it sends to: voters, learners, and those that are being
    told they have left. `read_round` is carried by everything sent."""

    __slots__ = ("_core", "peers", "read_round")

    def __init__(self, core: Core) -> None:
        self._core = core
        self.peers: dict[NodeId, Progress] = {}
        self.read_round = 0

    def add(self, peer: NodeId, resync: Resync | None = None) -> None:
        """Begin with `peer`, or anew: nothing is known of its log."""
        config = self._core.config
        self.peers[peer] = Progress(
            self._core.log.last_index + 1, config.inflight_messages_max, config.inflight_bytes_max, resync
        )

    # What the peers have said

    def matches(self) -> dict[NodeId, Index]:
        """Up to where each log is known to be durable; 0 for a peer that does not count."""
        return {
            peer: progress.match_index if progress.resync is None else 0
            for peer, progress in self.peers.items()
        }

    def read_rounds(self) -> dict[NodeId, int]:
        """The newest round that each has answered; 0 for a peer that does not count."""
        return {
            peer: progress.read_round if progress.resync is None else 0
            for peer, progress in self.peers.items()
        }

    def active(self) -> set[NodeId]:
        """Those that count and have been heard since the last `await_activity`."""
        return {peer for peer, progress in self.peers.items() if progress.active and progress.resync is None}

    def await_activity(self) -> None:
        for progress in self.peers.values():
            progress.active = False

    def heard(self, reply: AppendEntriesReply) -> Progress | None:
        """The progress of the sender, after noting whether it is synced; see `resync`. When it turns out to
        have lost its log, all that was known of it is forgotten. None for one that has left."""
        progress = self.peers.get(reply.from_)
        if progress is None:
            return None
        progress.active = True
        resync = progress.resync
        if not reply.unsynced_run:
            if resync is not None and resync.ends_with(reply):
                progress.resync = None
        elif resync is not None and resync.run == reply.unsynced_run:
            resync.heard(reply)
        else:
            self.add(reply.from_, Resync(reply.unsynced_run, self._core.log.last_index + 1))
            # Any entry would do; this one tells a founder that lost its disk who the founders are.
            self._core.append(EntryKind.MEMBERSHIP, self._core.membership.encode())
            return self.peers[reply.from_]
        return progress

    def retry_index(self, reply: AppendEntriesReply) -> Index:
        """The next place to probe: just after the highest index, below `prev_index`, where the logs may still
        agree.

        Terms never fall along a log. From `conflict_index` to `prev_index` the follower holds
        `conflict_term`, so there only an entry of that term can agree; below, any may. Each refusal thus
        rules out one of the follower's terms for good: at most one probe per term.

            index            1 2 3 4 5 6 7 8
            leader's terms   1 1 1 4 4 6 6 6    prev_index 7: refused, conflict_term 3, conflict_index 4
            follower's       1 1 1 3 3 3 3      last term ≤ 3 ends at 3 → probe after 3, next_index 4
        """
        if reply.conflict_term == 0:
            return min(reply.conflict_index, reply.prev_index)
        log = self._core.log
        meeting_index = log.last_index_of_term_up_to(reply.conflict_term, reply.prev_index - 1)
        if meeting_index >= log.base.index and log.term(meeting_index) == reply.conflict_term:
            return meeting_index + 1
        return min(meeting_index + 1, reply.conflict_index)

    # What they are told

    def has_work(self) -> bool:
        return any(
            self._lacks_entries(progress) or self._lacks_news(progress) for progress in self.peers.values()
        )

    def flush(self, is_heartbeat_due: bool) -> None:
        base_index = self._core.log.base.index
        for peer, progress in self.peers.items():
            if progress.next_index <= base_index and progress.state is not ProgressState.SNAPSHOT:
                self._bridge(peer, progress)
            if not self._send_entries(peer, progress) and (is_heartbeat_due or self._lacks_news(progress)):
                # Empty, yet it names the last index sent, not the last acknowledged: if an append on the way
                # was lost the follower refuses this and the gap shows; if only its answer was lost, this is
                # answered alike.
                self._send(peer, progress, ())

    def _lacks_entries(self, progress: Progress) -> bool:
        return progress.next_index <= self._core.log.last_index and progress.may_send()

    def _lacks_news(self, progress: Progress) -> bool:
        if progress.round_sent < self.read_round:
            return True
        return progress.state is ProgressState.REPLICATE and progress.commit_sent < self._core.commit_index

    def _bridge(self, peer: NodeId, progress: Progress) -> None:
        """What comes next for `peer` is compacted."""
        core = self._core
        if progress.active:
            progress.await_snapshot(core.log.base.index)
            core.send(InstallSnapshot(core.node_id, peer, core.term, core.log.base))
        else:
            # It may well be down, and a snapshot is no small thing.
            progress.ask(core.log.last_index)

    def _send_entries(self, peer: NodeId, progress: Progress) -> bool:
        """Send what `peer` lacks as far as its window allows. Whether anything was sent."""
        log = self._core.log
        bytes_max = self._core.config.entries_bytes_max
        is_sent = False
        while self._lacks_entries(progress):
            entries: Sequence[Entry] = ()
            if progress.may_carry_entries():
                entries = log.entries(progress.next_index, log.last_index + 1, bytes_max)
            self._send(peer, progress, tuple(entries))
            last_index = progress.next_index - 1 + len(entries)
            progress.sent(last_index, sum([len(entry.data) for entry in entries]))
            is_sent = True
        return is_sent

    def _send(self, peer: NodeId, progress: Progress, entries: tuple[Entry, ...]) -> None:
        core = self._core
        prev_index = progress.prev_index
        progress.commit_sent = core.commit_index
        progress.round_sent = self.read_round
        core.send(
            AppendEntries(
                core.node_id,
                peer,
                core.term,
                prev_index,
                core.log.term(prev_index) if prev_index else 0,
                core.commit_index,
                entries,
                self.read_round,
                progress.resync.run_to_tell(core.commit_index) if progress.resync is not None else 0,
            )
        )
