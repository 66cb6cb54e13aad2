"""Copies of classroom.db: made while it is in use, sealed, and verified before anything is built on them."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Final

import peewee
from peewee import SqliteDatabase

from raft.errors import SnapshotDamaged, StorageFailed
from raft.types import Snapshot
from storage.connection import connection, copy_pages
from storage.database import bound_to, open_database
from storage.expected_schema import has_expected_schema
from storage.files import remove, side_files, sync
from storage.migrations import migrate, schema_version
from storage.schema import MIGRATIONS
from storage.seal import is_sealed, seal
from storage.verification import verification, verified_progress

STEP_PAGES: Final = 256
"""Copied between two pauses: 1 MiB."""
SYNC_STEPS: Final = 4
"""Between two syncs: one for all of it at the end would hold up everybody's commits."""
PAUSE_SHARE: Final = 1.0
"""Of the time a step took: the rest of the node goes first."""


def write_copy(source: SqliteDatabase, path: Path) -> None:
    """Copy the state that `source`, inside a transaction, sees, to the new file `path`: complete in itself,
    sealed, durable, its owner's alone. Bounded memory. Raises OSError, PeeweeException."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        target = connection(path, {"journal_mode": "off", "synchronous": "off", "locking_mode": "exclusive"})
        with path.open("rb") as written, closing(target):
            target.connect()
            copy_pages(source, target, STEP_PAGES, _Pace(written.fileno()).step)
        seal(path)
        sync(path)
        sync(path.parent)
    except BaseException:
        remove([path, *side_files(path)])
        raise


def read_copy(path: Path) -> Snapshot:
    """Verify all of a copy, which is brought up to date when an older release made it, and give what it
    stands for. Raises SnapshotDamaged."""
    try:
        if not is_sealed(path):
            raise SnapshotDamaged(f"{path.name} is not what was once written as a snapshot")
        _bring_up_to_date(path)
        with closing(_frozen(path)) as database, bound_to(database):
            for _ in verification(nullcontext):
                pass
            snapshot = verified_progress().as_snapshot()
        sync(path)
    except (OSError, StorageFailed, peewee.PeeweeException, sqlite3.Error) as error:
        raise SnapshotDamaged(f"{path.name} cannot be used: {error}") from error
    if snapshot.index and not snapshot.term:
        raise SnapshotDamaged(f"{path.name} does not say the term of the last entry applied")
    return snapshot


def _bring_up_to_date(path: Path) -> None:
    """Raises SchemaTooNew for a copy that a newer release made."""
    with closing(_frozen(path)) as database:
        version = schema_version(database)
        is_sound = has_expected_schema(database, MIGRATIONS)
    if version == 0 or not is_sound:
        raise SnapshotDamaged(f"{path.name} is no classroom")
    if version != len(MIGRATIONS):
        with closing(open_database(path, read_only=False)) as database:
            migrate(database, MIGRATIONS)
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        seal(path)


def _frozen(path: Path) -> SqliteDatabase:
    """A connection that leaves nothing beside the file."""
    database = connection(f"{path.absolute().as_uri()}?immutable=1", {"query_only": "on"}, uri=True)
    database.connect()
    return database


class _Pace:
    """Takes its time after each step of a copy, so that the rest of the node, and the disk, go first."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._steps = 0
        self._last = time.monotonic()

    def step(self) -> None:
        self._steps += 1
        if self._steps % SYNC_STEPS == 0:
            os.fsync(self._descriptor)
        time.sleep(PAUSE_SHARE * (time.monotonic() - self._last))
        self._last = time.monotonic()
