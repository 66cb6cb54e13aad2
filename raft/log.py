"""The log as the core sees it: a window of recent entries in memory over the durable store.

The log begins after its base: what precedes it is committed, compacted here, and stands in the state machine.
The window holds at least every entry that is not yet durable, and beyond that a bounded number of recent
ones, so replication to followers that keep up never reads the store. The store is read only below the
window; there it is durable and never truncated without the window moving first, so a write in flight cannot
change what is read.

    ... base.index | base.index + 1 ... prior_index | prior_index + 1 ... durable_index ... last_index
       compacted   | store only                     | window: also stored | window: not yet durable
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from raft.errors import LogGap
from raft.membership_history import MembershipHistory
from raft.types import Entry, Index, LogStore, Snapshot, Term

WINDOW_BYTES_MAX = 8 << 20
WINDOW_ENTRIES_MAX = 8192


class Log:
    __slots__ = (
        "_prior_index",
        "_prior_term",
        "_store",
        "_window",
        "_window_bytes",
        "base",
        "durable_index",
        "last_index",
        "last_term",
        "memberships",
    )

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.base: Snapshot = store.base()
        self.memberships = MembershipHistory(store)
        self.last_index: Index = store.last_index()
        self.last_term: Term = store.term(self.last_index)
        self.durable_index: Index = self.last_index
        self._window: list[Entry] = []
        self._window_bytes = 0
        self._prior_index: Index = self.last_index
        self._prior_term: Term = self.last_term

    def term(self, index: Index) -> Term:
        """Also of the base; 0 for index 0. Raises LogGap before the base and past the end."""
        offset = index - self._prior_index
        if offset > 0:
            if index > self.last_index:
                raise LogGap(f"index {index} is past the last index {self.last_index}")
            return self._window[offset - 1].term
        if offset == 0:
            return self._prior_term
        self._refuse_compacted(index)
        return self.base.term if index == self.base.index else self._store.term(index)

    def matches(self, index: Index, term: Term) -> bool:
        """Whether the log holds an entry of `term` at `index`, and therefore (Log Matching, paper §5.3)
        everything that precedes it in the log of whoever named it. What is compacted was committed, so it
        stands in the log of every leader."""
        return index <= self.last_index and (index <= self.base.index or self.term(index) == term)

    def is_behind_or_equal(self, last_term: Term, last_index: Index) -> bool:
        """Whether a log that ends so is at least as up-to-date as this one (paper §5.4.1)."""
        return (last_term, last_index) >= (self.last_term, self.last_index)

    def entries(self, low: Index, high: Index, bytes_max: int) -> list[Entry]:
        """Entries from `low` on, below `high` and within `bytes_max` bytes of data, but never none when low <
        high. May stop earlier where store and window meet. Raises LogGap for what is compacted."""
        if low <= self._prior_index:
            self._refuse_compacted(low - 1)
            return self._store.entries(low, min(high, self._prior_index + 1), bytes_max)
        start = low - self._prior_index - 1
        found = self._window[start : high - self._prior_index - 1]
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
        return self._window[self.durable_index - self._prior_index :]

    def append(self, entries: Sequence[Entry]) -> None:
        """Add contiguous entries, at least one, after the last. A membership among them is in force from now
        on."""
        self.memberships.append(entries)
        self._window.extend(entries)
        self._window_bytes += sum([len(entry.data) for entry in entries])
        last = entries[-1]
        self.last_index = last.index
        self.last_term = last.term

    def truncate(self, index: Index) -> None:
        """Drop every entry from `index` on, and what memberships they hold. The store follows with the next
        append, whose first entry is `index`."""
        self.memberships.truncate(index)
        keep = index - 1 - self._prior_index
        if keep >= 0:
            self._window_bytes -= sum([len(entry.data) for entry in self._window[keep:]])
            del self._window[keep:]
        else:
            self._begin_window(index - 1, self.term(index - 1))
        self.last_index = index - 1
        self.last_term = self.term(index - 1)
        self.durable_index = min(self.durable_index, index - 1)

    def compact(self, index: Index) -> Snapshot:
        """Let the log begin after `index`, which is durable. What the store must follow with."""
        self.base = Snapshot(index, self.term(index), self.memberships.at(index))
        self.memberships.compact(index)
        if index > self._prior_index:
            count = index - self._prior_index
            self._drop_oldest(count, sum([len(entry.data) for entry in self._window[:count]]))
        return self.base

    def restore(self, base: Snapshot) -> None:
        """Drop every entry and begin anew after `base`. The store follows before anything else is written."""
        self.base = base
        self.memberships.restore(base.index, base.membership)
        self._begin_window(base.index, base.term)
        self.last_index = self.durable_index = base.index
        self.last_term = base.term

    def first_conflict(self, entries: Sequence[Entry]) -> int:
        """How many leading `entries`, which follow an entry that matches, are already here. By Log Matching
        those are a prefix of them, so the answer is bisected, and one look suffices for the usual
        duplicate."""
        overlap = min(len(entries), self.last_index - entries[0].index + 1)
        if overlap <= 0:
            return 0
        if self._holds(entries[overlap - 1]):
            return overlap
        return bisect_left(range(overlap), True, key=lambda i: not self._holds(entries[i]))

    def first_index_of_term_at(self, index: Index) -> Index:
        """The first index, not before the base, whose entry has the term of the entry at `index`. Terms never
        fall along a log, so this bisects: some twenty reads in a log of a million entries."""
        first = self.base.index
        return first + bisect_left(range(first, index + 1), self.term(index), key=self.term)

    def last_index_of_term_up_to(self, term: Term, index: Index) -> Index:
        """The last index, at most `index`, whose entry's term is at most `term`. One less than the base's
        when there is none: it was compacted, if it ever was here."""
        first = self.base.index
        return first - 1 + bisect_right(range(first, index + 1), term, key=self.term)

    def mark_durable(self, index: Index, term: Term) -> None:
        """The entry (`index`, `term`) and all before it are durable. When it has been truncated since,
        nothing is concluded: what is left is written once more (an index alone would confuse it with its
        successor)."""
        if self.matches(index, term):
            self.durable_index = max(self.durable_index, index)
        if self._window_bytes > WINDOW_BYTES_MAX or len(self._window) > WINDOW_ENTRIES_MAX:
            self._evict()

    def _evict(self) -> None:
        """Let go of the oldest durable entries down to half the bounds, so that the cost is spread over many
        appends. What is not applied yet is read back from the store."""
        evictable = self.durable_index - self._prior_index
        entries_left, bytes_left, count = len(self._window), self._window_bytes, 0
        while count < evictable and (
            bytes_left > WINDOW_BYTES_MAX // 2 or entries_left - count > WINDOW_ENTRIES_MAX // 2
        ):
            bytes_left -= len(self._window[count].data)
            count += 1
        if count:
            self._drop_oldest(count, self._window_bytes - bytes_left)

    def _drop_oldest(self, count: int, size: int) -> None:
        """`size`: bytes of data in these entries."""
        self._prior_index += count
        self._prior_term = self._window[count - 1].term
        self._window_bytes -= size
        del self._window[:count]

    def _begin_window(self, prior_index: Index, prior_term: Term) -> None:
        self._window.clear()
        self._window_bytes = 0
        self._prior_index = prior_index
        self._prior_term = prior_term

    def _holds(self, entry: Entry) -> bool:
        return self.matches(entry.index, entry.term)

    def _refuse_compacted(self, index: Index) -> None:
        if index < self.base.index:
            raise LogGap(f"index {index} is compacted: the log begins after {self.base.index}")
