"""What the tutor is asked, and what it is given to answer from."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import Expression, fn

from lms_cluster import ids
from lms_cluster.similarity import is_similar
from lms_cluster.tutor_policy import tutor_policy, unquotable_materials
from protos.lms_pb2 import RECIPIENT_TUTOR, TUTOR_POLICY_OFF
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
    """Asked of the tutor and answered by nobody yet, while it is not off; oldest first. A question that was
    handed to the instructors meanwhile is among them, since its answer helps them; nobody is told that it is
    late."""
    if tutor_policy() == TUTOR_POLICY_OFF:
        return []
    told = Query.delay_reported | handed_over()
    pending = Query.select(Query.number, Query.text, Query.asked_ms, told).where(_pending())
    return [
        PendingQuery(ids.QUERY.id(number), text, asked_ms, bool(told))
        for number, text, asked_ms, told in pending.order_by(Query.number).tuples().iterator()
    ]


def waiting_for_tutor_alone() -> list[Query]:
    """Those of the pending that were not handed to the instructors meanwhile; oldest first."""
    return list(Query.select().where(_pending() & ~handed_over()).order_by(Query.number))


def handed_over() -> Expression:
    """Of a query: it is with the instructors, whomever it was asked of first."""
    with_them: Expression = Query.number.in_(FollowUp.select(FollowUp.query))
    return with_them


def count_pending_tutor_queries() -> int:
    return int(Query.select().where(_pending()).count())


def _pending() -> Expression:
    unanswered = (Query.recipient == RECIPIENT_TUTOR) & (Query.answered == 0) & (Query.resolved == 0)
    without_answer: Expression = ~fn.EXISTS(Answer.select().where(Answer.query == Query.number))
    return unanswered & without_answer


def passages_for(question: str, now_ms: int) -> list[Passage]:
    """The best five passages, best first: answers that instructors stand by, then the materials' own. Of what
    a student asked privately, of assignments, and of materials that may not be quoted at `now_ms`, there are
    none."""
    pages = search(question, PASSAGES, without=unquotable_materials(now_ms))
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
