"""Answers that instructors stand by: kept with their questions, found again by the words of another."""

from __future__ import annotations

from collections.abc import Sequence

from peewee import SQL

from storage.database import bound_database
from storage.models.questions import KnownAnswer, KnownAnswerIndex
from storage.passages import any_of, question_terms

QUESTION_WEIGHT = 2.0
"""A word in the question that was answered counts as much as two in the answer."""


def know(query: int, question: str, answer: str, answer_place: int, published: bool, known_ms: int) -> None:
    """Let this be the answer known for the query, in place of an earlier one; what was published stays so."""
    earlier = KnownAnswer.get_or_none(KnownAnswer.query == query)
    if earlier is not None:
        _forget_words(earlier)
        published = published or earlier.published
        KnownAnswer.delete().where(KnownAnswer.query == query).execute()
    KnownAnswer.create(
        query=query,
        question=question,
        answer=answer,
        answer_place=answer_place,
        published=published,
        known_ms=known_ms,
    )
    KnownAnswerIndex.insert(
        {
            KnownAnswerIndex.rowid: query,
            KnownAnswerIndex.question: question,
            KnownAnswerIndex.answer: answer,
        }
    ).execute()


def search(question: str, limit: int) -> list[KnownAnswer]:
    """Those that share a telling word with `question`, best first; none where it has no telling word."""
    terms = question_terms(question)
    if not terms:
        return []
    badness = KnownAnswerIndex.bm25(QUESTION_WEIGHT, 1.0).alias("badness")
    hits = (
        KnownAnswerIndex.select(KnownAnswerIndex.rowid, badness)
        .where(KnownAnswerIndex.match(any_of(terms)))
        .order_by(SQL("badness"), KnownAnswerIndex.rowid)
        .limit(limit)
    )
    return _in_order([number for number, _ in hits.tuples().iterator()])


def _in_order(numbers: Sequence[int]) -> list[KnownAnswer]:
    rows = {row.query_id: row for row in KnownAnswer.select().where(KnownAnswer.query.in_(list(numbers)))}
    return [rows[number] for number in numbers]


def _forget_words(row: KnownAnswer) -> None:
    """An index whose text stands in another table must be told what that text was."""
    table = KnownAnswerIndex._meta.table_name
    bound_database().execute_sql(
        f"INSERT INTO {table} ({table}, rowid, question, answer) VALUES ('delete', ?, ?, ?)",  # noqa: S608
        (row.query_id, row.question, row.answer),
    )
