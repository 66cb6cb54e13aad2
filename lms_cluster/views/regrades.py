"""Requests to look at a grade again: a student's own, or everybody's for instructors."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.instants import instant_ms
from lms_cluster.regrade_threads import messages_of
from lms_cluster.views.search import Search
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
        .order_by(Regrade.number)
        .limit(search.limit)
    )
    if search.own:
        query = query.where(Submission.student == search.viewer.username)
    if search.keys is not None:
        query = query.where(Regrade.number.in_(search.keys))
    if search.after is not None:
        query = query.where(Regrade.number > search.after)
    if search.filter.student:
        query = query.where(Submission.student == search.filter.student)
    if search.filter.assignment_id:
        query = query.where(Submission.assignment == ids.ASSIGNMENT.number(search.filter.assignment_id))
    if search.filter.HasField("since"):
        query = query.where(Regrade.requested_ms >= (instant_ms(search.filter.since) or 0))
    if search.filter.pending:
        query = query.where(Regrade.resolved == 0)
    rows = list(query)
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
