"""S08: what a disk does to classroom.db is found out, and never served."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from raft.errors import StorageFailed
from storage import blobs, verification
from storage.classroom import Classroom
from storage.damage import StateCorrupted, is_damage, is_own_fault
from storage.models.files import Chunk
from storage.models.people import User
from tests.storage.classrooms import filled, joins, names, opened

PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A classroom at rest: its write-ahead log is empty."""
    path = tmp_path / "classroom.db"
    filled(path, *(f"user {number:02}" for number in range(24))).close()
    return path


def edit(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)


def zeroed(pages: list[bytes], at: int) -> bytes:
    return bytes(PAGE)


def misplaced(pages: list[bytes], at: int) -> bytes:
    """What belongs to the page before it, or after."""
    return pages[at - 1] if at else pages[1]


def swapped_with_one_far_away(pages: list[bytes], at: int) -> bytes:
    return pages[(at + len(pages) // 2) % len(pages)]


@pytest.mark.parametrize("damage", [zeroed, misplaced, swapped_with_one_far_away])
def test_a_zeroed_or_misplaced_page_is_detected_and_not_served(
    tmp_path: Path, path: Path, damage: Callable[[list[bytes], int], bytes]
) -> None:
    whole = path.read_bytes()
    pages = [whole[at : at + PAGE] for at in range(0, len(whole), PAGE)]
    with closing(opened(path)) as classroom:
        before = classroom.state_hash()
    copy = tmp_path / "damaged.db"
    harmless = 0
    for at in range(len(pages)):
        copy.write_bytes(b"".join([*pages[:at], damage(pages, at), *pages[at + 1 :]]))
        try:
            with closing(opened(copy)) as classroom:
                list(classroom.verification())
                assert classroom.state_hash() == before, f"page {at} was served"
                harmless += 1
        except StorageFailed:
            pass
        for file in tmp_path.glob("damaged.db*"):
            file.unlink()
    assert harmless <= len(pages) // 10, "only pages of tables without rows are like each other"


def test_damage_met_while_reading_ends_all_reading_and_applying(path: Path) -> None:
    with closing(opened(path)) as classroom:
        told: list[StateCorrupted] = []
        classroom.on_corrupted = told.append
        with path.open("r+b") as file:
            file.seek(PAGE)
            file.write(b"\x55" * (path.stat().st_size - PAGE))
        with pytest.raises(StateCorrupted), classroom.reading():
            list(User.select())
        with pytest.raises(StateCorrupted), classroom.reading():
            pytest.fail("a damaged state was read")
        with pytest.raises(StorageFailed):
            classroom.apply([joins(26, "one more")])
        assert len(told) == 1


def test_damage_met_while_applying_is_not_taken_for_a_bad_entry(path: Path) -> None:
    with closing(opened(path)) as classroom:
        with path.open("r+b") as file:
            file.seek(PAGE)
            file.write(b"\x55" * (path.stat().st_size - PAGE))
        classroom._writer.execute_sql("PRAGMA shrink_memory")  # forget the pages read before
        with pytest.raises(StateCorrupted):
            classroom.apply([joins(26, "one more")])
        with pytest.raises(StateCorrupted), classroom.reading():
            pass


def test_a_chunk_that_is_not_what_its_digest_says_is_not_served(path: Path) -> None:
    edit(path, "UPDATE chunk SET data = zeroblob(length(data))")
    with closing(opened(path)) as classroom:
        told: list[StateCorrupted] = []
        classroom.on_corrupted = told.append
        with pytest.raises(StateCorrupted, match="chunk"), classroom.reading():
            blobs.chunk(Chunk.select(Chunk.sha256).scalar())
        assert told


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chunk SET data = x'00' WHERE rowid = (SELECT max(rowid) FROM chunk)",
        "UPDATE passage SET offset = offset + 1 WHERE number = (SELECT max(number) FROM passage)",
        "UPDATE material_text SET text = 'gone' WHERE material = 20",
        "DELETE FROM file_owner WHERE 1",
        "UPDATE file_chunk SET chunk_sha256 = x'00' WHERE place = 3",
    ],
)
def test_verification_reads_what_nobody_asks_for(path: Path, statement: str) -> None:
    edit(path, statement)
    with closing(opened(path)) as classroom:
        if "file_owner" in statement:
            list(classroom.verification())
            return
        with pytest.raises(StateCorrupted):
            list(classroom.verification())


def test_verification_of_a_sound_state_finds_nothing_while_it_changes(path: Path) -> None:
    with closing(opened(path)) as classroom:
        for step, _ in enumerate(classroom.verification()):
            if step < 20:
                classroom.apply([joins(26 + step, f"more {step}")])
        assert len(names(classroom)) == 44


def test_opening_looks_for_a_bounded_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(verification, "_verify_structure", looked.append)
    opened(path).close()
    everything = list(looked)
    assert everything[-1] == "chunk", "the largest table comes last"
    looked.clear()
    monkeypatch.setattr(verification, "OPENING_SECONDS", -1)
    opened(path).close()
    assert not looked


def test_an_error_of_the_driver_that_only_damage_explains_is_this_nodes_own(path: Path) -> None:
    edit(path, "UPDATE user SET display_name = CAST(x'ff' AS TEXT)")
    with closing(opened(path)) as classroom, pytest.raises(StateCorrupted), classroom.reading():
        list(User.select())
    error = sqlite3.OperationalError("Could not decode to UTF-8 column 'text' with text 'x'")
    assert is_damage(error)
    assert is_own_fault(error)
    assert not is_damage(sqlite3.IntegrityError("UNIQUE constraint failed"))


def test_a_damaged_state_can_still_be_replaced_by_a_snapshot_under_another_handle(
    tmp_path: Path, path: Path
) -> None:
    snapshot = tmp_path / "sent.snapshot"
    with closing(filled(tmp_path / "leader.db", "ann")) as leader:
        leader.write_snapshot(snapshot)
    path.write_bytes(b"\x55" * path.stat().st_size)
    with pytest.raises(StateCorrupted):
        opened(path)
    shutil.move(snapshot, path.with_name("classroom.db-installing"))
    with closing(opened(path)) as classroom:
        assert isinstance(classroom, Classroom)
        assert names(classroom) == ["ann"]
