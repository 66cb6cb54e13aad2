"""Until when one student's work is taken, and until when it is in time.

The newest extension stands. It moves the due date, and the cut-off where that would come before it. Lateness
is judged by what is due today: an extension granted afterwards makes work be in time that was late when it
came. A grade keeps what was deducted when it was given, until it is given anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lms_cluster.late_policy import LatePolicy
from storage.models.coursework import Assignment, Extension


@dataclass(frozen=True, slots=True)
class DueDates:
    due_ms: int
    cutoff_ms: int | None
    """None: work is taken without end."""
    extended: bool = False

    def is_late(self, submitted_ms: int) -> bool:
        return submitted_ms > self.due_ms


class Extensions:
    """The extensions that stand, of these assignments; of one student's where `student` is given."""

    def __init__(self, assignments: Iterable[int], student: str | None = None) -> None:
        query = Extension.select(Extension.assignment, Extension.student, Extension.due_ms)
        query = query.where(Extension.assignment.in_(list(assignments))).order_by(Extension.number)
        if student is not None:
            query = query.where(Extension.student == student)
        self._due_ms = {(number, name): due_ms for number, name, due_ms in query.tuples().iterator()}

    def dates(self, assignment: Assignment, student: str) -> DueDates:
        extended_ms = self._due_ms.get((assignment.number, student))
        if extended_ms is None or extended_ms <= assignment.due_ms:
            return DueDates(assignment.due_ms, assignment.cutoff_ms)
        cutoff_ms = assignment.cutoff_ms
        return DueDates(
            extended_ms, None if cutoff_ms is None else max(cutoff_ms, extended_ms), extended=True
        )


def due_dates(assignment: Assignment, student: str) -> DueDates:
    return Extensions([assignment.number], student).dates(assignment, student)


def due_ms_for(assignment: Assignment, student: str) -> int:
    """Unix time in milliseconds."""
    return due_dates(assignment, student).due_ms


def late_policy(assignment: Assignment) -> LatePolicy:
    return LatePolicy(assignment.late_percent, assignment.late_interval_ms, assignment.late_minimum_percent)
