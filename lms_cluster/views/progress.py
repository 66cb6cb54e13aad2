"""How far students have come. Says nothing of what anybody asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peewee import ModelSelect, fn

from lms_cluster.views.search import Search
from protos.lms_pb2 import ROLE_STUDENT, Item, Progress
from storage.models.course import Material, Reading
from storage.models.coursework import Assignment, GradeVersion, Submission
from storage.models.people import User


def find(search: Search) -> list[Item]:
    """Of students alone; the key is the username."""
    query = User.select().where(User.role == ROLE_STUDENT)
    if search.own:
        query = query.where(User.username == search.viewer.username)
    if search.filter.student:
        query = query.where(User.username == search.filter.student)
    students = list(search.page(query, User.username))
    return _progress(students) if students else []


def _progress(students: Sequence[User]) -> list[Item]:
    usernames = [student.username for student in students]
    materials, assignments = Material.select().count(), Assignment.select().count()
    read = _counts(Reading.select(Reading.user, fn.COUNT(Reading.material)), Reading.user, usernames)
    submitted = _counts(
        Submission.select(Submission.student, fn.COUNT(Submission.assignment.distinct())),
        Submission.student,
        usernames,
    )
    released = _released(usernames)
    return [
        Item(
            id=student.username,
            progress=Progress(
                student=student.username,
                student_name=student.display_name,
                materials=materials,
                materials_read=read.get(student.username, 0),
                assignments=assignments,
                assignments_submitted=submitted.get(student.username, 0),
                assignments_graded=len(released.get(student.username, {})),
                points=sum(points for points, _, _ in released.get(student.username, {}).values()),
                points_max=sum(most for _, most, _ in released.get(student.username, {}).values()),
                score_hundredths=sum(
                    100 * points - deducted
                    for points, _, deducted in released.get(student.username, {}).values()
                ),
            ),
        )
        for student in students
    ]


def _counts(query: ModelSelect[Any], person: Any, usernames: Sequence[str]) -> dict[str, int]:
    return dict(query.where(person.in_(usernames)).group_by(person).tuples().iterator())


def _released(usernames: Sequence[str]) -> dict[str, dict[int, tuple[int, int, int]]]:
    """By student and assignment: (points, points at most, hundredths deducted), of the newest
    attempt's newest released version."""
    query = (
        GradeVersion.select(
            Submission.student,
            Submission.assignment,
            GradeVersion.points,
            Assignment.points,
            GradeVersion.deducted_hundredths,
        )
        .join(Submission)
        .join(Assignment)
        .where(Submission.student.in_(usernames) & GradeVersion.released_ms.is_null(False))
        .order_by(Submission.student, Submission.assignment, Submission.attempt, GradeVersion.version)
    )
    released: dict[str, dict[int, tuple[int, int, int]]] = {}
    for student, assignment, points, points_max, deducted in query.tuples().iterator():
        # The last one in this order stands.
        released.setdefault(student, {})[assignment] = (points, points_max, deducted)
    return released
