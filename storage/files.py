"""Files replaced as a whole: a crash leaves the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SIDE_FILE_ENDS: Final = ("-wal", "-shm", "-journal")
"""Of the names of the files that SQLite keeps beside a database."""


def side_files(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in SIDE_FILE_ENDS]


def remove(files: Iterable[Path]) -> None:
    """Those that are there."""
    for file in files:
        file.unlink(missing_ok=True)


def make_private(database: Path) -> None:
    """Make an empty file for a database where there is none: its owner's alone, and without the logs of one
    that had its name before. Raises OSError."""
    if not database.exists():
        remove(side_files(database))
        database.touch(mode=0o600)


def replace_durably(source: Path, target: Path) -> None:
    """Rename `source` to `target`, content and name safe from a power cut when this returns. Both folders
    are on one file system. Raises OSError."""
    sync(source)
    source.replace(target)
    for folder in {target.parent, source.parent}:
        sync(folder)


def sync(path: Path) -> None:
    """Make a file's content, or a folder's names, durable. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
