"""The tables of `raft.db`, and the statements of its hot paths, compiled from them once.

The models belong to no database: several nodes may live in one process, so every statement names the database
that it runs on.
"""

from __future__ import annotations

from typing import Final

from peewee import BlobField, Database, IntegerField, Model, TextField

from raft.types import HardState
from storage.crc import CHAIN_START, head_crc
from storage.migrations import Migration


class EntryRow(Model):
    """One entry of the log. `crc` continues the checksum of the row before it."""

    log_index = IntegerField(primary_key=True)
    term = IntegerField()
    kind = IntegerField()
    data = BlobField()
    crc = IntegerField()

    class Meta:
        table_name = "entries"


class HeadRow(Model):
    """The one row that holds the term, the vote, and the end of the log: without it, a log whose last page
    fell back to an older version would look merely shorter."""

    id = IntegerField(primary_key=True)
    term = IntegerField()
    vote = TextField(null=True)
    last_index = IntegerField()
    last_crc = IntegerField()
    crc = IntegerField()

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
    empty = (0, None, 0, CHAIN_START, head_crc(HardState(), 0, CHAIN_START))
    database.execute_sql("INSERT INTO head VALUES (1, ?, ?, ?, ?, ?)", empty)


MIGRATIONS: Final[tuple[Migration, ...]] = (_create_log,)

_COLUMNS: Final = (EntryRow.log_index, EntryRow.term, EntryRow.kind, EntryRow.data, EntryRow.crc)

INSERT_ENTRY: Final[str] = EntryRow.insert_many([(0, 0, 0, b"", 0)], fields=_COLUMNS).sql()[0]
"""Takes index, term, kind, data, crc."""
DELETE_FROM: Final[str] = EntryRow.delete().where(EntryRow.log_index >= 0).sql()[0]
"""Takes the first index to go."""
SELECT_ENTRIES: Final[str] = (
    EntryRow.select(*_COLUMNS)
    .where((EntryRow.log_index >= 0) & (EntryRow.log_index < 0))
    .order_by(EntryRow.log_index)
    .sql()[0]
)
"""Takes low, high; gives index, term, kind, data, crc for low ≤ index < high, in order."""
SELECT_CRC: Final[str] = EntryRow.select(EntryRow.crc).where(EntryRow.log_index == 0).sql()[0]
"""Takes an index."""
_HEAD_COLUMNS: Final = (HeadRow.term, HeadRow.vote, HeadRow.last_index, HeadRow.last_crc, HeadRow.crc)
UPDATE_HEAD: Final[str] = HeadRow.update(dict.fromkeys(_HEAD_COLUMNS, 0)).sql()[0]
"""Takes term, vote, last_index, last_crc, crc."""
SELECT_HEAD: Final[str] = HeadRow.select(*_HEAD_COLUMNS).sql()[0]
"""Gives the same."""
