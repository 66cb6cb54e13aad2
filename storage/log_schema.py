"""The tables of `raft.db`, and the statements of its hot paths, compiled from them once.

The models belong to no database: several nodes may live in one process, so every statement names the database
that it runs on.
"""

from __future__ import annotations

import struct
from typing import Final

from google_crc32c import extend
from peewee import BlobField, BooleanField, Database, DatabaseError, IntegerField, Model, TextField, fn

from raft.membership import Membership
from raft.types import HardState, Snapshot
from storage.crc import CHAIN_START
from storage.log_head import LogBase, LogHead
from storage.migrations import Migration


class EntryRow(Model):
    """One entry of the log. `crc` continues the checksum of the row before it. Rows up to the base's index
    are leftovers of a compaction and count for nothing."""

    log_index = IntegerField(primary_key=True)
    term = IntegerField()
    kind = IntegerField()
    data = BlobField()
    crc = IntegerField()

    class Meta:
        table_name = "entries"


class HeadRow(Model):
    """The one row that holds the hard state, the base of the log and its end: without it, a log whose last
    page fell back to an older version would look merely shorter."""

    id = IntegerField(primary_key=True)
    term = IntegerField()
    vote = TextField(null=True)
    synced = BooleanField()
    last_index = IntegerField()
    last_crc = IntegerField()
    crc = IntegerField()
    base_index = IntegerField()
    base_term = IntegerField()
    base_chain_crc = IntegerField()
    base_membership = BlobField()

    class Meta:
        table_name = "head"


def _create_log(database: Database) -> None:
    database.execute_sql(
        "CREATE TABLE entries (log_index INTEGER PRIMARY KEY, term INTEGER NOT NULL, kind INTEGER NOT NULL,"
        " data BLOB NOT NULL, crc INTEGER NOT NULL)"
    )
    database.execute_sql(
        "CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), term INTEGER NOT NULL, vote TEXT,"
        " last_index INTEGER NOT NULL, last_crc INTEGER NOT NULL, crc INTEGER NOT NULL)"
    )
    empty = (0, None, 0, CHAIN_START, _crc_before_bases(0, None, 0, CHAIN_START))
    database.execute_sql("INSERT INTO head VALUES (1, ?, ?, ?, ?, ?)", empty)


def _add_base(database: Database) -> None:
    """The log so far began at index 1. A file that has neither voted nor held an entry is a new one, not
    synced."""
    row = database.execute_sql("SELECT term, vote, last_index, last_crc, crc FROM head").fetchone()
    if row is None or _crc_before_bases(*row[:4]) != row[4]:
        raise DatabaseError("checksum mismatch")
    term, vote, last_index, last_crc, _ = row
    state = HardState(term, vote, synced=bool(term or last_index))
    membership = Membership().encode()
    base = LogBase.of(Snapshot(0, 0, Membership()), CHAIN_START)
    for column in (
        "synced INTEGER NOT NULL DEFAULT 0",
        "base_index INTEGER NOT NULL DEFAULT 0",
        "base_term INTEGER NOT NULL DEFAULT 0",
        f"base_chain_crc INTEGER NOT NULL DEFAULT {CHAIN_START}",
        "base_membership BLOB NOT NULL DEFAULT x''",
    ):
        database.execute_sql(f"ALTER TABLE head ADD COLUMN {column}")
    crc = LogHead(state, base, last_index, last_crc).crc
    changed = (state.synced, membership, crc)
    database.execute_sql("UPDATE head SET synced = ?, base_membership = ?, crc = ?", changed)


def _crc_before_bases(term: int, vote: str | None, last_index: int, last_crc: int) -> int:
    fixed = struct.pack("<QQI?", term, last_index, last_crc, vote is not None)
    crc: int = extend(0, fixed + (vote or "").encode())
    return crc


MIGRATIONS: Final[tuple[Migration, ...]] = (_create_log, _add_base)

_COLUMNS: Final = (EntryRow.log_index, EntryRow.term, EntryRow.kind, EntryRow.data, EntryRow.crc)

INSERT_ENTRY: Final[str] = EntryRow.insert_many([(0, 0, 0, b"", 0)], fields=_COLUMNS).sql()[0]
"""Takes index, term, kind, data, crc."""
DELETE_FROM: Final[str] = EntryRow.delete().where(EntryRow.log_index >= 0).sql()[0]
"""Takes the first index to go."""
DELETE_UP_TO: Final[str] = EntryRow.delete().where(EntryRow.log_index <= 0).sql()[0]
"""Takes the last index to go."""
DELETE_ALL: Final[str] = EntryRow.delete().sql()[0]
SELECT_SIZES: Final[str] = (
    EntryRow.select(EntryRow.log_index, fn.LENGTH(EntryRow.data))
    .where(EntryRow.log_index <= 0)
    .order_by(EntryRow.log_index)
    .limit(1)
    .sql()[0]
)
"""Takes the last index, and how many; gives index and bytes of data, in order."""
SELECT_ENTRIES: Final[str] = (
    EntryRow.select(*_COLUMNS)
    .where((EntryRow.log_index >= 0) & (EntryRow.log_index < 0))
    .order_by(EntryRow.log_index)
    .sql()[0]
)
"""Takes low, high; gives index, term, kind, data, crc for low ≤ index < high, in order."""
SELECT_CRC: Final[str] = EntryRow.select(EntryRow.crc).where(EntryRow.log_index == 0).sql()[0]
"""Takes an index."""
_END_COLUMNS: Final = (
    HeadRow.term,
    HeadRow.vote,
    HeadRow.synced,
    HeadRow.last_index,
    HeadRow.last_crc,
    HeadRow.crc,
)
_BASE_COLUMNS: Final = (
    HeadRow.base_index,
    HeadRow.base_term,
    HeadRow.base_chain_crc,
    HeadRow.base_membership,
)
UPDATE_HEAD: Final[str] = HeadRow.update(dict.fromkeys(_END_COLUMNS, 0)).sql()[0]
"""Takes term, vote, synced, last_index, last_crc, crc."""
UPDATE_BASE: Final[str] = HeadRow.update(dict.fromkeys(_BASE_COLUMNS, 0)).sql()[0]
"""Takes index, term, chain_crc, membership."""
SELECT_HEAD: Final[str] = HeadRow.select(*_END_COLUMNS, *_BASE_COLUMNS).sql()[0]
"""Gives what the two updates take."""
