"""The folder of a node's databases: private, and held by one process at a time.

Two processes on one log would each acknowledge entries that the other overwrites. The lock is the kernel's
(flock): it ends with the process that holds it, however that ends, and is never left behind.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

LOCK_FILE = "lock"


class DataFolderUnusable(Exception):
    """The folder cannot be used; the message names it and says why."""


class DataFolder:
    """Holds the folder from here to `release`; creates it where there is none."""

    def __init__(self, path: Path) -> None:
        """Raises DataFolderUnusable."""
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Not "w": that would empty the holder's file before asking whether there is one.
            self._file = (path / LOCK_FILE).open("a+", encoding="ascii", errors="replace")
        except OSError as error:
            raise DataFolderUnusable(
                f"{path}: the node's data cannot be kept there ({error.strerror})"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read(20).strip()
            self._file.close()
            raise DataFolderUnusable(
                f"{path}: another process (pid {holder}) runs a node on this data; stop that one first"
            ) from None
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Idempotent."""
        self._file.close()
