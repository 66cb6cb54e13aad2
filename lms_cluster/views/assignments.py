"""Assignments, with how much was handed in: by the student who looks, or by how many students."""

from __future__ import annotations

from collections.abc import Sequence

from peewee import fn

from lms_cluster import items
from lms_cluster.instants import instant_ms
from lms_cluster.viewer import Viewer
from lms_cluster.views.search import Search
from protos.lms_pb2 import ROLE_STUDENT, Item
from storage.models.coursework import Assignment, Submission


def find(search: Search) -> list[Item]:
    query = Assignment.select().order_by(Assignment.number).limit(search.limit)
    if search.keys is not None:
        query = query.where(Assignment.number.in_(search.keys))
    if search.after is not None:
        query = query.where(Assignment.number > search.after)
    if search.filter.HasField("since"):
        query = query.where(Assignment.created_ms >= (instant_ms(search.filter.since) or 0))
    rows = list(query)
    submissions = _submissions([row.number for row in rows], search.viewer)
    return [items.assignment(row, submissions.get(row.number, 0)) for row in rows]


def _submissions(assignments: Sequence[int], viewer: Viewer) -> dict[int, int]:
    own = viewer.role == ROLE_STUDENT
    counted = fn.COUNT(Submission.number) if own else fn.COUNT(Submission.student.distinct())
    query = Submission.select(Submission.assignment, counted).group_by(Submission.assignment)
    query = query.where(Submission.assignment.in_(list(assignments)))
    if own:
        query = query.where(Submission.student == viewer.username)
    return dict(query.tuples().iterator())
