"""A log of real commands, and the state that each of its prefixes comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from lms_cluster.commands import apply_command
from protos.command_pb2 import RecordTutorAnswer
from protos.lms_pb2 import RECIPIENT_TUTOR, Answer, NewAnnouncement, NewQuery
from raft.types import Entry, EntryKind
from storage.classroom import Classroom
from tests.lms_cluster.course import Course


@dataclass(frozen=True, slots=True)
class CourseLog:
    entries: tuple[Entry, ...]
    hashes: tuple[str, ...]
    """The state's hash at each applied index, from 0 on."""


def course_log(folder: Path) -> CourseLog:
    """A few days of a course: every table has rows, and some requests come twice."""
    course = Course(folder / "course.db")
    with closing(course.classroom):
        course.material("Consensus", "A leader is elected by a majority. " * 20, "Logs match. " * 30)
        assignment = course.assignment()
        for student in ("ann", "bob"):
            course.upload(student, f"essay of {student}".encode() * 400)
            course.grade(course.submission(student, assignment, f"{student}'s answer. " * 60))
        for _retry in range(3):
            course.outcome(
                "ann", "asked-once-or-more", ask=NewQuery(text="Why odd?", recipient=RECIPIENT_TUTOR)
            )
        answer = Answer(text="Lest votes be split. " * 40, abstained=False)
        course.outcome("", record_tutor_answer=RecordTutorAnswer(query_id="Q1", answer=answer))
        for day in range(8):
            course.outcome("grace", announce=NewAnnouncement(text=f"Day {day}. " * 50))
    entries = (*course.log, Entry(1, len(course.log) + 1, EntryKind.NOOP))
    with closing(Classroom(folder / "by-one.db", apply_command)) as classroom:
        hashes = [classroom.state_hash()]
        for entry in entries:
            classroom.apply([entry])
            hashes.append(classroom.state_hash())
    return CourseLog(entries, tuple(hashes))


def batches(entries: Sequence[Entry], random: Random) -> Iterator[Sequence[Entry]]:
    """Cut anywhere."""
    cuts = (
        sorted(random.sample(range(1, len(entries)), min(len(entries) // 4, 12))) if len(entries) > 4 else []
    )
    for low, high in pairwise((0, *cuts, len(entries))):
        yield entries[low:high]
