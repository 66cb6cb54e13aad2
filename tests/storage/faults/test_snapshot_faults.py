"""Copies of the state, made and installed while the power goes or calls are refused."""

from __future__ import annotations

import shutil
from contextlib import closing, suppress
from pathlib import Path

import pytest

from lms_cluster.commands import apply_command
from raft.errors import SnapshotDamaged, StorageFailed
from storage.classroom import Classroom
from tests.storage.faults.course_log import CourseLog
from tests.storage.faults.disk import Disk
from tests.storage.faults.mount import mounted
from tests.storage.faults.recovery import after_any_power_loss, written
from tests.storage.faults.vfs import DELETE, FSYNC, FULL, READ, WRITE, Fault, FaultyVFS, Kind

BEHIND, AHEAD = 12, 30
"""Applied indexes of a state, and of the snapshot that takes its place."""


def opened(folder: Path) -> closing[Classroom]:
    return closing(Classroom(folder / "classroom.db", apply_command))


@pytest.fixture
def snapshot(tmp_path: Path, course: CourseLog) -> Path:
    folder = written({}, tmp_path / "leader")
    with opened(folder) as classroom:
        classroom.apply(course.entries[:AHEAD])
        classroom.write_snapshot(folder / "snapshot")
    return folder / "snapshot"


def test_an_installed_snapshot_takes_the_place_of_the_state_or_leaves_it(
    disk: Disk, vfs: FaultyVFS, tmp_path: Path, course: CourseLog, snapshot: Path
) -> None:
    """Mistake 3. What was installed stays, with what was applied to it, and the old state's journal does not
    find its way into the new file."""
    indexes = [BEHIND, AHEAD, len(course.entries)]
    with opened(disk.folder) as classroom:
        classroom.apply(course.entries[:BEHIND])
        classroom.checkpoint()
        received = Path(shutil.copy(snapshot, disk.folder))
        disk.promise()
        classroom.read_snapshot(received)
        classroom.install(received)
        disk.promise()
        classroom.apply(course.entries[AHEAD:])
        classroom.checkpoint()
        disk.promise()
    found = set()
    for left in after_any_power_loss(disk, tmp_path, 3):
        if not left.promises:
            continue
        with opened(left.folder) as classroom:
            index = classroom.applied().index
            assert index in indexes[left.promises - 1 : left.promises + 1]
            assert classroom.state_hash() == course.hashes[index]
            found.add(index)
    assert found == set(indexes)


def test_a_snapshot_is_whole_once_it_is_written_and_before_that_no_snapshot(
    disk: Disk, vfs: FaultyVFS, tmp_path: Path, course: CourseLog
) -> None:
    with opened(disk.folder) as classroom:
        classroom.apply(course.entries)
        classroom.checkpoint()
        disk.promise()
        classroom.write_snapshot(disk.folder / "snapshot")
        disk.promise()
    damaged = 0
    for left in after_any_power_loss(disk, tmp_path, 1):
        if not left.promises or not (left.folder / "snapshot").exists():
            assert left.promises < 2
            continue
        with opened(written({}, tmp_path / "follower")) as follower:
            try:
                follower.read_snapshot(left.folder / "snapshot")
            except SnapshotDamaged:
                assert left.promises < 2
                damaged += 1
            else:
                follower.install(left.folder / "snapshot")
                assert follower.state_hash() == course.hashes[-1]
    assert damaged


@pytest.mark.parametrize(
    ("kind", "code", "every"),
    [("rename", WRITE, 1), ("delete", DELETE, 1), ("sync", FSYNC, 1), ("read", READ, 5)],
)
def test_an_installation_that_the_disk_refuses_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, course: CourseLog, snapshot: Path, kind: Kind, code: int, every: int
) -> None:
    at, met = 0, True
    while met:
        folder = written({}, tmp_path / "follower")
        with mounted(Disk(folder)) as vfs, opened(folder) as classroom:
            classroom.apply(course.entries[:BEHIND])
            received = Path(shutil.copy(snapshot, folder))
            vfs.fault = Fault(kind, at, code)
            installed = False
            with suppress(SnapshotDamaged, StorageFailed):
                classroom.read_snapshot(received)
                classroom.install(received)
                installed = True
            met = vfs.fault.met
        with opened(folder) as classroom:
            index = classroom.applied().index
            assert index in ((AHEAD,) if installed else (BEHIND, AHEAD))
            assert classroom.state_hash() == course.hashes[index]
        at += every
    assert at > every


@pytest.mark.parametrize(
    ("kind", "code"), [("write", FULL), ("write", WRITE), ("sync", FSYNC), ("read", READ)]
)
def test_a_snapshot_that_the_disk_refuses_leaves_no_file_and_harms_no_state(
    tmp_path: Path, course: CourseLog, kind: Kind, code: int
) -> None:
    at, met = 0, True
    while met:
        folder = written({}, tmp_path / "leader")
        with mounted(Disk(folder)) as vfs, opened(folder) as classroom:
            classroom.apply(course.entries[:BEHIND])
            vfs.fault = Fault(kind, at, code)
            try:
                classroom.write_snapshot(folder / "snapshot")
            except StorageFailed:
                assert not (folder / "snapshot").exists()
            met, vfs.fault = vfs.fault.met, None
            classroom.apply(course.entries[BEHIND:])
            assert classroom.state_hash() == course.hashes[-1]
        at += 7
    assert at > 7
