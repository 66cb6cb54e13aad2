"""What is in `raft.db`, and what is not right with it: past any damage, changing and repairing nothing."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from peewee import DatabaseError, SqliteDatabase

from raft.membership import Membership
from raft.types import EntryKind, HardState, Index, Snapshot, Term
from storage.crc import entry_crc
from storage.log_head import LogBase, LogHead
from storage.log_schema import SELECT_ENTRIES
from storage.migrations import schema_version
from storage.read_only import decoded_membership, file_sizes, opened_unchanged, single_row

_UNREADABLE: Final = (DatabaseError, sqlite3.DatabaseError)
_WRONG_TYPE: Final = (TypeError, ValueError, KeyError, OverflowError, AttributeError)
_INDEX_MAX: Final = (1 << 63) - 1

_Row = tuple[Index, Term, int, bytes, int]


@dataclass(frozen=True, slots=True)
class FoundEntry:
    index: Index
    term: Term
    kind: int
    """The value of an EntryKind, unless damaged."""
    data: bytes
    is_sound: bool | None
    """Whether its checksum continues the one before it; None: that one is lost."""


@dataclass(frozen=True, slots=True)
class LostEntries:
    """Entries from `first` to `last` that should be there."""

    first: Index
    last: Index
    why: str


@dataclass(frozen=True, slots=True)
class LogReport:
    schema_version: int
    file_bytes: dict[str, int]
    hard_state: HardState | None
    """None, as `base`: the row that holds them cannot be read."""
    base: Snapshot | None
    is_head_sound: bool | None
    """Whether the checksum of the two is right; None in a file of the first release, where it is not looked
    at."""
    entries: int
    first_index: Index | None
    last_index: Index | None
    """Of the entries found."""
    memberships: tuple[tuple[Index, Membership], ...]
    """The one at the base, and every later one in the log."""
    lost: tuple[LostEntries, ...]
    first_damaged: Index | None
    """The first entry that is lost or whose checksum is wrong."""


def inspect_log(path: Path) -> LogReport:
    """Takes time in proportion to the log. Raises OSError for a missing file, DatabaseError for one
    whose tables cannot even be listed."""
    with opened_unchanged(path) as database:
        version = schema_version(database)
        head, is_sound = _head(database)
    base = None if head is None else head.base.snapshot
    memberships = [] if base is None else [(base.index, base.membership)]
    indexes: list[Index] = []
    lost: list[LostEntries] = []
    damaged: list[Index] = []
    entries = 0
    for record in log_records(path):
        match record:
            case LostEntries(first):
                lost.append(record)
                damaged.append(first)
            case FoundEntry(index, _, kind, data, is_right):
                entries += 1
                indexes = [indexes[0] if indexes else index, index]
                if is_right is False:
                    damaged.append(index)
                if kind == EntryKind.MEMBERSHIP.value and (members := decoded_membership(data)):
                    memberships.append((index, members))
    return LogReport(
        schema_version=version,
        file_bytes=file_sizes(path),
        hard_state=None if head is None else head.hard_state,
        base=base,
        is_head_sound=is_sound,
        entries=entries,
        first_index=indexes[0] if indexes else None,
        last_index=indexes[-1] if indexes else None,
        memberships=tuple(memberships),
        lost=tuple(lost),
        first_damaged=damaged[0] if damaged else None,
    )


def log_records(path: Path) -> Iterator[FoundEntry | LostEntries]:
    """Everything in the log, in order of index, one entry in memory at a time. Raises as `inspect_log`."""
    with opened_unchanged(path) as database:
        head, is_sound = _head(database)
        expected = 1 if head is None else head.first_index
        crc = None if head is None else head.base.chain_crc
        # A damaged head may name any number.
        last = None if head is None or is_sound is False else head.last_index
        for row in _rows(database, expected, last):
            if isinstance(row, LostEntries):
                yield row
                expected, crc = row.last + 1, None
                continue
            index, term, kind, data, stored = row
            if index > expected:
                yield LostEntries(expected, index - 1, "missing")
                crc = None
            yield FoundEntry(index, term, kind, data, _continues(crc, row))
            expected, crc = index + 1, stored
        if last is not None and expected <= last:
            yield LostEntries(expected, last, "missing")


def _rows(database: SqliteDatabase, low: Index, last: Index | None) -> Iterator[_Row | LostEntries]:
    """The rows from `low` on. Where a page cannot be read, those up to `last` are tried one by one."""
    while True:
        try:
            with closing(database.execute_sql(SELECT_ENTRIES, (low, _INDEX_MAX))) as rows:
                for row in rows:
                    yield row
                    low = row[0] + 1
            return
        except _UNREADABLE as error:
            why = str(error)
        first = low
        found: _Row | None = None
        while found is None:
            if last is None or low > last:
                yield LostEntries(first, max(first, low - 1), why)
                return
            with suppress(*_UNREADABLE):
                found = database.execute_sql(SELECT_ENTRIES, (low, low + 1)).fetchone()
            low += 1
        if found[0] > first:
            yield LostEntries(first, found[0] - 1, why)
        yield found


def _continues(crc: int | None, row: _Row) -> bool | None:
    if crc is None:
        return None
    index, term, kind, data, stored = row
    try:
        return entry_crc(crc, term, index, kind, data) == stored
    except (*_WRONG_TYPE, struct.error):
        return False


def _head(database: SqliteDatabase) -> tuple[LogHead | None, bool | None]:
    """What the head row says, and whether its checksum is right."""
    try:
        row = single_row(database, "head") or {}
        has_base = "base_index" in row
        membership = Membership.decode(row["base_membership"]) if has_base else Membership()
        snapshot = Snapshot(row.get("base_index", 0), row.get("base_term", 0), membership)
        state = HardState(row["term"], row["vote"], bool(row.get("synced", True)))
        base = LogBase.of(snapshot, row.get("base_chain_crc", 0))
        head = LogHead(state, base, row["last_index"], row["last_crc"])
        return head, head.crc == row["crc"] if has_base else None
    except (*_UNREADABLE, *_WRONG_TYPE, struct.error):
        return None, False
