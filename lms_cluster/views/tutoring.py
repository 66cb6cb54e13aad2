"""What the tutor is asked, and what it is given to answer from."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import Expression, fn

from lms_cluster import ids
from lms_cluster.similarity import is_similar
from protos.lms_pb2 import RECIPIENT_TUTOR
from protos.tutor_pb2 import Passage
from storage import known_answers
from storage.models.questions import Answer, FollowUp, Query
from storage.passages import search

PASSAGES = 5
KNOWN_ANSWERS = 2
"""Of the passages, at most."""
KNOWN_ANSWERS_TITLE = "FAQ"


@dataclass(frozen=True, slots=True)
class PendingQuery:
    query_id: str
    text: str
    asked_ms: int
    delay_reported: bool
    """Or none is to be reported."""


def pending_tutor_queries() -> list[PendingQuery]:
    """Asked of the tutor and answered by nobody yet; oldest first. A question that was handed to the
    instructors meanwhile is among them, since its answer helps them; nobody is told that it is late."""
    rows = list(Query.select().where(_pending()).order_by(Query.number))
    follow_ups = FollowUp.select(FollowUp.query).where(FollowUp.query.in_([row.number for row in rows]))
    handed_over = {row.query_id for row in follow_ups}
    return [
        PendingQuery(
            ids.QUERY.id(row.number), row.text, row.asked_ms, row.delay_reported or row.number in handed_over
        )
        for row in rows
    ]


def count_pending_tutor_queries() -> int:
    return int(Query.select().where(_pending()).count())


def _pending() -> Expression:
    unanswered = (Query.recipient == RECIPIENT_TUTOR) & (Query.answered == 0) & (Query.resolved == 0)
    without_answer: Expression = ~fn.EXISTS(Answer.select().where(Answer.query == Query.number))
    return unanswered & without_answer


def passages_for(question: str) -> list[Passage]:
    """The best five passages, best first: answers that instructors stand by, then the materials' own. Of what
    a student asked privately, and of assignments, there are none."""
    pages = search(question, PASSAGES)
    best = max((found.score for found in pages), default=1.0)
    known = [
        Passage(
            material_id=ids.QUERY.id(row.query_id),
            material_title=KNOWN_ANSWERS_TITLE,
            heading=row.question,
            text=row.answer,
            # Scores of two indexes do not compare: what an instructor stands by is as good as the best page.
            score=best,
            endorsed=True,
        )
        for row in known_answers.search(question, KNOWN_ANSWERS)
        if is_similar(question, row.question)
    ]
    return known + [
        Passage(
            material_id=ids.MATERIAL.id(found.material),
            material_title=found.material_title,
            place=found.place,
            heading=found.heading,
            text=found.text,
            score=found.score,
            offset=found.offset,
        )
        for found in pages[: PASSAGES - len(known)]
    ]
