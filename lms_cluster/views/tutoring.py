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
    rows = list(Query.select().where(_pending()).order_by(Query.number))
    alone = {row.number for row in waiting_for_tutor_alone()}
    return [
        PendingQuery(
            ids.QUERY.id(row.number), row.text, row.asked_ms, row.delay_reported or row.number not in alone
        )
        for row in rows
    ]


def waiting_for_tutor_alone() -> list[Query]:
    """Those of the pending that were not handed to the instructors meanwhile; oldest first."""
    handed_over = FollowUp.select(FollowUp.query)
    pending = Query.select().where(_pending() & Query.number.not_in(handed_over))
    return list(pending.order_by(Query.number))


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
