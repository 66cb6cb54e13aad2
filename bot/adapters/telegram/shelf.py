"""Parts of albums waiting for each other: one SQLite file, readable by its owner alone."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

_SCHEMA = "CREATE TABLE IF NOT EXISTS part (update_id INTEGER PRIMARY KEY, written TEXT NOT NULL)"


class SqliteShelf:
    """An AlbumShelf. Every change is durable when its call returns."""

    def __init__(self, path: Path) -> None:
        """Creates the file where there is none. Raises sqlite3.DatabaseError, OSError."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("PRAGMA busy_timeout=5000")
        self._database.execute(_SCHEMA)

    def keep(self, update_id: int, written: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO part VALUES (?, ?)", (update_id, written))

    def kept(self) -> list[str]:
        """The oldest first."""
        rows = self._database.execute("SELECT written FROM part ORDER BY update_id")
        return [written for (written,) in rows]

    def forget(self, update_id: int) -> None:
        self._database.execute("DELETE FROM part WHERE update_id = ?", (update_id,))

    def close(self) -> None:
        self._database.close()
