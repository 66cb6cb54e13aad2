"""Looking into a stopped node's files: past damage, and without changing a byte."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from peewee import DatabaseError

from raft.membership import Membership
from raft.types import Entry, EntryKind, HardState, Snapshot
from storage.log_inspection import FoundEntry, LostEntries, inspect_log, log_records
from storage.log_store import SqliteLogStore
from storage.state_inspection import inspect_state
from tests.storage.classrooms import MEMBERS, filled

GROWN = Membership(voters=("n1", "n2", "n3"), learners=("n4",))
PAGE = 4096


def entry(index: int, size: int = 400) -> Entry:
    return Entry(2, index, EntryKind.COMMAND, index.to_bytes(8, "big") + bytes(size))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Base 10; entries 11 to 60, the 20th a change of membership."""
    path = tmp_path / "raft.db"
    with closing(SqliteLogStore.found(path, MEMBERS)) as store:
        store.append(HardState(3, "n2"), [entry(index) for index in range(1, 20)])
        change = Entry(2, 20, EntryKind.MEMBERSHIP, GROWN.encode())
        store.append(None, [change, *(entry(index) for index in range(21, 61))])
        store.compact(Snapshot(10, 2, MEMBERS))
    return path


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "classroom.db"
    filled(path, "ann", "bob").close()
    return path


def edit(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)


def contents(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_a_sound_log_is_described(log: Path) -> None:
    report = inspect_log(log)
    assert (report.hard_state, report.base) == (HardState(3, "n2"), Snapshot(10, 2, MEMBERS))
    assert report.is_head_sound
    assert (report.entries, report.first_index, report.last_index) == (50, 11, 60)
    assert report.memberships == ((10, MEMBERS), (20, GROWN))
    assert (report.lost, report.first_damaged) == ((), None)
    assert report.file_bytes["raft.db"] == log.stat().st_size
    assert report.schema_version == 2
    records = list(log_records(log))
    assert records[0] == FoundEntry(11, 2, EntryKind.COMMAND.value, entry(11).data, True)


@pytest.mark.parametrize(
    ("damage", "lost", "first_damaged"),
    [
        ("DELETE FROM entries WHERE log_index BETWEEN 30 AND 34", (LostEntries(30, 34, "missing"),), 30),
        ("DELETE FROM entries WHERE log_index = 11", (LostEntries(11, 11, "missing"),), 11),
        ("DELETE FROM entries WHERE log_index > 58", (LostEntries(59, 60, "missing"),), 59),
        ("UPDATE entries SET data = x'00' WHERE log_index = 40", (), 40),
        ("UPDATE entries SET term = 'two' WHERE log_index = 40", (), 40),
        ("UPDATE entries SET kind = 99 WHERE log_index = 60", (), 60),
    ],
)
def test_the_first_damaged_entry_is_named_and_what_follows_is_looked_at_too(
    log: Path, damage: str, lost: tuple[LostEntries, ...], first_damaged: int
) -> None:
    edit(log, damage)
    report = inspect_log(log)
    assert (report.lost, report.first_damaged) == (lost, first_damaged)
    assert report.entries == 50 - sum(gap.last - gap.first + 1 for gap in lost)
    unsound = [
        record for record in log_records(log) if isinstance(record, FoundEntry) and not record.is_sound
    ]
    assert len(unsound) <= 1, "one damaged entry does not taint the next"


def test_a_page_that_cannot_be_read_costs_its_own_entries_only(log: Path) -> None:
    pages = log.stat().st_size // PAGE
    partly = 0
    for page in range(1, pages):
        copy = log.with_name("copy.db")
        shutil.copy(log, copy)
        with copy.open("r+b") as file:
            file.seek(page * PAGE)
            file.write(b"\x55" * PAGE)
        report = inspect_log(copy)
        if 0 < report.entries < 50:
            partly += 1
            assert report.first_damaged is not None
            assert report.entries + sum(gap.last - gap.first + 1 for gap in report.lost) == 50
    assert partly > 3


def test_a_damaged_head_is_said_to_be_so_and_the_entries_are_listed_all_the_same(log: Path) -> None:
    edit(log, "UPDATE head SET vote = 'n9', last_index = 4000000000000")
    report = inspect_log(log)
    assert report.is_head_sound is False
    assert (report.entries, report.lost) == (50, ())
    edit(log, "DELETE FROM head")
    report = inspect_log(log)
    assert (report.hard_state, report.base, report.is_head_sound) == (None, None, False)
    assert report.entries == 60, "nobody knows any more which of them were compacted"


def test_a_state_is_described(state: Path) -> None:
    report = inspect_state(state)
    assert report.applied == Snapshot(3, 2, MEMBERS)
    assert (report.rows["user"], report.rows["chunk"], report.rows["announcement"]) == (2, 8, 0)
    assert report.problems == ()
    assert len(report.chain) == 32


def test_a_damaged_state_is_described_as_far_as_it_can_be_read(state: Path) -> None:
    healthy = inspect_state(state)
    pages = state.stat().st_size // PAGE
    told = unreadable = 0
    for page in range(1, pages):
        copy = state.with_name("copy.db")
        shutil.copy(state, copy)
        with copy.open("r+b") as file:
            file.seek(page * PAGE)
            file.write(b"\x55" * PAGE)
        try:
            report = inspect_state(copy)
        except DatabaseError:
            unreadable += 1
            continue
        assert report.rows.keys() == healthy.rows.keys()
        told += bool(report.problems)
    assert told > pages // 2
    assert unreadable < 8, "the pages that list the tables"


def test_inspection_counts_what_is_only_in_the_write_ahead_log_and_changes_no_file(
    tmp_path: Path, log: Path, state: Path
) -> None:
    """The files of a node that was killed."""
    killed = tmp_path / "killed"
    killed.mkdir()
    with closing(SqliteLogStore(log)) as store, closing(filled(tmp_path / "other.db", "ann")):
        store.append(None, [entry(61)])
        for path in (log, tmp_path / "other.db"):
            shutil.copy(path, killed)
            shutil.copy(path.with_name(path.name + "-wal"), killed)
    before = contents(killed)
    assert inspect_log(killed / "raft.db").last_index == 61
    assert inspect_state(killed / "other.db").rows["user"] == 1
    assert contents(killed) == before
    at_rest = contents(state.parent / "killed")
    assert at_rest == before


def test_a_file_that_is_no_database_and_one_that_is_missing_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "raft.db"
    for look in (inspect_log, inspect_state):
        path.unlink(missing_ok=True)
        with pytest.raises(FileNotFoundError):
            look(path)
        path.write_bytes(b"homework " * 1000)
        with pytest.raises(DatabaseError):
            look(path)
