"""The connections that `reading()` takes: each used by one reading at a time, and kept for the next."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from peewee import SqliteDatabase

from raft.errors import StorageFailed
from storage.database import open_database


class Readers:
    """Connections to the file `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[SqliteDatabase] = []
        self._lock = Lock()
        self._is_closed = False

    def take(self) -> SqliteDatabase:
        """A connection for the caller alone, to be given back. Raises StorageFailed when closed."""
        with self._lock:
            if self._is_closed:
                raise StorageFailed(f"{self._path} is closed")
            if self._idle:
                return self._idle.pop()
        return open_database(self._path, read_only=True)

    def give_back(self, reader: SqliteDatabase) -> None:
        with self._lock:
            if not self._is_closed:
                self._idle.append(reader)
                return
        reader.close()

    def close(self) -> None:
        """Connections that are taken close when they are given back."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.close()
