"""Puts a simulated disk under storage's real code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from peewee import SqliteDatabase
from pytest import MonkeyPatch

from tests.storage.faults.disk import Disk
from tests.storage.faults.driver import FaultyDatabase
from tests.storage.faults.system_calls import SystemCalls
from tests.storage.faults.vfs import FaultyVFS

SELDOM: Final = 4_000
OFTEN: Final = 6
"""Pages in the journal before it is copied into the file: so few that a short test sees it many times."""


@contextmanager
def mounted(disk: Disk, checkpoint_pages: int = OFTEN) -> Iterator[FaultyVFS]:
    """Inside, what storage keeps in the disk's folder goes through the VFS, all else through sqlite3."""
    vfs = FaultyVFS(disk)

    def database(path: str, **settings: Any) -> SqliteDatabase:
        if f"{disk.folder}/" in path:
            return FaultyDatabase(vfs, checkpoint_pages, path, **settings)
        return SqliteDatabase(path, **settings)

    with MonkeyPatch.context() as patch:
        patch.setattr("storage.connection.SqliteDatabase", database)
        SystemCalls(vfs, patch)
        yield vfs
    vfs.unregister()
