"""S08: damage to classroom.db that a table's structure does not show."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

from lms_cluster.commands import apply_command
from storage.classroom import Classroom
from storage.damage import StateCorrupted
from tests.storage.faults.course_log import CourseLog
from tests.storage.faults.damage import PAGE_BYTES, flipped_schema
from tests.storage.faults.recovery import written


@pytest.fixture
def content(tmp_path: Path, course: CourseLog) -> bytes:
    """A classroom at rest."""
    with closing(Classroom(tmp_path / "classroom.db", apply_command)) as classroom:
        classroom.apply(course.entries)
    return (tmp_path / "classroom.db").read_bytes()


def assert_found_or_harmless(content: bytes, folder: Path, course: CourseLog, what: str) -> None:
    path = written({"classroom.db": content}, folder) / "classroom.db"
    with suppress(StateCorrupted), closing(Classroom(path, apply_command)) as classroom:
        list(classroom.verification())
        assert classroom.state_hash() == course.hashes[-1], what


def test_a_damaged_schema_is_damage(tmp_path: Path, course: CourseLog, content: bytes) -> None:
    for what, damaged in flipped_schema(content, bits=60, random=Random(2)):
        assert_found_or_harmless(damaged, tmp_path / "after", course, what)


def test_the_page_of_an_empty_table_is_not_served_for_that_of_a_full_one(
    tmp_path: Path, course: CourseLog, content: bytes
) -> None:
    with closing(sqlite3.connect(tmp_path / "classroom.db")) as database:
        pages = dict(database.execute("SELECT name, (rootpage - 1) FROM sqlite_schema WHERE rootpage"))
    empty = pages["answer_citation"] * PAGE_BYTES
    for table, page in pages.items():
        at = page * PAGE_BYTES
        misplaced = content[:at] + content[empty : empty + PAGE_BYTES] + content[at + PAGE_BYTES :]
        assert_found_or_harmless(misplaced, tmp_path / "after", course, table)
