"""The log as the core sees it: a window of recent entries in memory over the durable store.

The window holds at least every entry that is not yet durable or not yet handed out to be applied, and beyond
that a bounded number of recent ones, so replication to followers that keep up never reads the store. The
store is read only below the window; there it is durable and never truncated without the window moving first,
so a write in flight cannot change what is read.

    1 ........ base_index | base_index + 1 ...... durable_index ...... last_index
      store only          | window: also in the store | window: not yet durable
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from raft.errors import LogGap
from raft.types import Entry, Index, LogStore, Term

WINDOW_BYTES_MAX = 8 << 20
WINDOW_ENTRIES_MAX = 8192


class Log:
    __slots__ = (
        "_base_index",
        "_base_term",
        "_store",
        "_window",
        "_window_bytes",
        "durable_index",
        "last_index",
        "last_term",
    )

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.last_index: Index = store.last_index()
        self.last_term: Term = store.term(self.last_index)
        self.durable_index: Index = self.last_index
        self._window: list[Entry] = []
        self._window_bytes = 0
        self._base_index: Index = self.last_index
        self._base_term: Term = self.last_term

    def term(self, index: Index) -> Term:
        """0 for index 0. Raises LogGap past the end."""
        offset = index - self._base_index
        if offset > 0:
            if index > self.last_index:
                raise LogGap(f"index {index} is past the last index {self.last_index}")
            return self._window[offset - 1].term
        return self._base_term if offset == 0 else self._store.term(index)

    def matches(self, index: Index, term: Term) -> bool:
        """Whether the log holds an entry of `term` at `index`, and therefore (Log Matching, paper §5.3)
        everything that precedes it in the log of whoever named it."""
        return index <= self.last_index and self.term(index) == term

    def is_behind_or_equal(self, last_term: Term, last_index: Index) -> bool:
        """Whether a log that ends so is at least as up-to-date as this one (paper §5.4.1)."""
        return (last_term, last_index) >= (self.last_term, self.last_index)

    def entries(self, low: Index, high: Index, bytes_max: int) -> list[Entry]:
        """Entries from `low` on, below `high` and within `bytes_max` bytes of data, but never none when low <
        high. May stop earlier where store and window meet."""
        if low <= self._base_index:
            return self._store.entries(low, min(high, self._base_index + 1), bytes_max)
        start = low - self._base_index - 1
        found = self._window[start : high - self._base_index - 1]
        if self._window_bytes <= bytes_max:
            return found
        size = 0
        for count, entry in enumerate(found):
            size += len(entry.data)
            if size > bytes_max and count > 0:
                return found[:count]
        return found

    def unstable(self) -> list[Entry]:
        """Entries that are not known to be durable."""
        return self._window[self.durable_index - self._base_index :]

    def append(self, entries: Sequence[Entry]) -> None:
        """Add contiguous entries, at least one, after the last."""
        self._window.extend(entries)
        self._window_bytes += sum([len(entry.data) for entry in entries])
        last = entries[-1]
        self.last_index = last.index
        self.last_term = last.term

    def truncate(self, index: Index) -> None:
        """Drop every entry from `index` on. The store follows with the next append, whose first entry is
        `index`."""
        keep = index - 1 - self._base_index
        if keep >= 0:
            self._window_bytes -= sum([len(entry.data) for entry in self._window[keep:]])
            del self._window[keep:]
        else:
            self._window.clear()
            self._window_bytes = 0
            self._base_index = index - 1
            self._base_term = self._store.term(index - 1)
        self.last_index = index - 1
        self.last_term = self.term(index - 1)
        self.durable_index = min(self.durable_index, index - 1)

    def first_conflict(self, entries: Sequence[Entry]) -> int:
        """How many leading `entries`, which follow an entry that matches, are already here. By Log Matching
        those are a prefix of them, so the answer is bisected, and one look suffices for the usual
        duplicate."""
        overlap = min(len(entries), self.last_index - entries[0].index + 1)
        if overlap <= 0:
            return 0
        if self.term(entries[overlap - 1].index) == entries[overlap - 1].term:
            return overlap
        return bisect_left(range(overlap), True, key=lambda i: self.term(entries[i].index) != entries[i].term)

    def first_index_of_term_at(self, index: Index) -> Index:
        """The first index whose entry has the term of the entry at `index`. Terms never fall along a log, so
        this bisects: some twenty reads in a log of a million entries."""
        return bisect_left(range(1, index + 1), self.term(index), key=self.term) + 1

    def last_index_of_term_up_to(self, term: Term, index: Index) -> Index:
        """The last index, at most `index`, whose entry's term is at most `term`; 0 when there is none."""
        return bisect_right(range(1, index + 1), term, key=self.term)

    def mark_durable(self, index: Index, term: Term) -> None:
        """The entry (`index`, `term`) and all before it are durable. When it has been truncated since,
        nothing is concluded: what is left is written once more (an index alone would confuse it with its
        successor)."""
        if self.matches(index, term):
            self.durable_index = max(self.durable_index, index)

    def evict(self, applied_index: Index) -> None:
        """Let go of the oldest durable and applied entries once the window is past its bounds, down to half
        of them, so that the cost is spread over many appends."""
        if self._window_bytes <= WINDOW_BYTES_MAX and len(self._window) <= WINDOW_ENTRIES_MAX:
            return
        evictable = min(self.durable_index, applied_index) - self._base_index
        length, size, count = len(self._window), self._window_bytes, 0
        while count < evictable and (
            size > WINDOW_BYTES_MAX // 2 or length - count > WINDOW_ENTRIES_MAX // 2
        ):
            size -= len(self._window[count].data)
            count += 1
        if count == 0:
            return
        self._base_index += count
        self._base_term = self._window[count - 1].term
        self._window_bytes = size
        del self._window[:count]
