"""Whether a file's tables are those that its migrations made: a changed letter in a name or a type is damage,
which SQLite takes for an honest mistake of whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from peewee import Database, SqliteDatabase

from storage.migrations import Migration, migrate, schema_version

_Shape = frozenset[tuple[Any, ...]]


def has_expected_schema(database: Database, migrations: Sequence[Migration]) -> bool:
    """False is damage; a newer release's file is not judged. Raises DatabaseError, and UnicodeDecodeError of
    the driver over a message that quotes what is damaged."""
    version = schema_version(database)
    return version > len(migrations) or _shape(database) == _made_by(tuple(migrations[:version]))


@cache
def _made_by(migrations: tuple[Migration, ...]) -> _Shape:
    database = SqliteDatabase(":memory:")
    migrate(database, migrations)
    shape = _shape(database)
    database.close()
    return shape


def _shape(database: Database) -> _Shape:
    """Tables, columns, references and indexes. Not the text of their definitions: that of derived tables is
    SQLite's own, and may change with its version."""
    named = database.execute_sql("SELECT type, name, tbl_name FROM sqlite_master").fetchall()
    parts: list[tuple[Any, ...]] = list(named)
    for kind, name, _ in named:
        if kind == "table":
            for pragma in ("table_info", "foreign_key_list"):
                parts += [
                    (name, *row) for row in database.execute_sql(f'PRAGMA {pragma}("{name}")').fetchall()
                ]
    return frozenset(parts)
