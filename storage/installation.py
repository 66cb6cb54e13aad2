"""Another database takes the place of classroom.db.

SQLite finds the write-ahead log of a database by its name, and applies whatever log it finds there: the log
of the old file must never stand beside the new one. Two renames see to that:

1. The new file gets a name that says it is to be installed. From here on it will be, whatever happens.
2. The old file's log is removed, and the new file gets the old one's name.

A crash before the first rename is durable leaves the old state, untouched; after it, `finish` does the rest
at the next start. Whoever has the old files open goes on reading them: SQLite lets a moved database's log be.
"""

from __future__ import annotations

from pathlib import Path

from storage.files import remove, replace_durably, side_files, sync


def stage(source: Path, database: Path) -> None:
    """Decide, durably, that `source` takes the place of `database`. Raises OSError."""
    source.chmod(0o600)
    replace_durably(source, _staged(database))


def finish(database: Path) -> None:
    """Carry out what has been decided, if anything. Raises OSError."""
    staged = _staged(database)
    if staged.exists():
        remove(side_files(database))
        # The log is gone from the disk before the new file has the name that it belonged to.
        sync(database.parent)
        replace_durably(staged, database)


def _staged(database: Path) -> Path:
    return database.with_name(database.name + "-installing")
