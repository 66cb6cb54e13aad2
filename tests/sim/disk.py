"""The disk under a node's log. What `append`, `compact` and `restore` were given is durable when they return;
until then it is a call under way in one of the process's threads, and a crash keeps or drops it whole: the
real store commits with SQLite, so a torn write is a dropped one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from raft import Entry, EntryKind, HardState, LogGap, StorageFailed
from raft.membership import Membership
from raft.types import Snapshot

LogWritten = Callable[[HardState, Sequence[Entry], Sequence[Entry]], None]
"""Told after each append: the hard state before it, the entries, and those that had to make room."""


class LogDisk:
    """Implements raft.types.LogStore, and survives the processes that use it."""

    def __init__(self, membership: Membership | None = None) -> None:
        """Founds a cluster of `membership`; without it the disk is empty: a new node's, or a wiped one's."""
        self._hard_state = HardState(synced=membership is not None)
        self._base = Snapshot(0, 0, membership or Membership())
        self._log: list[Entry] = []
        self.fails = False
        """The next write raises StorageFailed."""
        self.on_append: LogWritten = lambda hard_state, entries, replaced: None
        self.on_restore: Callable[[Snapshot], None] = lambda base: None

    def hard_state(self) -> HardState:
        return self._hard_state

    def base(self) -> Snapshot:
        return self._base

    def last_index(self) -> int:
        return self._base.index + len(self._log)

    def term(self, index: int) -> int:
        offset = index - self._base.index
        if offset == 0:
            return self._base.term
        if not 0 < offset <= len(self._log):
            raise LogGap(f"index {index} is not between {self._base.index} and {self.last_index()}")
        return self._log[offset - 1].term

    def entries(self, low: int, high: int, bytes_max: int) -> list[Entry]:
        if not self._base.index < low <= high <= self.last_index() + 1:
            raise LogGap(f"{low} to {high} is not between {self._base.index} and {self.last_index()}")
        found: list[Entry] = []
        size = 0
        for entry in self._log[low - self._base.index - 1 : high - self._base.index - 1]:
            size += len(entry.data)
            if found and size > bytes_max:
                break
            found.append(entry)
        return found

    def membership_entries(self) -> list[Entry]:
        return [entry for entry in self._log if entry.kind is EntryKind.MEMBERSHIP]

    def append(self, hard_state: HardState | None, entries: Sequence[Entry]) -> None:
        self._check()
        before, replaced = self._hard_state, list[Entry]()
        if hard_state is not None:
            self._hard_state = hard_state
        if entries:
            keep = entries[0].index - self._base.index - 1
            assert 0 <= keep <= len(self._log), f"entry {entries[0].index} would leave a gap, or lies below"
            replaced = self._log[keep:]
            self._log[keep:] = entries
        self.on_append(before, entries, replaced)

    def compact(self, base: Snapshot) -> None:
        self._check()
        assert self.term(base.index) == base.term, f"compacted to {base}, and holds {self.term(base.index)}"
        del self._log[: base.index - self._base.index]
        self._base = base

    def restore(self, base: Snapshot) -> None:
        self._check()
        self._log.clear()
        self._base = base
        self.on_restore(base)

    def close(self) -> None:
        pass

    def holds(self, index: int, term: int) -> bool:
        """Whether what stands at `index` is on the disk: the entry, or a base that covers it."""
        return index <= self._base.index or (index <= self.last_index() and self.term(index) == term)

    def membership_at_end(self) -> tuple[int, Membership]:
        """The one in force, and since which index: the last in the log, or the base's."""
        for entry in reversed(self._log):
            if entry.kind is EntryKind.MEMBERSHIP:
                return entry.index, Membership.decode(entry.data)
        return self._base.index, self._base.membership

    def _check(self) -> None:
        if self.fails:
            self.fails = False
            raise StorageFailed("the simulated disk refused a write")
