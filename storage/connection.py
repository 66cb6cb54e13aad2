"""How every connection to a database file is made: a test that puts another driver under all does it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from peewee import SqliteDatabase

BUSY_SECONDS = 10
"""How long a statement waits for another connection's lock."""


def connection(path: Path | str, pragmas: Mapping[str, object], *, uri: bool = False) -> SqliteDatabase:
    """A connection that is not open yet, to be used by one thread at a time but not always by the same one.

    With `uri`, `path` is a `file:` URI and may carry SQLite's open flags.
    """
    return SqliteDatabase(
        str(path),
        pragmas=dict(pragmas),
        thread_safe=False,
        autoconnect=False,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
        uri=uri,
    )


def copy_pages(
    source: SqliteDatabase, target: SqliteDatabase, step_pages: int, after_step: Callable[[], None]
) -> None:
    """Make `target` what `source` is, by SQLite's backup interface. Inside a transaction of `source`, what
    others commit meanwhile neither shows nor makes it begin again. `after_step` is called with every
    `step_pages` pages, while no lock of the interpreter or the database was held between."""
    source.connection().backup(target.connection(), pages=step_pages, progress=lambda *_: after_step())
