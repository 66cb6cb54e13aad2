"""A disk under storage that can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.faults.course_log import CourseLog, course_log
from tests.storage.faults.disk import Disk
from tests.storage.faults.mount import mounted
from tests.storage.faults.vfs import FaultyVFS


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    folder = tmp_path / "disk"
    folder.mkdir()
    return Disk(folder)


@pytest.fixture
def vfs(disk: Disk) -> Iterator[FaultyVFS]:
    with mounted(disk) as faulty:
        yield faulty


@pytest.fixture(scope="package")
def course(tmp_path_factory: pytest.TempPathFactory) -> CourseLog:
    return course_log(tmp_path_factory.mktemp("course"))
