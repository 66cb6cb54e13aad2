"""The state when its disk refuses a call: the batch is undone, and no entry takes the blame."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from lms_cluster.commands import apply_command
from protos.command_pb2 import Outcome
from raft.errors import StorageFailed
from storage.classroom import Classroom
from tests.storage.faults.course_log import CourseLog, batches
from tests.storage.faults.disk import Disk
from tests.storage.faults.mount import mounted
from tests.storage.faults.recovery import written
from tests.storage.faults.vfs import FSYNC, FULL, READ, WRITE, Fault, Kind

CACHE_PAGES = 10
"""So few that a transaction writes and reads its file, and not only its cache, before it ends."""


@pytest.mark.parametrize(
    ("kind", "code", "lasting", "every"),
    [
        pytest.param("write", FULL, True, 9, id="the disk is full"),
        pytest.param("write", WRITE, False, 9, id="one write fails"),
        pytest.param("read", READ, False, 19, id="one read fails"),
        pytest.param("sync", FSYNC, False, 1, id="one fsync fails"),
    ],
)
def test_a_refused_call_undoes_the_batch_and_no_entry_takes_the_blame(
    tmp_path: Path, course: CourseLog, kind: Kind, code: int, lasting: bool, every: int
) -> None:
    """Mistake 13, at every so many calls of applying the log. A refusal of the entry would make this node
    differ from all others."""
    failed, at, met = 0, 0, True
    while met:
        folder = written({}, tmp_path / "disk")
        with mounted(Disk(folder)) as vfs, closing(Classroom(folder / "classroom.db", apply_command)) as room:
            room._writer.pragma("cache_size", CACHE_PAGES)
            vfs.fault = Fault(kind, at, code, lasting)
            index = 0
            try:
                for batch in batches(course.entries, Random(3)):
                    responses = room.apply(batch)
                    index = batch[-1].index
                    assert not any(Outcome.FromString(r).refused.reason == "INTERNAL" for r in responses)
            except StorageFailed:
                failed += 1
                assert room.applied().index == index
                with pytest.raises(StorageFailed, match="failed before"):
                    room.apply(course.entries[index : index + 1])
            met = vfs.fault.met
        with closing(Classroom(folder / "classroom.db", apply_command)) as room:
            assert room.applied().index == index
            assert room.state_hash() == course.hashes[index]
        at += every
    assert failed > 2
