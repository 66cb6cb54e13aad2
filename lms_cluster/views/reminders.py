"""Which due dates are a day away, and not told of yet."""

from __future__ import annotations

from peewee import fn

from lms_cluster import ids
from storage.models.coursework import Assignment, Extension, Reminder

AHEAD_MS = 24 * 60 * 60 * 1000


def reminders_wanted(now_ms: int) -> list[tuple[str, str]]:
    """(assignment id, student), an empty student for everybody without an extension.

    A date of which they were told less than a day ahead is not among them: it is news still.
    """
    assignments = Assignment.select(Assignment.number, Assignment.due_ms).where(
        (Assignment.due_ms > now_ms)
        & (Assignment.due_ms <= now_ms + AHEAD_MS)
        & (Assignment.announced_ms <= Assignment.due_ms - AHEAD_MS)
        & (Assignment.opens_ms.is_null() | (Assignment.opens_ms <= now_ms))
    )
    newest = Extension.select(fn.MAX(Extension.number)).group_by(Extension.assignment, Extension.student)
    extensions = Extension.select(Extension.assignment, Extension.student, Extension.due_ms).where(
        Extension.number.in_(newest)
        & (Extension.due_ms > now_ms)
        & (Extension.due_ms <= now_ms + AHEAD_MS)
        & (Extension.granted_ms <= Extension.due_ms - AHEAD_MS)
    )
    dates = [(number, "", due_ms) for number, due_ms in assignments.tuples().iterator()]
    dates += list(extensions.tuples().iterator())
    return [
        (ids.ASSIGNMENT.id(number), student)
        for number, student, due_ms in dates
        if not is_reminded(number, student, due_ms)
    ]


def is_reminded(assignment: int, student: str, due_ms: int) -> bool:
    return bool(
        Reminder.select()
        .where(
            (Reminder.assignment == assignment) & (Reminder.student == student) & (Reminder.due_ms == due_ms)
        )
        .exists()
    )
