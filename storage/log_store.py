"""The durable Raft log on SQLite: `raft.db` holds the term, the vote and every entry.

One append is one commit that has reached the disk (`synchronous=FULL`). Writes go through one connection,
used by one thread at a time; reads go through another, so that the event loop never waits for an fsync.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import DatabaseError as RawDatabaseError
from sqlite3 import OperationalError as RawOperationalError
from typing import Final

from peewee import DatabaseError, OperationalError, PeeweeException, SqliteDatabase

from raft.errors import LocalMistake, LogGap, StorageFailed
from raft.types import Entry, EntryKind, HardState, Index, Term
from storage.crc import CHAIN_START, entry_crc, head_crc
from storage.log_schema import (
    DELETE_FROM,
    INSERT_ENTRY,
    MIGRATIONS,
    SELECT_CRC,
    SELECT_ENTRIES,
    SELECT_HEAD,
    UPDATE_HEAD,
)
from storage.migrations import migrate

_INDEX_MAX: Final = (1 << 63) - 1
_KINDS: Final = {kind.value: kind for kind in EntryKind}
_PRAGMAS: Final = {
    "journal_mode": "wal",
    "synchronous": "full",
    "fullfsync": 1,  # on macOS an fsync alone stops at the drive's cache
    "wal_autocheckpoint": 4000,  # pages: some 16 MB between the copies from the journal into the file
    "journal_size_limit": 64 << 20,
}

_Row = tuple[int, int, int, bytes, int]


class LogCorrupted(StorageFailed):
    """A record is not what was written. SQLite commits whole batches, so no crash does this: the disk did,
    or a hand.

    `index` is the first damaged entry; 0 is the term and vote, or the file as a whole. Nothing is cut off:
    what follows may have been acknowledged, and a node that forgets it, or its vote, can undo what a
    majority agreed.
    """

    def __init__(self, path: Path, index: Index, damage: str) -> None:
        what = f"entry {index} is damaged" if index else "the term and vote are damaged"
        super().__init__(
            f"{path}: {what} ({damage}). Nothing was changed. Keep the file, leave this node stopped while "
            "the others carry on, and let a node with a new id take its place"
        )
        self.index = index


@dataclass(frozen=True, slots=True)
class _Head:
    """What the store knows of its log without reading. Replaced as a whole, after the commit that it
    describes."""

    hard_state: HardState
    last_index: Index
    last_crc: int
    terms: tuple[Term, ...]
    """The term of each run of entries with equal terms."""
    term_starts: tuple[Index, ...]
    """The first index of each run."""


class SqliteLogStore:
    """A `raft.types.LogStore` in the SQLite file `path`; the folder must exist.

    Opening verifies every record, in constant memory, and raises LogCorrupted at the first damaged one,
    SchemaTooNew for a newer release's file, StorageFailed for any other trouble with it. `append` may run
    in another thread than the reads. After a failed append or read the store is spent: every later append
    raises StorageFailed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failure: BaseException | None = None
        self._writer = _connection(path, _PRAGMAS)
        self._reader = _connection(path, {"query_only": 1})
        try:
            with self._reading(lambda: 0):
                self._writer.connect()
                migrate(self._writer, MIGRATIONS)
                self._reader.connect()
                self._head = self._verified(*self._stored_head())
        except BaseException:
            self.close()
            raise

    def hard_state(self) -> HardState:
        return self._head.hard_state

    def last_index(self) -> Index:
        """0 when the log is empty."""
        return self._head.last_index

    def term(self, index: Index) -> Term:
        """From memory, 0 for index 0. Raises LogGap for an index the log does not hold."""
        head = self._head
        if index == 0:
            return 0
        if not 0 < index <= head.last_index:
            raise LogGap(f"no entry {index}: the log holds 1 to {head.last_index}")
        return head.terms[bisect_right(head.term_starts, index) - 1]

    def entries(self, low: Index, high: Index, bytes_max: int) -> list[Entry]:
        """Entries low ≤ index < high, verified, cut before their data exceeds `bytes_max` but never empty
        when low < high. Raises LogGap, LogCorrupted, StorageFailed."""
        if low >= high:
            return []
        if low < 1 or high > self._head.last_index + 1:
            raise LogGap(f"no entries {low} to {high - 1}: the log holds 1 to {self._head.last_index}")
        found: list[Entry] = []
        size = 0
        with self._reading(lambda: low + len(found)):
            for index, term, kind, data, _ in self._chain(low, high, self._stored_crc(self._reader, low - 1)):
                size += len(data)
                if found and size > bytes_max:
                    return found
                found.append(Entry(term, index, _KINDS[kind], data))
        if len(found) < high - low:
            raise self._corrupted(low + len(found), "missing")
        return found

    def append(self, hard_state: HardState | None, entries: Sequence[Entry]) -> None:
        """Make the hard state and the entries durable in one commit, after removing what is stored from the
        index of the first one on. Raises StorageFailed, after which the store is spent, and LocalMistake
        for entries that do not follow the log, with nothing changed."""
        if self._failure is not None:
            raise StorageFailed(f"{self._path} failed before and is not written again") from self._failure
        if hard_state is None and not entries:
            return
        head = self._head
        try:
            with self._writer.atomic():
                if entries:
                    head = self._append_entries(head, entries)
                if hard_state is not None:
                    head = replace(head, hard_state=hard_state)
                self._write_head(head)
        except LocalMistake:
            raise
        except Exception as failure:
            self._failure = failure
            raise StorageFailed(f"{self._path} could not be written: {_first_cause(failure)}") from failure
        self._head = head

    def close(self) -> None:
        """Close both connections. Idempotent; no append may be running."""
        for database in (self._reader, self._writer):
            if not database.is_closed():
                database.close()

    def _append_entries(self, head: _Head, entries: Sequence[Entry]) -> _Head:
        first = entries[0].index
        if not 1 <= first <= head.last_index + 1:
            raise LocalMistake(f"entry {first} does not follow a log that ends at {head.last_index}")
        terms, starts, crc = list(head.terms), list(head.term_starts), head.last_crc
        if first <= head.last_index:
            self._writer.execute_sql(DELETE_FROM, (first,))
            kept = bisect_right(starts, first - 1)
            del terms[kept:], starts[kept:]
            crc = self._stored_crc(self._writer, first - 1)
        rows: list[_Row] = []
        for index, entry in enumerate(entries, start=first):
            if entry.index != index:
                raise LocalMistake(f"entry {entry.index} stands where {index} belongs")
            if not terms or terms[-1] != entry.term:
                terms.append(entry.term)
                starts.append(index)
            kind = entry.kind.value
            crc = entry_crc(crc, entry.term, index, kind, entry.data)
            rows.append((index, entry.term, kind, entry.data, crc))
        self._writer.connection().executemany(INSERT_ENTRY, rows)
        return _Head(head.hard_state, rows[-1][0], crc, tuple(terms), tuple(starts))

    def _write_head(self, head: _Head) -> None:
        term, vote = head.hard_state.term, head.hard_state.vote
        crc = head_crc(head.hard_state, head.last_index, head.last_crc)
        row = (term, vote, head.last_index, head.last_crc, crc)
        if self._writer.execute_sql(UPDATE_HEAD, row).rowcount != 1:
            raise self._corrupted(0, "missing")

    def _stored_head(self) -> tuple[HardState, Index, int]:
        """The hard state, and the index and checksum of the last entry."""
        rows = self._reader.execute_sql(SELECT_HEAD).fetchall()
        if len(rows) != 1:
            raise self._corrupted(0, "missing")
        term, vote, last_index, last_crc, crc = rows[0]
        state = HardState(term, vote)
        if head_crc(state, last_index, last_crc) != crc:
            raise self._corrupted(0, "checksum mismatch")
        return state, last_index, last_crc

    def _stored_crc(self, database: SqliteDatabase, index: Index) -> int:
        if index == 0:
            return CHAIN_START
        row = database.execute_sql(SELECT_CRC, (index,)).fetchone()
        if row is None:
            raise self._corrupted(index, "missing")
        return int(row[0])

    def _verified(self, hard_state: HardState, last_index: Index, last_crc: int) -> _Head:
        """Walk the whole chain once. Raises LogCorrupted unless it ends where the head says."""
        reached, crc = 0, CHAIN_START
        terms: list[Term] = []
        starts: list[Index] = []
        with self._reading(lambda: reached + 1):
            for row in self._chain(1, _INDEX_MAX, CHAIN_START):
                reached, term, _, _, crc = row
                if not terms or terms[-1] != term:
                    terms.append(term)
                    starts.append(reached)
        if (reached, crc) != (last_index, last_crc):
            raise self._corrupted(
                min(reached, last_index) + 1, f"the log ends at {reached}, not {last_index}"
            )
        return _Head(hard_state, last_index, last_crc, tuple(terms), tuple(starts))

    def _chain(self, low: Index, high: Index, crc: int) -> Iterator[_Row]:
        """The rows low ≤ index < high as far as they continue `crc` without a gap. Raises LogCorrupted."""
        expected = low
        rows: Iterable[_Row]
        with closing(self._reader.execute_sql(SELECT_ENTRIES, (low, high))) as rows:
            for row in rows:
                index, term, kind, data, stored = row
                if index != expected:
                    raise self._corrupted(expected, "missing")
                crc = entry_crc(crc, term, index, kind, data)
                if crc != stored:
                    raise self._corrupted(index, "checksum mismatch")
                yield row
                expected += 1

    def _corrupted(self, index: Index, damage: str) -> LogCorrupted:
        self._failure = LogCorrupted(self._path, index, damage)
        return self._failure

    @contextmanager
    def _reading(self, at: Callable[[], Index]) -> Iterator[None]:
        """Turn what SQLite, or a value of a wrong type, raises into errors of the store; `at` is the index
        reached."""
        try:
            yield
        except (OperationalError, RawOperationalError) as failure:
            self._failure = failure
            raise StorageFailed(f"{self._path} could not be read: {failure}") from failure
        except (DatabaseError, RawDatabaseError, struct.error, TypeError, KeyError) as failure:
            raise self._corrupted(at(), str(failure)) from failure
        except PeeweeException as failure:
            self._failure = failure
            raise StorageFailed(f"{self._path} could not be read: {failure}") from failure


def _connection(path: Path, pragmas: dict[str, object]) -> SqliteDatabase:
    return SqliteDatabase(
        str(path), pragmas=pragmas, thread_safe=False, check_same_thread=False, autoconnect=False, timeout=10
    )


def _first_cause(failure: BaseException) -> BaseException:
    """What went wrong first: undoing a commit that the disk refused fails too, for a reason that explains
    nothing."""
    while failure.__context__ is not None:
        failure = failure.__context__
    return failure
