"""Questions: a student's own, or all of them for instructors, under pseudonyms."""

from __future__ import annotations

from peewee import Expression

from lms_cluster.similarity import is_similar
from lms_cluster.threads import query_item, threads_of
from lms_cluster.views.search import Search
from lms_cluster.views.tutoring import handed_over
from protos.lms_pb2 import RATING_WRONG, RECIPIENT_INSTRUCTOR, Item
from storage.models.questions import Answer, AnswerRating, Endorsement, Query

WORDS_SEARCHED_MAX = 1_000
"""Questions whose words are compared, the newest first."""


def find(search: Search) -> list[Item]:
    """`pending`: unanswered; for instructors, what waits for them. `words`: those about the same."""
    query = Query.select()
    if search.own:
        query = query.where(Query.asker == search.viewer.username)
    if search.since_ms:
        query = query.where(Query.asked_ms >= search.since_ms)
    if search.filter.pending:
        unanswered = (Query.answered == 0) & (Query.resolved == 0)
        query = query.where(unanswered if search.own else _awaits_instructors())
    if search.filter.words:
        query = query.where(Query.number.in_(_about(search)))
    rows = list(search.page(query, Query.number))
    threads = threads_of([row.number for row in rows])
    return [query_item(row, threads[row.number], own=search.own) for row in rows]


def _awaits_instructors() -> Expression:
    """Asked of them or handed to them and not answered; or the tutor's answer is doubted, and no instructor
    has said anything since."""
    with_them = (Query.recipient == RECIPIENT_INSTRUCTOR) | handed_over()
    doubted = (
        AnswerRating.select(AnswerRating.query)
        .where(AnswerRating.rating == RATING_WRONG)
        .where(
            AnswerRating.query.not_in(
                Answer.select(Answer.query).where(
                    Answer.author.is_null(False)
                    & (Answer.query == AnswerRating.query)
                    & (Answer.answered_ms >= AnswerRating.rated_ms)
                )
            )
        )
        .where(
            AnswerRating.query.not_in(
                Endorsement.select(Endorsement.query).where(
                    (Endorsement.query == AnswerRating.query)
                    & (Endorsement.endorsed_ms >= AnswerRating.rated_ms)
                )
            )
        )
    )
    waits = (Query.answered == 0) & with_them
    return (Query.resolved == 0) & (waits | Query.number.in_(doubted))


def _about(search: Search) -> list[int]:
    query = Query.select(Query.number, Query.text).order_by(Query.number.desc()).limit(WORDS_SEARCHED_MAX)
    if search.own:
        query = query.where(Query.asker == search.viewer.username)
    return [row.number for row in query if is_similar(search.filter.words, row.text)]
