"""How a database file moves from one schema to the next."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from peewee import Database, SqliteDatabase

from raft.errors import StorageFailed
from storage.migrations import SchemaTooNew, migrate, schema_version


def create_shelves(database: Database) -> None:
    database.execute_sql("CREATE TABLE shelf (name TEXT NOT NULL)")


def fill_shelves(database: Database) -> None:
    database.execute_sql("INSERT INTO shelf VALUES ('oak')")


def break_half_way(database: Database) -> None:
    database.execute_sql("INSERT INTO shelf VALUES ('half')")
    raise RuntimeError("power cut")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = SqliteDatabase(str(tmp_path / "any.db"))
    yield opened
    opened.close()


def shelves(database: Database) -> list[str]:
    return [name for (name,) in database.execute_sql("SELECT name FROM shelf ORDER BY rowid")]


def test_an_empty_file_sees_every_migration_in_order(database: Database) -> None:
    migrate(database, [create_shelves, fill_shelves])
    assert shelves(database) == ["oak"]
    assert schema_version(database) == 2


def test_a_migration_runs_once_in_the_life_of_a_file(database: Database) -> None:
    migrate(database, [create_shelves])
    migrate(database, [create_shelves, fill_shelves])
    migrate(database, [create_shelves, fill_shelves])
    assert shelves(database) == ["oak"]


def test_a_failed_migration_leaves_nothing_behind_and_can_be_tried_again(database: Database) -> None:
    with pytest.raises(RuntimeError, match="power cut"):
        migrate(database, [create_shelves, break_half_way])
    assert schema_version(database) == 1
    assert shelves(database) == []
    migrate(database, [create_shelves, fill_shelves])
    assert shelves(database) == ["oak"]


def test_a_file_of_a_newer_release_is_refused_untouched(database: Database) -> None:
    migrate(database, [create_shelves, fill_shelves])
    with pytest.raises(SchemaTooNew, match=r"any\.db has schema version 2, this release knows 1") as refusal:
        migrate(database, [create_shelves])
    assert isinstance(refusal.value, StorageFailed)
    assert schema_version(database) == 2
