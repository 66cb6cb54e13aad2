from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lms_cluster.course import Course


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Course]:
    course = Course(tmp_path / "classroom.db")
    yield course
    course.classroom.close()
