"""The gradebook as rows of a file: as Canvas takes it, and one row a grade with everything.

Both can be imported again. In Canvas' form a cell is the score after lateness; in the long one `points` are
as they were given.
"""

from __future__ import annotations

from bot.client.api import Grade, User
from bot.commands.gradebook_reading import Gradebook
from bot.core.text import phrases
from bot.core.text.gradebook import CANVAS_COLUMNS, POINTS_POSSIBLE

LONG_COLUMNS = (
    "username",
    "name",
    "sis_id",
    "assignment",
    "title",
    "submission",
    "points",
    "points_max",
    "late_percent",
    "deducted",
    "score",
    "state",
    "version",
    "grader",
    "graded_at",
    "rubric",
    "feedback",
    "files",
)


def canvas_rows(book: Gradebook) -> list[list[str]]:
    titles = [f"{each.title} ({each.id})" for each in book.assignments]
    possible = [str(each.points) for each in book.assignments]
    rows = [[*CANVAS_COLUMNS, *titles], [f"    {POINTS_POSSIBLE}", "", "", "", "", *possible]]
    for student in book.students:
        scores = [
            _score(book.grades.get((student.username, assignment.id))) for assignment in book.assignments
        ]
        rows.append([student.display_name, "", student.sourced_id, student.username, "", *scores])
    return rows


def long_rows(book: Gradebook) -> list[list[str]]:
    rows = [list(LONG_COLUMNS)]
    for student in book.students:
        for assignment in book.assignments:
            grade = book.grades.get((student.username, assignment.id))
            if grade is not None:
                rows.append(_long_row(student, grade))
    return rows


def _score(grade: Grade | None) -> str:
    return "" if grade is None else phrases.plain_points(grade.score_hundredths)


def _long_row(student: User, grade: Grade) -> list[str]:
    return [
        student.username,
        student.display_name,
        student.sourced_id,
        grade.assignment_id,
        grade.assignment_title,
        grade.id,
        str(grade.points),
        str(grade.points_max),
        str(grade.late_percent),
        phrases.plain_points(grade.deducted_hundredths),
        phrases.plain_points(grade.score_hundredths),
        "released" if grade.released else "draft",
        str(grade.version),
        grade.grader,
        grade.graded_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        ", ".join(f"{score.criterion}:{score.points}" for score in grade.rubric),
        grade.feedback,
        ", ".join(file.name for file in grade.files),
    ]
