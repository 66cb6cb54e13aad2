"""Requests to look at a grade again: a student's own, or everybody's for instructors."""

from __future__ import annotations

from lms_cluster import items
from lms_cluster.regrade_threads import messages_of
from lms_cluster.views.search import Search
from lms_cluster.views.submissions import of_students
from protos.lms_pb2 import Item
from storage.models.coursework import Assignment, Regrade, Submission
from storage.models.people import User


def find(search: Search) -> list[Item]:
    """`pending`: not resolved."""
    query = (
        Regrade.select(Regrade, Submission, Assignment, User)
        .join(Submission)
        .join(User)
        .switch(Submission)
        .join(Assignment)
    )
    query = of_students(query, search)
    if search.since_ms:
        query = query.where(Regrade.requested_ms >= search.since_ms)
    if search.filter.pending:
        query = query.where(Regrade.resolved == 0)
    rows = list(search.page(query, Regrade.number))
    threads = messages_of([row.number for row in rows])
    return [
        items.regrade(
            row,
            row.submission,
            row.submission.assignment,
            row.submission.student.display_name,
            threads[row.number],
        )
        for row in rows
    ]
