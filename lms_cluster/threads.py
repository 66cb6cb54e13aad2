"""Questions with what stands under them, as the items people read. Nothing here says who asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from peewee import JOIN

from lms_cluster import ids
from lms_cluster.instants import timestamp
from lms_cluster.pseudonyms import pseudonym
from protos import lms_pb2 as lms
from storage.models.people import User
from storage.models.questions import (
    Answer,
    AnswerCitation,
    AnswerRating,
    Endorsement,
    FollowUp,
    KnownAnswer,
    Query,
)


@dataclass(slots=True)
class Thread:
    answers: list[lms.Answer] = field(default_factory=list)
    """In the order they were given."""
    follow_ups: list[lms.FollowUp] = field(default_factory=list)
    rating: lms.Rating.ValueType = lms.RATING_UNSPECIFIED
    published: bool = False


def thread_of(query: Query) -> Thread:
    return threads_of([query.number])[query.number]


def threads_of(queries: Sequence[int]) -> Mapping[int, Thread]:
    """By question number, with an empty thread for a question that has none yet."""
    wanted = list(queries)
    threads = {query: Thread() for query in wanted}
    _add_answers(threads, wanted)
    for row in FollowUp.select().where(FollowUp.query.in_(wanted)).order_by(FollowUp.query, FollowUp.place):
        follow_up = lms.FollowUp(
            text=row.text, after_answers=row.after_answers, asked_at=timestamp(row.asked_ms)
        )
        threads[row.query_id].follow_ups.append(follow_up)
    for rated in AnswerRating.select().where(AnswerRating.query.in_(wanted)):
        threads[rated.query_id].rating = lms.Rating.ValueType(rated.rating)
    for known in KnownAnswer.select(KnownAnswer.query).where(KnownAnswer.query.in_(wanted)):
        threads[known.query_id].published = True
    return threads


def query_item(row: Query, thread: Thread, own: bool = False) -> lms.Item:
    """`own`: it is read by who asked."""
    data = lms.Query(
        text=row.text,
        recipient=lms.Recipient.ValueType(row.recipient),
        state=_state(row),
        pseudonym=pseudonym(row.number),
        answers=thread.answers,
        asked_at=timestamp(row.asked_ms),
        follow_ups=thread.follow_ups,
        private=row.private,
        published=thread.published,
        rating=thread.rating,
        own=own,
    )
    return lms.Item(id=ids.QUERY.id(row.number), query=data)


def _state(row: Query) -> lms.QueryState.ValueType:
    if row.resolved:
        return lms.QUERY_STATE_RESOLVED
    return lms.QUERY_STATE_ANSWERED if row.answered else lms.QUERY_STATE_PENDING


def known_answer_item(row: KnownAnswer, answer: lms.Answer) -> lms.Item:
    """Says neither who asked nor when, nor what else stands in the thread."""
    data = lms.Query(text=row.question, state=lms.QUERY_STATE_ANSWERED, answers=[answer], published=True)
    return lms.Item(id=ids.QUERY.id(row.query_id), query=data)


def _add_answers(threads: Mapping[int, Thread], wanted: list[int]) -> None:
    citations: dict[tuple[int, int], list[AnswerCitation]] = defaultdict(list)
    for citation in (
        AnswerCitation.select()
        .where(AnswerCitation.query.in_(wanted))
        .order_by(AnswerCitation.query, AnswerCitation.answer_place, AnswerCitation.place)
    ):
        citations[citation.query_id, citation.answer_place].append(citation)
    endorsements = Endorsement.select(Endorsement, User).join(User).where(Endorsement.query.in_(wanted))
    endorsed_by = {row.query_id: row.author.display_name for row in endorsements}
    for row in (
        Answer.select(Answer, User)
        .join(User, JOIN.LEFT_OUTER)
        .where(Answer.query.in_(wanted))
        .order_by(Answer.query, Answer.place)
    ):
        author = None if row.author is None else row.author.display_name
        endorser = endorsed_by.get(row.query_id, "") if author is None else ""
        cited = citations[row.query_id, row.place]
        threads[row.query_id].answers.append(_answer_item(row, author, cited, endorser))


def _answer_item(
    row: Answer, author: str | None, citations: Sequence[AnswerCitation], endorsed_by: str
) -> lms.Answer:
    """`author` by display name, None for the tutor; so is the one who endorsed it, empty for nobody."""
    return lms.Answer(
        text=row.text,
        author=author or "",
        by_tutor=author is None,
        citations=[
            lms.Citation(
                material_id=citation.material_id,
                material_title=citation.material_title,
                place=citation.material_place,
                quote=citation.quote,
                heading=citation.heading,
                start=citation.quote_start,
                end=citation.quote_end,
            )
            for citation in citations
        ],
        model=row.model,
        abstained=row.abstained,
        generated=row.generated,
        answered_at=timestamp(row.answered_ms),
        correction=row.correction,
        endorsed_by=endorsed_by,
        hint=row.hint,
    )
