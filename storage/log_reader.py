"""Reading `raft.db`: nothing is handed out that its checksum does not confirm."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import DatabaseError as RawDatabaseError
from sqlite3 import OperationalError as RawOperationalError
from typing import Final

from peewee import DatabaseError, OperationalError, PeeweeException, SqliteDatabase

from raft.errors import StorageFailed
from raft.membership import Membership
from raft.types import Entry, EntryKind, HardState, Index, Snapshot, Term
from storage.crc import entry_crc
from storage.damage import is_damage
from storage.log_head import LogBase, LogHead
from storage.log_schema import SELECT_CRC, SELECT_ENTRIES, SELECT_HEAD

_INDEX_MAX: Final = (1 << 63) - 1
_MEMBERSHIP: Final = EntryKind.MEMBERSHIP.value
_WRONG_VALUE: Final = (struct.error, TypeError, KeyError, UnicodeDecodeError)
_KINDS: Final = {kind.value: kind for kind in EntryKind}


class LogCorrupted(StorageFailed):
    """A record is not what was written. SQLite commits whole batches, so no crash does this: the disk did,
    or a hand.

    `index` is the first damaged entry; 0 is the head (term, vote, base), or the file as a whole. Nothing is
    cut off: what follows may have been acknowledged, and a node that forgets it, or its vote, can undo what a
    majority agreed.
    """

    def __init__(self, path: Path, index: Index, damage: str) -> None:
        what = f"entry {index} is damaged" if index else "the term and vote are damaged"
        super().__init__(
            f"{path}: {what} ({damage}). Nothing was changed. Set this node's files aside: it then begins "
            "anew, and votes again once the others have given it everything"
        )
        self.index = index


class RowMissing(Exception):
    """A row that the log should hold is not there: damage, unless a compaction has removed it meanwhile."""

    def __init__(self, index: Index) -> None:
        super().__init__(index)
        self.index = index


class LogReader:
    """Verified reads over one connection. `failure` is the first thing that went wrong."""

    def __init__(self, path: Path, database: SqliteDatabase) -> None:
        self._path = path
        self._database = database
        self.failure: BaseException | None = None

    def head(self) -> LogHead:
        """What the file holds, after walking the whole chain once. Raises LogCorrupted, StorageFailed."""
        with self.guarded(lambda: 0):
            stored = self._stored_head()
        head = LogHead.empty(stored.hard_state, stored.base)
        reached = head.last_index
        terms: list[Term] = []
        starts: list[Index] = []
        memberships: list[Entry] = []
        crc = head.last_crc
        try:
            with self.guarded(lambda: reached + 1):
                for row in self._rows(head.first_index, _INDEX_MAX, crc):
                    reached, term, kind, data, crc = row
                    if not terms or terms[-1] != term:
                        terms.append(term)
                        starts.append(reached)
                    if kind == _MEMBERSHIP:
                        memberships.append(Entry(term, reached, EntryKind.MEMBERSHIP, data))
        except RowMissing as missing:
            raise self.corrupted(missing.index, "missing") from None
        if (reached, crc) != (stored.last_index, stored.last_crc):
            damage = f"the log ends at {reached}, not {stored.last_index}"
            raise self.corrupted(min(reached, stored.last_index) + 1, damage)
        return LogHead(
            stored.hard_state, stored.base, reached, crc, tuple(terms), tuple(starts), tuple(memberships)
        )

    def entries(self, low: Index, high: Index, crc: int, bytes_max: int) -> list[Entry]:
        """Entries low ≤ index < high, at least one, that continue `crc`, cut after `bytes_max` bytes of
        data. Raises RowMissing, LogCorrupted, StorageFailed."""
        found: list[Entry] = []
        size = 0
        with self.guarded(lambda: low + len(found)):
            for index, term, kind, data, _ in self._rows(low, high, crc):
                size += len(data)
                if found and size > bytes_max:
                    return found
                found.append(Entry(term, index, _KINDS[kind], data))
        if len(found) < high - low:
            raise RowMissing(low + len(found))
        return found

    def crc(self, index: Index) -> int:
        """The stored checksum of an entry. Raises RowMissing, LogCorrupted, StorageFailed."""
        with self.guarded(lambda: index):
            row = self._database.execute_sql(SELECT_CRC, (index,)).fetchone()
        if row is None:
            raise RowMissing(index)
        return int(row[0])

    def corrupted(self, index: Index, damage: str) -> LogCorrupted:
        corrupted = LogCorrupted(self._path, index, damage)
        self.failure = self.failure or corrupted
        return corrupted

    @contextmanager
    def guarded(self, at: Callable[[], Index]) -> Iterator[None]:
        """Turn what SQLite, or a value of a wrong type, raises into errors of the store; `at` is the index
        reached."""
        try:
            yield
        except (OperationalError, RawOperationalError, OSError) as failure:
            if is_damage(failure):
                raise self.corrupted(at(), str(failure)) from failure
            raise self._unreadable(failure) from failure
        except (DatabaseError, RawDatabaseError, *_WRONG_VALUE) as failure:
            raise self.corrupted(at(), str(failure)) from failure
        except PeeweeException as failure:
            raise self._unreadable(failure) from failure

    def _unreadable(self, failure: Exception) -> StorageFailed:
        self.failure = self.failure or failure
        return StorageFailed(f"{self._path} could not be read: {failure}")

    def _stored_head(self) -> LogHead:
        """As far as the head row tells it."""
        rows = self._database.execute_sql(SELECT_HEAD).fetchall()
        if len(rows) != 1:
            raise self.corrupted(0, "missing")
        term, vote, synced, last_index, last_crc, crc, base_index, base_term, chain_crc, membership = rows[0]
        try:
            snapshot = Snapshot(base_index, base_term, Membership.decode(membership))
        except ValueError:
            raise self.corrupted(0, "unreadable membership") from None
        head = LogHead(
            HardState(term, vote, bool(synced)), LogBase.of(snapshot, chain_crc), last_index, last_crc
        )
        if head.crc != crc:
            raise self.corrupted(0, "checksum mismatch")
        return head

    def _rows(self, low: Index, high: Index, crc: int) -> Iterator[tuple[int, int, int, bytes, int]]:
        """Index, term, kind, data and checksum of the entries low ≤ index < high, as far as they continue
        `crc` without a gap. Raises RowMissing, LogCorrupted."""
        expected = low
        rows: Iterable[tuple[int, int, int, bytes, int]]
        with closing(self._database.execute_sql(SELECT_ENTRIES, (low, high))) as rows:
            for row in rows:
                index, term, kind, data, stored = row
                if index != expected:
                    raise RowMissing(expected)
                crc = entry_crc(crc, term, index, kind, data)
                if crc != stored:
                    raise self.corrupted(index, "checksum mismatch")
                yield row
                expected += 1
