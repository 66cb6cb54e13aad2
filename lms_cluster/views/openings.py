"""Which assignments have opened, and nobody has been told of yet."""

from __future__ import annotations

from lms_cluster import ids
from storage.models.coursework import Assignment


def openings_wanted(now_ms: int) -> list[str]:
    """Assignment ids, as long as work is taken. Apply asks this too, as of its entry's time (Unix time in
    milliseconds): so each is told of once, and by the open date that stands then."""
    found = Assignment.select(Assignment.number).where(
        Assignment.announced_ms.is_null()
        & (Assignment.opens_ms <= now_ms)
        & (Assignment.cutoff_ms.is_null() | (Assignment.cutoff_ms >= now_ms))
    )
    return [ids.ASSIGNMENT.id(number) for (number,) in found.order_by(Assignment.number).tuples().iterator()]
