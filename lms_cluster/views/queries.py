"""Questions: a student's own, or all of them for instructors, under pseudonyms."""

from __future__ import annotations

from lms_cluster import items
from lms_cluster.instants import instant_ms
from lms_cluster.threads import answers_of
from lms_cluster.views.search import Search
from protos.lms_pb2 import RECIPIENT_INSTRUCTOR, Item
from storage.models.questions import Query


def find(search: Search) -> list[Item]:
    """`pending`: unanswered; for instructors, of those asked of them."""
    query = Query.select().order_by(Query.number).limit(search.limit)
    if search.own:
        query = query.where(Query.asker == search.viewer.username)
    if search.keys is not None:
        query = query.where(Query.number.in_(search.keys))
    if search.after is not None:
        query = query.where(Query.number > search.after)
    if search.filter.HasField("since"):
        query = query.where(Query.asked_ms >= (instant_ms(search.filter.since) or 0))
    if search.filter.pending:
        query = query.where(Query.answered == 0)
        if not search.own:
            query = query.where(Query.recipient == RECIPIENT_INSTRUCTOR)
    rows = list(query)
    threads = answers_of([row.number for row in rows])
    return [items.query(row, threads[row.number]) for row in rows]
