"""The durable Raft log on SQLite: `raft.db` holds the term, the vote, and the entries after the base.

One write is one commit that has reached the disk (`synchronous=FULL`). Writes go through one connection,
used by one thread at a time; reads go through another, so that the event loop never waits for an fsync.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Final

from raft.errors import LocalMistake, LogGap, StorageFailed
from raft.membership import Membership
from raft.types import Entry, HardState, Index, Snapshot, Term
from storage.connection import connection
from storage.crc import CHAIN_START, entry_crc
from storage.expected_schema import has_expected_schema
from storage.files import make_private, remove, replace_durably, side_files
from storage.journal import lost_frame
from storage.log_head import LogBase, LogHead
from storage.log_reader import LogReader, RowMissing
from storage.log_schema import (
    DELETE_ALL,
    DELETE_FROM,
    DELETE_UP_TO,
    INSERT_ENTRY,
    MIGRATIONS,
    SELECT_SIZES,
    UPDATE_BASE,
    UPDATE_HEAD,
)
from storage.migrations import migrate

TRIM_ENTRIES_MAX: Final = 512
TRIM_BYTES_MAX: Final = 4 << 20
"""Bounds of what one append removes of the compacted entries that are still in the file."""

_PRAGMAS: Final = {
    "journal_mode": "wal",
    "synchronous": "full",
    "fullfsync": 1,  # on macOS an fsync alone stops at the drive's cache
    "wal_autocheckpoint": 4000,  # pages: some 16 MB between the copies from the journal into the file
    "journal_size_limit": 64 << 20,
    "secure_delete": "off",  # else every compacted entry would be overwritten with zeros first
}


class SqliteLogStore:
    """A `raft.types.LogStore` in the SQLite file `path`; the folder must exist. A missing file is made, and
    its store is not synced; `found` makes those of a cluster's first members.

    Opening verifies every record, in constant memory, and raises LogCorrupted at the first damaged one,
    SchemaTooNew for a newer release's file, StorageFailed for any other trouble with it. Writes may run
    in another thread than the reads. After a failed write or read the store is spent: every later write
    raises StorageFailed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failure: BaseException | None = None
        self._writer = connection(path, _PRAGMAS)
        self._reader = connection(path, {"query_only": 1})
        self._read = LogReader(path, self._reader)
        """For the thread that reads."""
        self._reread = LogReader(path, self._writer)
        """For the thread that writes."""
        try:
            with self._read.guarded(lambda: 0):
                if (frame := lost_frame(path)) is not None:
                    raise self._read.corrupted(
                        0, f"frame {frame} of the write-ahead log is not what was written"
                    )
                make_private(path)
                self._writer.connect()
                if not has_expected_schema(self._writer, MIGRATIONS):
                    raise self._read.corrupted(0, "its tables are not those that were made")
                migrate(self._writer, MIGRATIONS)
                self._reader.connect()
            self._head = self._read.head()
            with self._read.guarded(lambda: 0):
                self._sync()
                self._is_trimmed = not self._compacted_sizes(1)
        except BaseException:
            self.close()
            raise

    @classmethod
    def found(cls, path: Path, membership: Membership) -> SqliteLogStore:
        """Make and open the store of one of a cluster's first members: synced, its log empty. Each of them is
        founded with the same `membership`, once in the cluster's life.

        A crash leaves the whole store or none. Raises FileExistsError, StorageFailed.
        """
        return cls.found_after(path, Snapshot(0, 0, membership))

    @classmethod
    def found_after(cls, path: Path, base: Snapshot) -> SqliteLogStore:
        """The same for a cluster that begins with the state of `base`."""
        if path.exists():
            raise FileExistsError(f"{path} is there: its node is founded already, or has joined a cluster")
        unfinished = path.with_name(path.name + ".founding")
        try:
            remove([unfinished, *side_files(unfinished)])
            with closing(cls(unfinished)) as store:
                store._begin_anew(HardState(base.term), base)
            replace_durably(unfinished, path)
        except OSError as error:
            raise StorageFailed(f"{path} could not be made: {error}") from error
        return cls(path)

    def adopt(self, membership: Membership) -> None:
        """Say who founded the cluster, in the store of a release that did not record it; one durable commit.

        Raises LocalMistake for any other store: one that knows a membership, or is not synced, and will
        learn it.
        """
        head = self._head
        if head.base.snapshot.membership.members or head.membership_entries or not head.hard_state.synced:
            raise LocalMistake(f"{self._path} does not ask who founded its cluster")
        snapshot = replace(head.base.snapshot, membership=membership)
        self._rebase(replace(head, base=LogBase.of(snapshot, head.base.chain_crc)))

    def hard_state(self) -> HardState:
        return self._head.hard_state

    def base(self) -> Snapshot:
        return self._head.base.snapshot

    def last_index(self) -> Index:
        """The base's index when the log is empty."""
        return self._head.last_index

    def term(self, index: Index) -> Term:
        """From memory, also of the base's index. Raises LogGap for any other that the log does not hold."""
        return self._head.term(index)

    def membership_entries(self) -> list[Entry]:
        """From memory."""
        return list(self._head.membership_entries)

    def entries(self, low: Index, high: Index, bytes_max: int) -> list[Entry]:
        """Entries low ≤ index < high, verified, cut before their data exceeds `bytes_max` but never empty
        when low < high. Raises LogGap, LogCorrupted, StorageFailed."""
        if low >= high:
            return []
        head = self._head
        if low < head.first_index or high > head.last_index + 1:
            raise LogGap(f"no entries {low} to {high - 1}: the log holds {head.held}")
        try:
            return self._read.entries(low, high, self._crc(self._read, low - 1), bytes_max)
        except RowMissing as missing:
            if low < self._head.first_index:
                raise LogGap(f"entry {low} has been compacted meanwhile") from None
            raise self._read.corrupted(missing.index, "missing") from None

    def append(self, hard_state: HardState | None, entries: Sequence[Entry]) -> None:
        """Make the hard state and the entries durable in one commit, after removing what is stored from the
        index of the first one on. Raises StorageFailed, after which the store is spent, and LocalMistake
        for entries that do not follow the log, with nothing changed."""
        if hard_state is None and not entries:
            return
        head = self._head
        with self._committing():
            if entries:
                head = self._append_entries(head, entries)
            if hard_state is not None:
                head = replace(head, hard_state=hard_state)
            self._write_head(head)
            if not self._is_trimmed:
                self._trim()
        self._head = head

    def compact(self, base: Snapshot) -> None:
        """Move the base, in one small durable commit. The rows of the entries that it forgets are removed
        little by little, by the appends that follow; until then they fill the file and mean nothing.

        Raises LocalMistake unless the log holds an entry of the base's index and term, and StorageFailed."""
        head = self._head
        if not head.first_index <= base.index <= head.last_index or head.term(base.index) != base.term:
            raise LocalMistake(f"a log that holds {head.held} has no entry {base.index} of term {base.term}")
        self._rebase(head.compacted(LogBase.of(base, self._crc(self._reread, base.index))))
        # Not before readers see the new head: to them, what is removed must not look missing.
        self._is_trimmed = False

    def restore(self, base: Snapshot) -> None:
        """Forget every entry and begin anew after `base`, in one durable commit. The hard state stays.
        Raises StorageFailed."""
        self._begin_anew(self._head.hard_state, base)

    def close(self) -> None:
        """Close both connections. Idempotent; no write may be running."""
        for database in (self._reader, self._writer):
            if not database.is_closed():
                database.close()

    def _sync(self) -> None:
        """Make durable what the file shows: a process that was killed may have written it and not synced it,
        and what is shown is promised to others."""
        is_busy, _, _ = self._writer.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            raise StorageFailed(f"{self._path} is used by somebody else")

    def _append_entries(self, head: LogHead, entries: Sequence[Entry]) -> LogHead:
        first = entries[0].index
        if not head.first_index <= first <= head.last_index + 1:
            raise LocalMistake(f"entry {first} does not follow a log that holds {head.held}")
        if first <= head.last_index:
            head = head.truncated(first - 1, self._crc(self._reread, first - 1))
            self._writer.execute_sql(DELETE_FROM, (first,))
        crc = head.last_crc
        rows: list[tuple[Index, Term, int, bytes, int]] = []
        for index, entry in enumerate(entries, start=first):
            if entry.index != index:
                raise LocalMistake(f"entry {entry.index} stands where {index} belongs")
            kind = entry.kind.value
            crc = entry_crc(crc, entry.term, index, kind, entry.data)
            rows.append((index, entry.term, kind, entry.data, crc))
        self._writer.connection().executemany(INSERT_ENTRY, rows)
        return head.extended(entries, crc)

    def _begin_anew(self, hard_state: HardState, base: Snapshot) -> None:
        head = LogHead.empty(hard_state, LogBase.of(base, CHAIN_START))
        with self._committing():
            self._writer.execute_sql(DELETE_ALL)
            self._write_base(head.base)
            self._write_head(head)
        self._head = head
        self._is_trimmed = True

    def _rebase(self, head: LogHead) -> None:
        with self._committing():
            self._write_base(head.base)
            self._write_head(head)
        self._head = head

    @contextmanager
    def _committing(self) -> Iterator[None]:
        """One durable commit. Raises StorageFailed, after which the store is spent; LocalMistake passes, with
        nothing changed."""
        if failure := self._failure or self._read.failure or self._reread.failure:
            raise StorageFailed(f"{self._path} failed before and is not written again") from failure
        try:
            with self._writer.atomic():
                yield
        except LocalMistake:
            raise
        except Exception as failure:
            self._failure = failure
            raise StorageFailed(f"{self._path} could not be written: {_first_cause(failure)}") from failure

    def _write_head(self, head: LogHead) -> None:
        state = head.hard_state
        row = (state.term, state.vote, state.synced, head.last_index, head.last_crc, head.crc)
        if self._writer.execute_sql(UPDATE_HEAD, row).rowcount != 1:
            raise self._reread.corrupted(0, "missing")

    def _write_base(self, base: LogBase) -> None:
        snapshot = base.snapshot
        row = (snapshot.index, snapshot.term, base.chain_crc, snapshot.membership.encode())
        self._writer.execute_sql(UPDATE_BASE, row)

    def _crc(self, reader: LogReader, index: Index) -> int:
        """The chain's value at the base, or at an entry. Raises RowMissing, StorageFailed."""
        base = self._head.base
        if index != base.snapshot.index:
            try:
                return reader.crc(index)
            except RowMissing:
                base = self._head.base  # which a compaction may have moved here meanwhile
                if index != base.snapshot.index:
                    raise
        return base.chain_crc

    def _trim(self) -> None:
        """Remove some of the oldest compacted entries."""
        sizes = self._compacted_sizes(TRIM_ENTRIES_MAX)
        total = accumulate(length for _, length in sizes)
        count = bisect_left(list(total), TRIM_BYTES_MAX)
        last = sizes[min(count, len(sizes) - 1)][0]
        self._writer.execute_sql(DELETE_UP_TO, (last,))
        self._is_trimmed = last == self._head.base.snapshot.index

    def _compacted_sizes(self, count_max: int) -> list[tuple[Index, int]]:
        """Index and bytes of data of the oldest entries that are compacted and still there."""
        bounds = (self._head.base.snapshot.index, count_max)
        return list(self._writer.execute_sql(SELECT_SIZES, bounds).fetchall())


def _first_cause(failure: BaseException) -> BaseException:
    """What went wrong first: undoing a commit that the disk refused fails too, for a reason that explains
    nothing."""
    while failure.__context__ is not None:
        failure = failure.__context__
    return failure
