"""The FAQ: questions with the answer that an instructor stands by, and nothing of who asked them."""

from __future__ import annotations

from lms_cluster.similarity import is_similar
from lms_cluster.threads import known_answer_item, threads_of
from lms_cluster.views.search import Search
from protos.lms_pb2 import Item
from storage import known_answers
from storage.models.questions import KnownAnswer

FOUND_MAX = 100


def find(search: Search) -> list[Item]:
    """`words`: those about the same, best first; without, in the order of their ids."""
    rows = _about(search) if search.filter.words else _all(search)
    threads = threads_of([row.query_id for row in rows])
    return [known_answer_item(row, threads[row.query_id].answers[row.answer_place]) for row in rows]


def _all(search: Search) -> list[KnownAnswer]:
    query = KnownAnswer.select().where(KnownAnswer.known_ms >= search.since_ms)
    return list(search.page(query, KnownAnswer.query))


def _about(search: Search) -> list[KnownAnswer]:
    words = search.filter.words
    found = [
        row
        for row in known_answers.search(words, FOUND_MAX)
        if row.known_ms >= search.since_ms and is_similar(words, f"{row.question}\n{row.answer}")
    ]
    places = {row.query_id: place for place, row in enumerate(found)}
    after = places.get(search.after, -1) if isinstance(search.after, int) else -1
    return found[after + 1 :][: search.limit]
