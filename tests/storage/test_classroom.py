"""The state machine: all of a batch or nothing, readers undisturbed, several in one process."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from protos.command_pb2 import Command, Outcome
from protos.lms_pb2 import NewAnnouncement, PostResponse
from raft.errors import StorageFailed
from raft.types import Entry, EntryKind
from storage.batch import ApplyCommand
from storage.classroom import Classroom
from storage.damage import is_own_fault
from storage.models.people import User

Open = Callable[..., Classroom]


class PowerCut(BaseException):
    """Ends a batch as the end of the process would."""


def add_user(command: Command, index: int, term: int) -> Outcome:
    """Adds the user named in the announcement; some names are trouble."""
    name = command.announce.text
    User.create(username=name, display_name=name, role=1, password_hash="", created_ms=command.time_ms)
    if name.startswith("broken"):
        raise ArithmeticError(name)
    if name == "power cut":
        raise PowerCut
    return Outcome(accepted=PostResponse(index=index, term=term))


def entry(index: int, name: str, time_ms: int = 1_000) -> Entry:
    command = Command(time_ms=time_ms, announce=NewAnnouncement(text=name))
    return Entry(1, index, EntryKind.COMMAND, command.SerializeToString())


def names(classroom: Classroom) -> list[str]:
    with classroom.reading():
        return [user.username for user in User.select().order_by(User.username)]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    classrooms: list[Classroom] = []

    def open_(name: str = "classroom", apply_command: ApplyCommand = add_user) -> Classroom:
        classrooms.append(Classroom(tmp_path / f"{name}.db", apply_command))
        return classrooms[-1]

    yield open_
    for classroom in classrooms:
        classroom.close()


def test_rows_and_applied_index_move_together_and_are_found_after_a_restart(opened: Open) -> None:
    classroom = opened()
    assert classroom.applied().index == 0
    classroom.apply([entry(1, "ann"), Entry(1, 2, EntryKind.NOOP), entry(3, "bob")])
    assert classroom.applied().index == 3
    before = classroom.state_hash()
    classroom.close()
    again = opened()
    assert (again.applied().index, names(again), again.state_hash()) == (3, ["ann", "bob"], before)


def test_a_batch_cut_short_leaves_nothing_at_all(opened: Open) -> None:
    classroom = opened()
    classroom.apply([entry(1, "ann")])
    before = classroom.state_hash()
    with pytest.raises(PowerCut):
        classroom.apply([entry(2, "bob"), entry(3, "power cut")])
    assert (classroom.applied().index, names(classroom), classroom.state_hash()) == (1, ["ann"], before)
    classroom.apply([entry(2, "bob")])
    assert names(classroom) == ["ann", "bob"]


def test_an_entry_whose_apply_raises_leaves_no_row_and_stops_nothing(opened: Open) -> None:
    classroom = opened()
    responses = classroom.apply([entry(1, "ann"), entry(2, "broken"), entry(3, "bob")])
    refused = Outcome.FromString(responses[1]).refused
    assert (refused.code, refused.reason) == (13, "INTERNAL")
    assert "2" in refused.message
    assert names(classroom) == ["ann", "bob"]
    assert classroom.failed_entries == 1


def test_a_broken_constraint_lies_in_the_entry_and_is_refused_alike_everywhere(opened: Open) -> None:
    one, other = opened("one"), opened("other")
    log = [entry(1, "ann"), entry(2, "ann"), entry(3, "bob")]
    together = one.apply(log)
    apart = [response for item in log for response in other.apply([item])]
    assert together == apart
    assert Outcome.FromString(together[1]).refused.reason == "INTERNAL"
    assert one.state_hash() == other.state_hash()


def test_a_disk_that_refuses_is_not_taken_for_a_bad_entry(opened: Open) -> None:
    classroom = opened()
    classroom.apply([entry(1, "ann")])
    classroom._writer.execute_sql("PRAGMA max_page_count = 1")
    pages = "x" * 1_000_000
    with pytest.raises(StorageFailed):
        classroom.apply([entry(2, "bob"), entry(3, pages)])
    assert (classroom.applied().index, names(classroom)) == (1, ["ann"])
    with pytest.raises(StorageFailed):
        classroom.apply([entry(2, "bob")])


def test_a_file_that_is_no_database_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "classroom.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StorageFailed, match=r"classroom\.db"):
        Classroom(path, add_user)


def test_a_gap_in_the_log_is_the_callers_mistake(opened: Open) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        opened().apply([entry(2, "ann")])


def test_the_file_is_for_its_owner_alone(opened: Open, tmp_path: Path) -> None:
    opened().apply([entry(1, "ann")])
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_a_reader_keeps_its_snapshot_while_batches_are_applied(opened: Open) -> None:
    classroom = opened()
    classroom.apply([entry(1, "ann")])
    with classroom.reading():
        assert User.select().count() == 1
        writer = threading.Thread(target=classroom.apply, args=([entry(2, "bob")],))
        writer.start()
        writer.join()
        assert User.select().count() == 1
    assert names(classroom) == ["ann", "bob"]


def test_classrooms_in_one_process_do_not_see_each_other(opened: Open) -> None:
    one, other = opened("one"), opened("other")
    one.apply([entry(1, "ann")])
    with one.reading():
        other.apply([entry(1, "bob")])
        assert [user.username for user in User.select()] == ["ann"]
        with other.reading():
            assert [user.username for user in User.select()] == ["bob"]
        assert [user.username for user in User.select()] == ["ann"]


async def test_tasks_may_read_different_classrooms_in_turn(opened: Open) -> None:
    """Readings of two tasks on one thread overlap, and neither is taken for the other."""
    one, other = opened("one"), opened("other")
    one.apply([entry(1, "ann")])
    other.apply([entry(1, "bob")])
    both_inside = asyncio.Barrier(2)

    async def read(classroom: Classroom) -> list[str]:
        with classroom.reading():
            await both_inside.wait()
            return [user.username for user in User.select()]

    assert list(await asyncio.gather(read(one), read(other))) == [["ann"], ["bob"]]


def test_threads_read_while_another_applies(opened: Open) -> None:
    classroom = opened()
    batches = 50
    seen: list[list[int]] = []

    def read() -> None:
        counts: list[int] = []
        while not counts or counts[-1] < 2 * batches:
            with classroom.reading():
                counts.append(User.select().count())
        seen.append(counts)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for batch in range(batches):
        first = 2 * batch + 1
        classroom.apply([entry(first, f"u{first}"), entry(first + 1, f"u{first + 1}")])
    for reader in readers:
        reader.join(timeout=60)
    assert len(seen) == 4
    for counts in seen:
        assert counts == sorted(counts)
        assert all(count % 2 == 0 for count in counts), "half a batch was seen"


def test_outside_of_a_reading_models_belong_to_no_classroom(opened: Open) -> None:
    opened()
    with pytest.raises(AttributeError):
        User.select().count()


def test_a_closed_classroom_is_not_read(opened: Open) -> None:
    classroom = opened()
    classroom.close()
    with pytest.raises(StorageFailed), classroom.reading():
        pass


def test_history_shows_in_the_hash_even_where_the_rows_are_equal(opened: Open) -> None:
    one, other = opened("one"), opened("other")
    one.apply([entry(1, "ann"), entry(2, "broken 1")])
    other.apply([entry(1, "ann"), entry(2, "broken 2")])
    assert names(one) == names(other)
    assert one.state_hash() != other.state_hash()


def test_the_clock_of_the_state_goes_on_after_a_restart(opened: Open) -> None:
    classroom = opened()
    classroom.apply([entry(1, "ann", time_ms=5_000)])
    classroom.close()
    again = opened()
    again.apply([entry(2, "bob", time_ms=1)])
    with again.reading():
        assert User.get_by_id("bob").created_ms == 5_000


def test_an_error_met_while_undoing_what_the_disk_refused_still_counts_as_the_disks() -> None:
    """SQLite drops the transaction when the disk is full; the savepoint to go back to is gone then."""
    full, gone = (
        sqlite3.OperationalError("database or disk is full"),
        sqlite3.OperationalError("no such savepoint"),
    )
    full.sqlite_errorcode, gone.sqlite_errorcode = sqlite3.SQLITE_FULL, sqlite3.SQLITE_ERROR
    try:
        try:
            raise full
        except sqlite3.OperationalError:
            raise gone  # noqa: B904 - as Peewee does
    except sqlite3.OperationalError as error:
        assert is_own_fault(error)
    assert not is_own_fault(sqlite3.IntegrityError("UNIQUE constraint failed"))
