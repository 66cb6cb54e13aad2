"""The whole of the grades, read at once: whose, of what, and the newest attempt's that was graded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.client.api import Assignment, Grade, LmsClient, User
from bot.commands.card import all_of
from bot.commands.lookup import everybody

Place = tuple[str, str]
"""A student's username and an assignment's id."""


@dataclass(frozen=True, slots=True)
class Gradebook:
    students: Sequence[User]
    """By username; those who are disabled as far as they have a grade."""
    assignments: Sequence[Assignment]
    grades: Mapping[Place, Grade]
    """Of the newest attempt that was graded, drafts too."""

    def total_hundredths(self, student: str) -> tuple[int, int]:
        """Over what is graded: the scores, and the points at most, both in hundredths of a point."""
        own = [grade for (whose, _), grade in self.grades.items() if whose == student]
        return sum(grade.score_hundredths for grade in own), 100 * sum(grade.points_max for grade in own)


async def read_gradebook(client: LmsClient, token: str) -> Gradebook:
    assignments = await all_of(lambda page: client.assignments(token, page=page))
    users = await everybody(client, token)
    found = await all_of(lambda page: client.grades(token, page=page))
    # They come in the order of submissions, so that a later attempt's stands.
    grades = {(grade.student, grade.assignment_id): grade for grade in found}
    graded = {student for student, _ in grades}
    students = [
        user for user in users if user.role == "student" and (not user.disabled or user.username in graded)
    ]
    return Gradebook(sorted(students, key=lambda user: user.username), assignments, grades)
