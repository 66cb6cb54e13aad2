"""What the course has come to, kept by whoever watches it: from what was acknowledged, and from nothing else.

It shares no code with the classroom. Scores are exact fractions of a point.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

Notice = tuple[str, str]
"""What a person is told of, and of which item: ("graded", "A3")."""


@dataclass(slots=True)
class Assignment:
    title: str
    points: int
    due: datetime
    cutoff: datetime
    percent_a_day: int
    minimum_percent: int


@dataclass(slots=True)
class Work:
    assignment: str
    student: str
    attempt: int
    handed_in: datetime


@dataclass(slots=True)
class Model:
    students: set[str]
    instructors: set[str]
    assignments: dict[str, Assignment] = field(default_factory=dict)
    extensions: dict[tuple[str, str], datetime] = field(default_factory=dict)
    works: dict[str, Work] = field(default_factory=dict)
    """By submission id."""
    scores: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    """By assignment and student: what the newest grade of the newest attempt comes to."""
    drafts: set[tuple[str, str]] = field(default_factory=set)
    askers: dict[str, str] = field(default_factory=dict)
    """By question id."""
    expected: Counter[tuple[str, Notice]] = field(default_factory=Counter)
    """By username: what each is to be told, and how often."""

    def due(self, assignment_id: str, student: str) -> datetime:
        return self.extensions.get((assignment_id, student), self.assignments[assignment_id].due)

    def handed_in(self, submission_id: str, assignment_id: str, student: str, at: datetime) -> None:
        attempt = 1 + sum(
            (work.assignment, work.student) == (assignment_id, student) for work in self.works.values()
        )
        self.works[submission_id] = Work(assignment_id, student, attempt, at)
        self.tell(self.instructors, ("handed in", submission_id))

    def graded(self, submission_id: str, points: int) -> None:
        work = self.works[submission_id]
        key = (work.assignment, work.student)
        self.scores[key] = self._after_lateness(work, points)
        self.drafts.add(key)

    def released(self, assignment_id: str) -> None:
        published = {key for key in self.drafts if key[0] == assignment_id}
        self.drafts -= published
        self.tell({student for _, student in published}, ("graded", assignment_id))

    def tell(self, people: set[str], notice: Notice) -> None:
        for username in people:
            self.expected[username, notice] += 1

    def waiting_for_grade(self, assignment_id: str) -> list[str]:
        """Newest attempts that nobody has graded."""
        newest: dict[str, str] = {}
        for submission_id, work in self.works.items():
            if work.assignment == assignment_id:
                newest[work.student] = submission_id
        return [
            submission_id
            for student, submission_id in newest.items()
            if (assignment_id, student) not in self.scores
        ]

    def _after_lateness(self, work: Work, points: int) -> Fraction:
        assignment = self.assignments[work.assignment]
        late = work.handed_in - self.due(work.assignment, work.student)
        if late <= timedelta():
            return Fraction(points)
        days = ceil(late / timedelta(days=1))
        lost = Fraction(min(100, days * assignment.percent_a_day) * assignment.points, 100)
        floor = Fraction(assignment.minimum_percent * assignment.points, 100)
        return max(points - lost, min(Fraction(points), floor))
