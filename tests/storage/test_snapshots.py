"""Copies of the state: consistent while it changes, complete in themselves, verified before they are used."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from peewee import SqliteDatabase

from raft.errors import SnapshotDamaged, StorageFailed
from raft.membership import Membership
from raft.types import Snapshot
from storage import snapshot_file
from storage.classroom import Classroom
from storage.connection import copy_pages
from storage.database import open_database
from storage.migrations import migrate
from storage.schema import MIGRATIONS
from storage.seal import is_sealed, seal
from tests.storage.classrooms import MEMBERS, filled, joins, names, opened


@pytest.fixture
def classroom(tmp_path: Path) -> Iterator[Classroom]:
    with closing(filled(tmp_path / "classroom.db", "ann", "bob")) as made:
        yield made


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copies" / "one.snapshot"


@pytest.fixture(autouse=True)
def _folder(copy: Path) -> None:
    copy.parent.mkdir()


def edit(path: Path, statement: str) -> None:
    """As no disk would do it: with the seal put right."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    seal(path)


def test_a_snapshot_holds_what_was_applied_and_says_up_to_where(classroom: Classroom, copy: Path) -> None:
    assert classroom.write_snapshot(copy) == Snapshot(3, 2, MEMBERS)
    assert classroom.read_snapshot(copy) == Snapshot(3, 2, MEMBERS)
    with closing(opened(copy)) as copied:
        assert (copied.applied(), names(copied)) == (classroom.applied(), ["ann", "bob"])
        assert copied.state_hash() == classroom.state_hash()


def test_a_snapshot_is_one_file_of_its_owners(classroom: Classroom, copy: Path) -> None:
    classroom.write_snapshot(copy)
    classroom.read_snapshot(copy)
    assert [(file.name, file.stat().st_mode & 0o777) for file in copy.parent.iterdir()] == [
        (copy.name, 0o600)
    ]


def test_an_existing_file_is_not_overwritten(classroom: Classroom, copy: Path) -> None:
    copy.write_text("precious")
    with pytest.raises(StorageFailed):
        classroom.write_snapshot(copy)
    assert copy.read_text() == "precious"


def test_a_snapshot_that_cannot_be_written_leaves_no_file_and_a_usable_classroom(
    classroom: Classroom, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot_file, "seal", full)
    with pytest.raises(StorageFailed, match="No space left"):
        classroom.write_snapshot(copy)
    assert list(copy.parent.iterdir()) == []
    classroom.apply([joins(4, "cleo")])
    assert names(classroom) == ["ann", "bob", "cleo"]


def test_what_is_applied_while_a_snapshot_is_written_is_not_in_it_and_does_not_wait_for_it(
    classroom: Classroom, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_file, "STEP_PAGES", 1)
    before = classroom.state_hash()
    steps = 0

    def apply_meanwhile(
        source: SqliteDatabase, target: SqliteDatabase, pages: int, after_step: object
    ) -> None:
        def step() -> None:
            nonlocal steps
            steps += 1
            if steps <= 20:
                applier = threading.Thread(
                    target=classroom.apply, args=([joins(3 + steps, f"user {steps:02}")],)
                )
                applier.start()
                applier.join(timeout=60)

        copy_pages(source, target, pages, step)

    monkeypatch.setattr(snapshot_file, "copy_pages", apply_meanwhile)
    assert classroom.write_snapshot(copy) == Snapshot(3, 2, MEMBERS)
    pages = copy.stat().st_size // 4096
    assert 20 < steps < 2 * pages, "it did not begin again"
    assert classroom.applied().index == 23
    with closing(opened(copy)) as copied:
        assert copied.state_hash() == before


@pytest.mark.parametrize(
    "damage", ["a bit flipped", "cut short", "grown", "empty", "another file", "missing"]
)
def test_a_file_that_is_not_what_was_written_is_refused(
    classroom: Classroom, copy: Path, damage: str
) -> None:
    classroom.write_snapshot(copy)
    whole = copy.read_bytes()
    middle = len(whole) // 2
    match damage:
        case "a bit flipped":
            copy.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        case "cut short":
            copy.write_bytes(whole[:-4096])
        case "grown":
            copy.write_bytes(whole + bytes(4096))
        case "empty":
            copy.write_bytes(b"")
        case "another file":
            copy.write_text("What I did on my holidays\n" * 1000)
        case "missing":
            copy.unlink()
    with pytest.raises(SnapshotDamaged, match=copy.name):
        classroom.read_snapshot(copy)


def test_any_bit_flipped_anywhere_breaks_the_seal(classroom: Classroom, copy: Path) -> None:
    classroom.write_snapshot(copy)
    whole = copy.read_bytes()
    for offset in [*range(120), *range(120, len(whole), 997)]:
        copy.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0x20]) + whole[offset + 1 :])
        assert not is_sealed(copy), offset
    copy.write_bytes(whole)
    assert is_sealed(copy)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE chunk SET data = zeroblob(100)",
        "UPDATE passage SET text = replace(text, 'sentence', 'sentience')",
        "UPDATE applied SET membership = x'7b7d'",
        "UPDATE applied SET term = 0",
        "DELETE FROM applied",
        "DELETE FROM user",
        "DROP TABLE event",
    ],
)
def test_damage_that_was_there_before_the_copy_was_made_is_refused_too(
    classroom: Classroom, copy: Path, damage: str
) -> None:
    classroom.write_snapshot(copy)
    edit(copy, damage)
    with pytest.raises(SnapshotDamaged):
        classroom.read_snapshot(copy)


def test_a_newer_releases_snapshot_is_refused_by_that_name(classroom: Classroom, copy: Path) -> None:
    classroom.write_snapshot(copy)
    edit(copy, "PRAGMA user_version = 99")
    with pytest.raises(SnapshotDamaged, match="schema version 99"):
        classroom.read_snapshot(copy)


def test_an_older_releases_snapshot_is_brought_up_to_date(classroom: Classroom, copy: Path) -> None:
    older = open_database(copy, read_only=False)
    migrate(older, MIGRATIONS[:1])
    older.close()
    seal(copy)
    assert classroom.read_snapshot(copy) == Snapshot(0, 0, Membership())
    assert is_sealed(copy)
    assert list(copy.parent.iterdir()) == [copy]
    classroom.install(copy)
    assert names(classroom) == []


def test_a_sealed_file_that_is_no_classroom_is_refused(classroom: Classroom, copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as database, database:
        database.execute("CREATE TABLE shelf (name TEXT)")
    seal(copy)
    with pytest.raises(SnapshotDamaged, match="no classroom"):
        classroom.read_snapshot(copy)
