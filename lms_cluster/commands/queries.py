"""Questions, to the tutor or the instructors, and their answers; a second one stands beside the first."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.fields import QUESTION_MAX, TEXT_MAX, Fields
from lms_cluster.refusal import Code, Refused, no_such_item, rule
from lms_cluster.threads import answers_of
from protos.command_pb2 import RecordTutorAnswer, ReportTutorDelay
from protos.lms_pb2 import (
    EVENT_KIND_QUERY_ANSWERED,
    EVENT_KIND_QUERY_ASKED,
    EVENT_KIND_TUTOR_DELAYED,
    RECIPIENT_INSTRUCTOR,
    RECIPIENT_TUTOR,
    NewAnswer,
    NewQuery,
    PostResponse,
)
from storage.events import Audience
from storage.models.questions import Answer, AnswerCitation, Query

ANSWERS_MAX = 20
"""To one question: a whole thread must fit one message."""
CITATIONS_MAX = 20
QUOTE_MAX = 2_000


def ask(data: NewQuery, act: Act) -> PostResponse:
    fields = Fields()
    fields.text("text", data.text, QUESTION_MAX)
    fields.one_of("recipient", data.recipient, (RECIPIENT_TUTOR, RECIPIENT_INSTRUCTOR), "tutor or instructor")
    fields.done()
    query = Query.create(
        asker=act.author.username,
        text=data.text,
        recipient=data.recipient,
        answered=False,
        delay_reported=False,
        asked_ms=act.now_ms,
    )
    if data.recipient == RECIPIENT_INSTRUCTOR:
        act.tell(
            EVENT_KIND_QUERY_ASKED, ids.QUERY.id(query.number), Audience.INSTRUCTORS, act.author.username
        )
    return act.accepted(items.query(query, answers=()))


def answer(data: NewAnswer, act: Act) -> PostResponse:
    """By an instructor, whoever was asked and whether or not there is an answer already."""
    query = _existing(data.query_id)
    fields = Fields()
    fields.text("text", data.text, TEXT_MAX)
    fields.done()
    place = _next_place(query)
    Answer.create(
        query=query,
        place=place,
        text=data.text,
        author=act.author.username,
        model="",
        abstained=False,
        generated=False,
        answered_ms=act.now_ms,
    )
    return _answered(query, act)


def record_tutor_answer(data: RecordTutorAnswer, act: Act) -> PostResponse:
    """Once for each question, however many leaders have asked the tutor. What the tutor says is cut to our
    limits rather than refused: refusing would leave the question waiting for ever."""
    query = _existing(data.query_id)
    _demand_for_tutor(query)
    if Answer.select().where((Answer.query == query) & Answer.author.is_null()).exists():
        raise Refused(
            Code.ALREADY_EXISTS, "ALREADY_EXISTS", f"The tutor has answered {data.query_id} already."
        )
    place = _next_place(query)
    Answer.create(
        query=query,
        place=place,
        text=data.answer.text[:TEXT_MAX],
        author=None,
        model=data.answer.model[:TEXT_MAX],
        abstained=data.answer.abstained,
        generated=data.answer.generated,
        answered_ms=act.now_ms,
    )
    for order, citation in enumerate(data.answer.citations[:CITATIONS_MAX]):
        AnswerCitation.create(
            query=query,
            answer_place=place,
            place=order,
            material_id=citation.material_id[:QUOTE_MAX],
            material_title=citation.material_title[:QUOTE_MAX],
            material_place=citation.place[:QUOTE_MAX],
            quote=citation.quote[:QUOTE_MAX],
        )
    return _answered(query, act)


def report_tutor_delay(data: ReportTutorDelay, act: Act) -> PostResponse:
    """Once for each question."""
    query = _existing(data.query_id)
    _demand_for_tutor(query)
    if query.answered or query.delay_reported:
        raise rule(f"There is no delay to report for {data.query_id}.")
    query.delay_reported = True
    query.save()
    id_ = ids.QUERY.id(query.number)
    act.tell(EVENT_KIND_TUTOR_DELAYED, id_, Audience.PERSON, query.asker_id)
    return act.accepted(items.query(query, answers=()))


def _existing(query_id: str) -> Query:
    number = ids.QUERY.number(query_id)
    query = None if number is None else Query.get_or_none(Query.number == number)
    if query is None:
        raise no_such_item(ids.QUERY.noun, query_id)
    return query


def _demand_for_tutor(query: Query) -> None:
    if query.recipient != RECIPIENT_TUTOR:
        raise rule(f"{ids.QUERY.id(query.number)} was asked of the instructors, not of the tutor.")


def _next_place(query: Query) -> int:
    place = int(Answer.select().where(Answer.query == query).count())
    if place >= ANSWERS_MAX:
        raise rule(f"{ids.QUERY.id(query.number)} has {ANSWERS_MAX} answers already.")
    return place


def _answered(query: Query, act: Act) -> PostResponse:
    query.answered = True
    query.save()
    act.tell(EVENT_KIND_QUERY_ANSWERED, ids.QUERY.id(query.number), Audience.PERSON, query.asker_id)
    return act.accepted(items.query(query, answers_of([query.number])[query.number]))
