"""S42: what an earlier release wrote is read by this one, nothing lost, nothing taken for damage."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lms_cluster.commands import apply_command
from protos.command_pb2 import Command, Outcome
from raft.membership import Membership
from raft.types import Entry, EntryKind, HardState, Snapshot
from storage.classroom import Classroom
from storage.log_reader import LogCorrupted
from storage.log_store import SqliteLogStore
from storage.models.course import Announcement
from storage.models.people import User
from storage.passages import search
from tests.storage.faults.disk import Disk
from tests.storage.faults.mount import mounted
from tests.storage.faults.recovery import after_any_power_loss

FIXTURES = Path(__file__).parent / "fixtures"
FOUNDERS = Membership(voters=("n1", "n2", "n3"))
LAST, APPLIED = 26, 25


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A node's folder, as release 0.1.0 left it."""
    folder = tmp_path / "node"
    folder.mkdir()
    for name in ("raft.db", "classroom.db"):
        packed = (FIXTURES / "release_0_1_0" / f"{name}.gz").read_bytes()
        (folder / name).write_bytes(gzip.decompress(packed))
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[tuple[SqliteLogStore, Classroom]]:
    with (
        closing(SqliteLogStore(folder / "raft.db")) as log,
        closing(Classroom(folder / "classroom.db", apply_command)) as classroom,
    ):
        if not log.base().membership.members:
            log.adopt(FOUNDERS)
        classroom.complete_from(log)
        yield log, classroom


def log_of(store: SqliteLogStore) -> list[Entry]:
    return store.entries(1, store.last_index() + 1, 1 << 30)


def test_an_old_log_has_its_term_its_entries_and_its_right_to_vote(folder: Path) -> None:
    with closing(SqliteLogStore(folder / "raft.db")) as log:
        assert log.hard_state() == HardState(3, None, synced=True)
        assert log.base() == Snapshot(0, 0, Membership())
        assert [entry.term for entry in log_of(log)] == [1] * 24 + [2] * 2
        assert log_of(log)[APPLIED - 1].kind is EntryKind.NOOP
    with opened(folder) as (log, _):
        log.append(HardState(4, "n1"), [Entry(4, LAST + 1, EntryKind.NOOP)])
    with opened(folder) as (log, _):
        assert log.hard_state() == HardState(4, "n1")
        assert log.base() == Snapshot(0, 0, FOUNDERS)
        assert log.last_index() == LAST + 1


def test_an_old_state_is_what_its_log_comes_to_today(folder: Path, tmp_path: Path) -> None:
    with (
        opened(folder) as (log, old),
        closing(Classroom(tmp_path / "replayed.db", apply_command)) as replayed,
    ):
        assert old.applied() == Snapshot(APPLIED, 2, FOUNDERS)
        entries = log_of(log)
        replayed.apply(entries[:APPLIED])
        replayed.complete_from(log)
        assert old.state_hash() == replayed.state_hash()
        assert old.apply(entries[APPLIED:]) == replayed.apply(entries[APPLIED:])
        assert old.state_hash() == replayed.state_hash()
        with old.reading():
            assert {user.username for user in User.select()} == {"root", "grace", "alan", "ann", "bob"}
            assert [each.text for each in Announcement.select()] == ["Exam on Monday.", "Not applied yet."]
            assert search("Who elects a leader?", 1)[0].material_title == "Consensus"


def test_a_request_that_an_old_release_answered_is_not_done_again(folder: Path) -> None:
    with opened(folder) as (log, classroom):
        entries = log_of(log)
        asked = next(entry for entry in entries if b"asked-twice" in entry.data)
        command = Command.FromString(asked.data)
        again = Entry(3, LAST + 1, EntryKind.COMMAND, command.SerializeToString())
        *_, response = classroom.apply([entries[APPLIED], again])
        assert Outcome.FromString(response).accepted.index == asked.index


def test_bringing_old_files_up_to_date_may_be_cut_short_anywhere(folder: Path, tmp_path: Path) -> None:
    disk = Disk(folder)
    with mounted(disk), opened(folder) as (log, classroom):
        entries, state = log_of(log), classroom.state_hash()
    for left in after_any_power_loss(disk, tmp_path, 2):
        with opened(left.folder) as (log, classroom):
            assert log_of(log) == entries
            assert log.hard_state() == HardState(3, None)
            assert classroom.state_hash() == state


@pytest.mark.parametrize("damage", ["term = 2", "vote = 'n1'", "last_index = 25"])
def test_an_old_log_that_is_damaged_is_not_made_a_sound_new_one(folder: Path, damage: str) -> None:
    with closing(sqlite3.connect(folder / "raft.db")) as database, database:
        database.execute(f"UPDATE head SET {damage}")
    for _try in range(2):
        with pytest.raises(LogCorrupted):
            SqliteLogStore(folder / "raft.db")
