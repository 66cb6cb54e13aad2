"""Opening the files of a stopped node without changing them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from peewee import SqliteDatabase

from raft.membership import Membership
from storage.connection import connection
from storage.files import side_files


@contextmanager
def opened_unchanged(path: Path) -> Iterator[SqliteDatabase]:
    """A connection that changes neither the file nor its write-ahead log, of which it reads both. Raises
    OSError for a missing file."""
    path.stat()
    log, shared_memory, _ = side_files(path)
    is_at_rest = not log.exists() or log.stat().st_size == 0
    had_shared_memory = shared_memory.exists()
    flags = "immutable=1" if is_at_rest else "mode=ro"
    database = connection(f"{path.absolute().as_uri()}?{flags}", {}, uri=True)
    try:
        database.connect()
        yield database
    finally:
        database.close()
        if not had_shared_memory:
            shared_memory.unlink(missing_ok=True)


def file_sizes(path: Path) -> dict[str, int]:
    """Bytes of the database file and those beside it, by name."""
    return {file.name: file.stat().st_size for file in (path, *side_files(path)) if file.exists()}


def single_row(database: SqliteDatabase, table: str) -> dict[str, Any] | None:
    """The first row of a table of any release, by column. Raises DatabaseError."""
    with closing(database.execute_sql(f"SELECT * FROM {table}")) as cursor:  # noqa: S608 - our own names
        row = cursor.fetchone()
        names = [column[0] for column in cursor.description]
    return None if row is None else dict(zip(names, row, strict=True))


def decoded_membership(data: object) -> Membership | None:
    """None for what is no membership."""
    try:
        return Membership.decode(data) if isinstance(data, bytes) else None
    except ValueError:
        return None
