"""A snapshot takes the place of the state: all of it or nothing, whoever reads, whenever the power goes."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from raft.errors import StorageFailed
from raft.types import Snapshot
from storage import snapshot_file
from storage.classroom import Classroom
from storage.connection import copy_pages
from storage.models.people import User
from storage.passages import search
from tests.storage.classrooms import MEMBERS, filled, joins, names, opened

OLD, NEW = ["ann"], ["ann", "bob", "cleo"]


class PowerCut(BaseException):
    """Ends the work as the end of the process would."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "node").mkdir()
    return tmp_path / "node"


@pytest.fixture
def classroom(folder: Path) -> Iterator[Classroom]:
    with closing(filled(folder / "classroom.db", *OLD)) as made:
        yield made


@pytest.fixture
def snapshot(tmp_path: Path, folder: Path) -> Path:
    """What a leader sent: in the node's folder, verified."""
    path = folder / "received.snapshot"
    with closing(filled(tmp_path / "leader.db", *NEW)) as leader:
        leader.write_snapshot(path)
        leader.read_snapshot(path)
    return path


def after_a_crash(folder: Path, copy: Path) -> Classroom:
    """The node's state, started again from what its folder holds at this moment."""
    shutil.copytree(folder, copy)
    # The shared memory of a dead process means nothing to the next one.
    (copy / "classroom.db-shm").unlink(missing_ok=True)
    return opened(copy / "classroom.db")


def test_what_is_installed_is_what_is_read_and_applied_to_from_then_on(
    tmp_path: Path, folder: Path, classroom: Classroom, snapshot: Path
) -> None:
    classroom.install(snapshot)
    assert (classroom.applied(), names(classroom)) == (Snapshot(4, 2, MEMBERS), NEW)
    classroom.apply([joins(5, "dora", term=3)])
    with classroom.reading():
        assert [found.material for found in search("what dora says", 1)] == [4]
        assert [found.material for found in search("what cleo says", 1)] == [3]
    with closing(filled(tmp_path / "same.db", *NEW)) as same:
        same.apply([joins(5, "dora", term=3)])
        assert classroom.state_hash() == same.state_hash()
    assert not snapshot.exists()
    with closing(after_a_crash(folder, tmp_path / "crashed")) as again:
        assert (again.applied(), names(again)) == (Snapshot(5, 3, MEMBERS), [*NEW, "dora"])
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_a_reading_under_way_finishes_on_the_old_state_and_harms_nothing(
    tmp_path: Path, folder: Path, classroom: Classroom, snapshot: Path
) -> None:
    classroom.apply([joins(3, "old bob")])
    with classroom.reading():
        assert User.select().count() == 2
        installer = threading.Thread(target=classroom.install, args=(snapshot,))
        installer.start()
        installer.join(timeout=60)
        assert not installer.is_alive(), "it does not wait for readers"
        assert names(classroom) == NEW
        assert [user.username for user in User.select().order_by(User.username)] == ["ann", "old bob"]
        classroom.apply([joins(5, "dora")])
    # The last connection to the old file is closed by now; the new one's log must have survived it.
    with closing(after_a_crash(folder, tmp_path / "crashed")) as again:
        assert names(again) == [*NEW, "dora"]
    assert names(classroom) == [*NEW, "dora"]


def test_a_reading_begun_and_not_used_before_the_installation_sees_one_state_or_the_other(
    classroom: Classroom, snapshot: Path
) -> None:
    with classroom.reading():
        classroom.install(snapshot)
        assert User.select().count() == len(OLD)


def test_threads_that_read_all_the_time_see_the_old_state_or_the_new_one_and_no_error(
    tmp_path: Path, classroom: Classroom
) -> None:
    installed = threading.Event()
    failures: list[BaseException] = []
    seen: list[list[int]] = []

    def read() -> None:
        counts = []
        try:
            while not installed.is_set():
                with classroom.reading():
                    counts.append(User.select().count())
                    assert counts[-1] == User.select().count()
        except BaseException as error:
            failures.append(error)
        seen.append(counts)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for size in range(2, 12):
        path = tmp_path / f"{size}.snapshot"
        with closing(filled(tmp_path / f"{size}.db", *(f"u{number}" for number in range(size)))) as leader:
            leader.write_snapshot(path)
        classroom.install(path)
        classroom.apply([joins(size + 2, "more")])
    installed.set()
    for reader in readers:
        reader.join(timeout=60)
    assert not failures
    for counts in seen:
        assert counts == sorted(counts)


def test_a_snapshot_being_written_is_finished_as_that_of_the_old_state(
    tmp_path: Path, classroom: Classroom, snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def install_first(*arguments: object) -> None:
        classroom.install(snapshot)
        copy_pages(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(snapshot_file, "copy_pages", install_first)
    copy = tmp_path / "copy.snapshot"
    assert classroom.write_snapshot(copy) == Snapshot(2, 2, MEMBERS)
    assert classroom.read_snapshot(copy) == Snapshot(2, 2, MEMBERS)
    assert names(classroom) == NEW


class Crash:
    """Ends the work at one of the operations that change the folder: before or after it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int, *, after: bool) -> None:
        self.operations = 0
        self._at = at
        self._after = after
        for owner, name in ((Path, "replace"), (Path, "unlink"), (Path, "chmod"), (os, "fsync")):
            monkeypatch.setattr(owner, name, self._counting(getattr(owner, name)))

    def _counting(self, operation: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object, **options: object) -> object:
            self.operations += 1
            if self.operations == self._at and not self._after:
                raise PowerCut
            result = operation(*arguments, **options)
            if self.operations == self._at:
                raise PowerCut
            return result

        return counted


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_step_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, folder: Path, classroom: Classroom, snapshot: Path, after: bool
) -> None:
    """Every crash from fresh copies of the folder; the log of the old state has frames not yet copied."""
    classroom.apply([joins(3, "old bob")])
    old, new = ["ann", "old bob"], NEW
    outcomes: list[list[str]] = []
    for at in range(1, 100):
        node, copy = tmp_path / f"node {at}", tmp_path / f"crashed {at}"
        shutil.copytree(folder, node)
        (node / "classroom.db-shm").unlink()
        interrupted = opened(node / "classroom.db")
        with pytest.MonkeyPatch.context() as monkeypatch:
            crash = Crash(monkeypatch, at, after=after)
            with suppress(PowerCut):
                interrupted.install(node / snapshot.name)
        with closing(after_a_crash(node, copy)) as again:
            outcomes.append(names(again))
            index = again.applied().index
            again.apply([joins(index + 1, "dora")])
            list(again.verification())
        with closing(opened(copy / "classroom.db")) as again:
            assert names(again) == sorted([*outcomes[-1], "dora"])
            assert not list(copy.glob("*installing*"))
        interrupted.close()
        if crash.operations < at:
            break
    assert len(outcomes) > 8, "every operation was interrupted once"
    switch = outcomes.index(new)
    assert outcomes == [old] * switch + [new] * (len(outcomes) - switch)
    assert switch > 0


def test_an_installation_that_fails_is_a_storage_failure_and_the_last_thing_that_happens(
    folder: Path, classroom: Classroom
) -> None:
    with pytest.raises(StorageFailed):
        classroom.install(folder / "nothing.snapshot")
    with pytest.raises(StorageFailed):
        classroom.apply([joins(3, "bob")])
