"""What is in `classroom.db`, and what is not right with it: past any damage, changing and repairing
nothing."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from peewee import DatabaseError, SqliteDatabase

from raft.membership import Membership
from raft.types import Snapshot
from storage.migrations import schema_version
from storage.read_only import decoded_membership, file_sizes, opened_unchanged, single_row

_UNREADABLE: Final = (DatabaseError, sqlite3.DatabaseError)


@dataclass(frozen=True, slots=True)
class StateReport:
    schema_version: int
    file_bytes: dict[str, int]
    applied: Snapshot | None
    """None: cannot be read. Term 0 and no members: not known."""
    chain: bytes
    """The digest of the history; empty when it cannot be read."""
    rows: dict[str, int | None]
    """By table; None where they cannot be counted."""
    problems: tuple[str, ...]
    """Of the structure, at most one a table."""


def inspect_state(path: Path) -> StateReport:
    """Takes time in proportion to the file. Raises OSError for a missing file, DatabaseError for one
    whose tables cannot even be listed."""
    rows: dict[str, int | None] = {}
    problems: list[str] = []
    with opened_unchanged(path) as database:
        version = schema_version(database)
        for table in sorted(database.get_tables()):
            rows[table], problem = _look_at(database, table)
            if problem is not None:
                problems.append(f"{table}: {problem}")
        applied = _applied(database)
    snapshot = None
    if applied is not None:
        membership = decoded_membership(applied.get("membership")) or Membership()
        snapshot = Snapshot(applied["log_index"], applied.get("term", 0), membership)
    return StateReport(
        schema_version=version,
        file_bytes=file_sizes(path),
        applied=snapshot,
        chain=b"" if applied is None else applied["chain"],
        rows=rows,
        problems=tuple(problems),
    )


def _look_at(database: SqliteDatabase, table: str) -> tuple[int | None, str | None]:
    """How many rows, and what is wrong."""
    count = None
    try:
        (count,) = database.execute_sql(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
        (found,) = database.execute_sql(f'PRAGMA integrity_check("{table}")').fetchone()
    except _UNREADABLE as error:
        return count, str(error)
    return count, None if found == "ok" else found


def _applied(database: SqliteDatabase) -> dict[str, Any] | None:
    try:
        return single_row(database, "applied")
    except _UNREADABLE:
        return None
