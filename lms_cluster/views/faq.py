"""The FAQ: questions with the answer that an instructor stands by, and nothing of who asked them."""

from __future__ import annotations

from lms_cluster.instants import instant_ms
from lms_cluster.similarity import is_similar
from lms_cluster.threads import known_answer_item, threads_of
from lms_cluster.views.search import Search
from protos.lms_pb2 import Item
from storage import known_answers
from storage.models.questions import KnownAnswer

FOUND_MAX = 100


def find(search: Search) -> list[Item]:
    """`words`: those about the same, best first; without, in the order of their ids."""
    since_ms = (instant_ms(search.filter.since) or 0) if search.filter.HasField("since") else 0
    rows = _about(search, since_ms) if search.filter.words else _all(search, since_ms)
    threads = threads_of([row.query_id for row in rows])
    return [known_answer_item(row, threads[row.query_id].answers[row.answer_place]) for row in rows]


def _all(search: Search, since_ms: int) -> list[KnownAnswer]:
    query = KnownAnswer.select().where(KnownAnswer.known_ms >= since_ms)
    if search.keys is not None:
        query = query.where(KnownAnswer.query.in_(search.keys))
    if search.after is not None:
        query = query.where(KnownAnswer.query > search.after)
    return list(query.order_by(KnownAnswer.query).limit(search.limit))


def _about(search: Search, since_ms: int) -> list[KnownAnswer]:
    words = search.filter.words
    found = [
        row
        for row in known_answers.search(words, FOUND_MAX)
        if row.known_ms >= since_ms and is_similar(words, f"{row.question}\n{row.answer}")
    ]
    places = {row.query_id: place for place, row in enumerate(found)}
    after = places.get(search.after, -1) if isinstance(search.after, int) else -1
    return found[after + 1 :][: search.limit]
