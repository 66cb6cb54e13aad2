"""The state when the power goes: whole batches, with their applied index, from which the log replays."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from random import Random

from lms_cluster.commands import apply_command
from raft.types import HardState, Snapshot
from storage.classroom import Classroom
from storage.log_store import SqliteLogStore
from tests.storage.faults.course_log import CourseLog, batches
from tests.storage.faults.disk import Disk
from tests.storage.faults.log_model import MEMBERSHIP
from tests.storage.faults.recovery import after_any_power_loss
from tests.storage.faults.vfs import FaultyVFS

BYTES_MAX = 1 << 30


def opened(folder: Path) -> closing[Classroom]:
    return closing(Classroom(folder / "classroom.db", apply_command))


def replayed(classroom: Classroom, course: CourseLog, seed: int) -> str:
    """The state's hash after the rest of the log."""
    for batch in batches(course.entries[classroom.applied().index :], Random(seed)):
        classroom.apply(batch)
    return classroom.state_hash()


def test_s10_rows_and_applied_index_move_together_whenever_the_power_goes(
    disk: Disk, vfs: FaultyVFS, tmp_path: Path, course: CourseLog
) -> None:
    """From the making of the file on. The newest batches may be gone, but never half of one; and the log,
    replayed from there, counts everything once. A process that is killed loses nothing."""
    ends = [0]
    with opened(disk.folder) as classroom:
        disk.promise()
        for batch in batches(course.entries, Random(1)):
            classroom.apply(batch)
            disk.promise()
            ends.append(batch[-1].index)
    found = []
    for left in after_any_power_loss(disk, tmp_path, 1):
        allowed = ends[max(left.promises - 1, 0) if left.all_kept else 0 : left.promises + 1]
        with opened(left.folder) as classroom:
            index = classroom.applied().index
            assert index in allowed
            assert classroom.state_hash() == course.hashes[index]
            if index not in found:
                assert replayed(classroom, course, seed=index) == course.hashes[-1]
                found.append(index)
    assert found == ends


def test_the_state_never_falls_behind_its_checkpoint_nor_behind_what_the_log_has_forgotten(
    disk: Disk, vfs: FaultyVFS, tmp_path: Path, course: CourseLog
) -> None:
    """Mistakes 12 and 19."""
    checkpoints = [0]
    with (
        closing(SqliteLogStore.found(disk.folder / "raft.db", MEMBERSHIP)) as log,
        opened(disk.folder) as classroom,
    ):
        disk.promise()
        for batch in batches(course.entries, Random(2)):
            log.append(HardState(1, "n1"), batch)
            classroom.apply(batch)
            if batch[-1].index % 2:
                checkpoints.append(classroom.checkpoint())
                disk.promise()
                log.compact(Snapshot(checkpoints[-1], 1, MEMBERSHIP))
    assert len(checkpoints) > 2
    for left in after_any_power_loss(disk, tmp_path, 1):
        if not left.promises:
            continue
        with closing(SqliteLogStore(left.folder / "raft.db")) as log, opened(left.folder) as classroom:
            index = classroom.applied().index
            assert checkpoints[left.promises - 1] <= index <= log.last_index()
            assert log.base().index <= index
            for entry in log.entries(index + 1, log.last_index() + 1, BYTES_MAX):
                classroom.apply([entry])
            assert classroom.state_hash() == course.hashes[log.last_index()]
