"""The gradebook as the class reads it, held against the model's."""

from __future__ import annotations

import csv
import io
import re
from fractions import Fraction

from bot.core.model import Reply
from tests.classday.course import Course
from tests.classday.person import Person, Unexpected

_POINTS_POSSIBLE = "Points Possible"
_COLUMN = re.compile(r"\((A\d+)\)")


async def differences(course: Course) -> list[str]:
    """Sentences about every cell that is not what the model says: in each instructor's file, and in what each
    student is told."""
    wrong = []
    for grader in course.graders:
        read = _cells(await grader.do("/gradebook csv"))
        for student in sorted(course.students):
            for id_ in course.model.assignments:
                expected, found = course.model.scores.get((id_, student)), read.get((id_, student))
                if expected != found:
                    wrong.append(f"{grader.username} reads {found} for {student} in {id_}; it is {expected}")
    for student in sorted(course.students):
        wrong += await _own_differences(course, course.people[student])
    return wrong


def _cells(reply: Reply) -> dict[tuple[str, str], Fraction]:
    """Scores by assignment id and username."""
    if not reply.files:
        raise Unexpected(f"no gradebook came with: {reply.text.plain}")
    text = next(file.content.decode("utf-8-sig") for file in reply.files if file.name.endswith(".csv"))
    header, *rows = csv.reader(io.StringIO(text))
    login = header.index("SIS Login ID")
    columns = {place: match[1] for place, name in enumerate(header) if (match := _COLUMN.search(name))}
    return {
        (id_, row[login]): Fraction(row[place])
        for row in rows
        if _POINTS_POSSIBLE not in row[0]
        for place, id_ in columns.items()
        if row[place]
    }


async def _own_differences(course: Course, student: Person) -> list[str]:
    """The total that the student is told."""
    own = [score for (_, whose), score in course.model.scores.items() if whose == student.username]
    shown = (await student.do("/grades")).text.plain.splitlines()[0]
    if not own:
        return []
    total = _decimal(sum(own, Fraction()))
    return [] if shown.startswith(f"{total} ") else [f"{student.username} reads “{shown}”; it is {total}"]


def _decimal(score: Fraction) -> str:
    return f"{float(score):.2f}".rstrip("0").rstrip(".")
