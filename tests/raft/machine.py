"""One machine: a node, its disk, and what it has applied. Its Ready is on the way to the disk for some steps;
a crash in that time loses the write, keeps it unconfirmed, or leaves it half done."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from raft import Config, Entry, EntryKind, Membership, Node, Ready, Snapshot
from tests.raft.disk import Disk


class Machine:
    def __init__(self, node_id: str, founders: Membership) -> None:
        self.id = node_id
        self.disk = Disk(voters="".join(founders.voters)) if node_id in founders.voters else Disk.blank()
        self._founders = founders
        self.lost_disks: list[Disk] = []
        self.applied: list[Entry] = []
        self.node: Node | None = None
        self.ready: Ready | None = None
        self.ready_at = 0
        self.seen = (0, 0)
        self.open_proposals: dict[int, bytes] = {}
        self.open_changes: set[int] = set()
        self.open_reads: dict[int, int] = {}

    def state(self) -> Snapshot:
        """What has been applied stands for."""
        if not self.applied:
            return Snapshot(0, 0, self.disk.base().membership)
        last = self.applied[-1]
        changes = [entry for entry in self.applied if entry.kind is EntryKind.MEMBERSHIP]
        membership = Membership.decode(changes[-1].data) if changes else self._founders
        return Snapshot(last.index, last.term, membership)

    def start(self, config: Config, random: Random) -> None:
        state, disk = self.state(), self.disk
        if not disk.base().index <= state.index <= disk.last_index() or disk.term(state.index) != state.term:
            disk.restore(state)  # an install was cut short
        self.node = Node(config, disk, state.index, random)
        self.seen = (0, 0)

    def stop(self) -> None:
        self.node = self.ready = None
        self.open_proposals.clear()
        self.open_changes.clear()
        self.open_reads.clear()

    def wipe(self) -> None:
        self.lost_disks.append(self.disk)
        self.disk = Disk.blank()
        self.applied = []

    def compact(self, keep: int) -> None:
        """Let go of what is applied, but for the last `keep` entries."""
        if self.node is None:
            return
        status = self.node.status()
        index = status.applied_index - keep
        if index >= status.first_index:
            self.disk.compact(self.node.compact(index))

    def install(self, applied: Iterable[Entry]) -> None:
        """Take another's state in place of this one's."""
        self.applied = list(applied)

    def ever_stored(self, index: int) -> Entry | None:
        """What stands at `index` on the disk, or stood on one that was lost."""
        for disk in (self.disk, *self.lost_disks):
            if disk.base().index < index <= disk.last_index():
                return disk.entry(index)
        return None
