"""One computer: a node, its disk, and the state that the log is applied to."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from raft import Config, Entry, EntryKind, Membership, Message, Node, Ready, Role, Snapshot
from tests.raft.disk import Disk


class Unsurprising(Random):
    """Every election timeout is the longest, 19 ticks of 10 to 19, and numbers on the wire are small, so that
    a scenario can count on both."""

    def __init__(self, first_wire_id: int) -> None:
        super().__init__(0)
        self._first_wire_id = first_wire_id

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        return start if stop is None else stop - 1

    def getrandbits(self, k: int) -> int:
        return self._first_wire_id


class Machine:
    """A Ready that was handed out waits in `under_way` until it is `persisted`; a crash loses it."""

    def __init__(self, config: Config, disk: Disk) -> None:
        self.config = config
        self.disk = disk
        self.applied = disk.base()
        self.node: Node | None = None
        self.under_way: Ready | None = None
        self._runs = 0
        self.start()

    def start(self) -> None:
        self._runs += 1
        first_wire_id = 100 * self._runs + 1000 * int(self.config.node_id)
        self.node = Node(self.config, self.disk, self.applied.index, Unsurprising(first_wire_id))

    def crash(self, *, is_written: bool) -> None:
        """`is_written`: the write under way had reached the disk, and nobody was told."""
        if self.under_way is not None and is_written:
            self._write(self.under_way)
        self.node = self.under_way = None

    def wipe(self) -> None:
        """A new disk, and nothing on it."""
        self.disk = Disk.blank()
        self.applied = self.disk.base()

    def hand_out(self) -> Ready:
        assert self.node is not None
        self.under_way = self.node.ready()
        return self.under_way

    def persist(self) -> tuple[Message, ...]:
        """Finish what is under way; what may leave now."""
        assert self.node is not None and self.under_way is not None
        ready, self.under_way = self.under_way, None
        self._write(ready)
        self.node.persisted(ready)
        for entry in ready.committed:
            self._apply(entry)
        self.node.applied(ready)
        return ready.messages_after_durable

    def observed(self) -> tuple[Role, int, str | None]:
        """Role, term and leader: what a reader wants to see change."""
        assert self.node is not None
        status = self.node.status()
        return status.role, status.term, status.leader_id

    def stored(self) -> Iterator[Entry]:
        yield from self.disk.log

    def _write(self, ready: Ready) -> None:
        if ready.snapshot is not None:
            self.applied = ready.snapshot
            self.disk.restore(ready.snapshot)
        self.disk.append(ready.hard_state, ready.entries)

    def _apply(self, entry: Entry) -> None:
        assert entry.index == self.applied.index + 1
        membership = self.applied.membership
        if entry.kind is EntryKind.MEMBERSHIP:
            membership = Membership.decode(entry.data)
        self.applied = Snapshot(entry.index, entry.term, membership)
