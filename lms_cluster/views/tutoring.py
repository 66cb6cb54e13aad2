"""What the tutor is asked, and what it is given to answer from."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import Expression

from lms_cluster import ids
from protos.lms_pb2 import RECIPIENT_TUTOR
from protos.tutor_pb2 import Passage
from storage.models.questions import Query
from storage.passages import search

PASSAGES = 5


@dataclass(frozen=True, slots=True)
class PendingQuery:
    query_id: str
    text: str
    asked_ms: int
    delay_reported: bool


def pending_tutor_queries() -> list[PendingQuery]:
    """Asked of the tutor and answered by nobody yet; oldest first."""
    query = Query.select().where(_pending()).order_by(Query.number)
    return [
        PendingQuery(ids.QUERY.id(row.number), row.text, row.asked_ms, row.delay_reported) for row in query
    ]


def count_pending_tutor_queries() -> int:
    return int(Query.select().where(_pending()).count())


def _pending() -> Expression:
    return (Query.recipient == RECIPIENT_TUTOR) & (Query.answered == 0)


def passages_for(question: str) -> list[Passage]:
    """The best five passages of the materials, best first. Assignments are never among them."""
    return [
        Passage(
            material_id=ids.MATERIAL.id(found.material),
            material_title=found.material_title,
            place=found.place,
            heading=found.heading,
            text=found.text,
            score=found.score,
        )
        for found in search(question, PASSAGES)
    ]
