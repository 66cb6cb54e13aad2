"""The answers that stand under questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from peewee import JOIN

from lms_cluster import items
from protos import lms_pb2 as lms
from storage.models.people import User
from storage.models.questions import Answer, AnswerCitation


def answers_of(queries: Sequence[int]) -> Mapping[int, list[lms.Answer]]:
    """By question number, in the order they were given; an empty list for a question without."""
    citations: dict[tuple[int, int], list[AnswerCitation]] = defaultdict(list)
    for citation in (
        AnswerCitation.select()
        .where(AnswerCitation.query.in_(list(queries)))
        .order_by(AnswerCitation.query, AnswerCitation.answer_place, AnswerCitation.place)
    ):
        citations[citation.query_id, citation.answer_place].append(citation)
    threads: dict[int, list[lms.Answer]] = {query: [] for query in queries}
    for row in (
        Answer.select(Answer, User)
        .join(User, JOIN.LEFT_OUTER)
        .where(Answer.query.in_(list(queries)))
        .order_by(Answer.query, Answer.place)
    ):
        author = row.author
        cited = citations[row.query_id, row.place]
        threads[row.query_id].append(
            items.answer(row, None if author is None else author.display_name, cited)
        )
    return threads
