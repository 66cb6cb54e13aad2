"""When an assignment is due for one student: their newest extension stands before the date for everybody."""

from __future__ import annotations

from storage.models.coursework import Assignment, Extension


def due_ms_for(assignment: Assignment, student: str) -> int:
    """Unix time in milliseconds."""
    extended: int | None = (
        Extension.select(Extension.due_ms)
        .where((Extension.assignment == assignment.number) & (Extension.student == student))
        .order_by(Extension.number.desc())
        .scalar()
    )
    return assignment.due_ms if extended is None else extended
