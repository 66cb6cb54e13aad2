"""The schema of a database file grows by an ordered list of migrations; the file says how many it has seen.

A migration, once released, is never edited or reordered: it is written in plain DDL, not in terms of today's
models, so that it does the same next year. The count is SQLite's `user_version`, which moves in the
migration's own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from peewee import Database

from raft.errors import StorageFailed

Migration = Callable[[Database], None]


class SchemaTooNew(StorageFailed):
    """The file was written by a newer release. Nothing was changed."""


def migrate(database: Database, migrations: Sequence[Migration]) -> None:
    """Bring the SQLite `database` up to date: run the migrations it has not seen, each in one transaction.

    A crash leaves every migration either done or untouched. Raises SchemaTooNew when the file has seen more
    than this release knows; whatever a migration raises is passed on, with its transaction undone.
    """
    version = schema_version(database)
    if version > len(migrations):
        raise SchemaTooNew(
            f"{database.database} has schema version {version}, this release knows {len(migrations)}: "
            "run the release that wrote it, or a newer one"
        )
    for number, migration in enumerate(migrations[version:], start=version + 1):
        with database.atomic():
            migration(database)
            database.execute_sql(f"PRAGMA user_version = {number}")


def schema_version(database: Database) -> int:
    """How many migrations the file has seen; 0 for an empty file."""
    return int(database.execute_sql("PRAGMA user_version").fetchone()[0])
