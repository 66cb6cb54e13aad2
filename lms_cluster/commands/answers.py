"""Answers: of instructors and of the tutor, a second one beside the first; and what instructors say of the
tutor's."""

from __future__ import annotations

from lms_cluster import ids
from lms_cluster.commands.act import Act
from lms_cluster.commands.queries import existing
from lms_cluster.fields import TEXT_MAX, Fields
from lms_cluster.refusal import Code, Refused, rule
from lms_cluster.threads import Thread, query_item, thread_of
from lms_cluster.tutor_policy import tutor_policy
from protos.command_pb2 import RecordTutorAnswer, ReportTutorDelay
from protos.lms_pb2 import (
    EVENT_KIND_ANSWER_REVIEWED,
    EVENT_KIND_QUERY_ANSWERED,
    EVENT_KIND_TUTOR_DELAYED,
    RECIPIENT_TUTOR,
    TUTOR_POLICY_HINT,
    TUTOR_POLICY_OFF,
    EventKind,
    NewAnswer,
    NewCorrection,
    NewEndorsement,
    PostResponse,
)
from protos.lms_pb2 import Answer as GivenAnswer
from storage import known_answers
from storage.events import Audience
from storage.models.people import User
from storage.models.questions import Answer, AnswerCitation, Endorsement, FollowUp, KnownAnswer, Query

ANSWERS_MAX = 20
"""To one question: a whole thread must fit one message."""
CITATIONS_MAX = 20
QUOTE_MAX = 2_000


def answer(data: NewAnswer, act: Act) -> PostResponse:
    """By an instructor, whoever was asked and whether or not there is an answer already. Without a text, the
    newest answer of an instructor is published."""
    query = existing(data.query_id)
    if data.publish and query.private:
        raise _private(query)
    if data.publish and not data.text.strip():
        return _publish(query, act)
    given = _given(query, data.text, act, correction=False)
    if data.publish:
        _know(query, given, act, published=True)
    return _answered(query, act, EVENT_KIND_QUERY_ANSWERED)


def endorse(data: NewEndorsement, act: Act) -> PostResponse:
    """A hand-over without words is answered by it; a follow-up in words waits for words."""
    query = existing(data.query_id)
    endorsed = _of_tutor(query)
    id_ = ids.QUERY.id(query.number)
    if endorsed is None or endorsed.abstained or endorsed.hint:
        raise rule(f"The tutor gave no answer to {id_}; answer it yourself.")
    if Answer.select().where((Answer.query == query) & Answer.correction).exists():
        raise rule(f"The tutor's answer to {id_} was corrected, and cannot be endorsed.")
    earlier = Endorsement.select(User.display_name).join(User).where(Endorsement.query == query).scalar()
    if earlier is not None:
        message = f"{earlier} has endorsed the tutor's answer to {id_} already."
        raise Refused(Code.ALREADY_EXISTS, "ALREADY_EXISTS", message)
    Endorsement.create(query=query, author=act.author.username, endorsed_ms=act.now_ms)
    # What an instructor wrote already is the better answer to know.
    if not query.private and not KnownAnswer.select().where(KnownAnswer.query == query).exists():
        _know(query, endorsed, act, published=False)
    unanswered = FollowUp.select().where(
        (FollowUp.query == query) & (FollowUp.text != "") & (FollowUp.after_answers >= _count(query))
    )
    if unanswered.exists():
        return _reviewed(query, act)
    return _answered(query, act, EVENT_KIND_ANSWER_REVIEWED)


def correct(data: NewCorrection, act: Act) -> PostResponse:
    """Stands beside the tutor's answer, against it; the newest correction is the known answer."""
    query = existing(data.query_id)
    if _of_tutor(query) is None:
        raise rule(f"The tutor has not answered {ids.QUERY.id(query.number)}; answer it yourself.")
    correction = _given(query, data.text, act, correction=True)
    if not query.private:
        _know(query, correction, act, published=False)
    return _answered(query, act, EVENT_KIND_ANSWER_REVIEWED)


def record_tutor_answer(data: RecordTutorAnswer, act: Act) -> PostResponse:
    """Once for each question, however many leaders have asked the tutor. What the tutor says is cut to our
    limits rather than refused: refusing would leave the question waiting for ever. When the question was
    handed to the instructors meanwhile, they and the asker have it, and the instructors still owe theirs."""
    query = existing(data.query_id)
    _demand_for_tutor(query)
    _demand_allowed(data.answer)
    if _of_tutor(query) is not None:
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
        hint=data.answer.hint,
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
            heading=citation.heading[:QUOTE_MAX],
            quote_start=citation.start,
            quote_end=citation.end,
        )
    if _handed_over(query):
        _tell_asker(EVENT_KIND_QUERY_ANSWERED, query, act)
        return act.accepted(query_item(query, thread_of(query)))
    return _answered(query, act, EVENT_KIND_QUERY_ANSWERED)


def report_tutor_delay(data: ReportTutorDelay, act: Act) -> PostResponse:
    """Once for each question that waits for nobody but the tutor."""
    query = existing(data.query_id)
    _demand_for_tutor(query)
    if query.answered or query.resolved or query.delay_reported or _handed_over(query):
        raise rule(f"There is no delay to report for {data.query_id}.")
    query.delay_reported = True
    query.save()
    _tell_asker(EVENT_KIND_TUTOR_DELAYED, query, act)
    return act.accepted(query_item(query, Thread()))


def _given(query: Query, text: str, act: Act, *, correction: bool) -> Answer:
    """The author's answer, stored."""
    fields = Fields()
    fields.text("text", text, TEXT_MAX)
    fields.done()
    return Answer.create(
        query=query,
        place=_next_place(query),
        text=text,
        author=act.author.username,
        model="",
        abstained=False,
        generated=False,
        answered_ms=act.now_ms,
        correction=correction,
    )


def _publish(query: Query, act: Act) -> PostResponse:
    newest = (
        Answer.select()
        .where((Answer.query == query) & Answer.author.is_null(False))
        .order_by(Answer.place.desc())
        .first()
    )
    if newest is None:
        raise rule(f"No instructor has answered {ids.QUERY.id(query.number)}; write the answer to publish.")
    known = KnownAnswer.get_or_none(KnownAnswer.query == query)
    if known is not None and known.answer_place == newest.place and known.published:
        message = f"The answer to {ids.QUERY.id(query.number)} is in the FAQ already."
        raise Refused(Code.ALREADY_EXISTS, "ALREADY_EXISTS", message)
    _know(query, newest, act, published=True)
    return act.accepted(query_item(query, thread_of(query)))


def _know(query: Query, given: Answer, act: Act, *, published: bool) -> None:
    known_answers.know(query.number, query.text, given.text, given.place, published, act.now_ms)


def _private(query: Query) -> Refused:
    id_ = ids.QUERY.id(query.number)
    why = "classmates never see it, not even without a name"
    return rule(f"{id_} was asked privately: {why}, so it cannot go into the FAQ.")


def _of_tutor(query: Query) -> Answer | None:
    return Answer.get_or_none((Answer.query == query) & Answer.author.is_null())


def _count(query: Query) -> int:
    return int(Answer.select().where(Answer.query == query).count())


def _handed_over(query: Query) -> bool:
    return bool(FollowUp.select().where(FollowUp.query == query).exists())


def _demand_for_tutor(query: Query) -> None:
    if query.recipient != RECIPIENT_TUTOR:
        raise rule(f"{ids.QUERY.id(query.number)} was asked of the instructors, not of the tutor.")


def _demand_allowed(given: GivenAnswer) -> None:
    """The policy may have changed while the tutor was at it: then it is asked again, or not at all."""
    policy = tutor_policy()
    if policy == TUTOR_POLICY_OFF:
        raise rule("The tutor is off in this course.")
    if policy == TUTOR_POLICY_HINT and not (given.hint or given.abstained):
        raise rule("The tutor may only say where the answer stands.")


def _next_place(query: Query) -> int:
    place = _count(query)
    if place >= ANSWERS_MAX:
        raise rule(f"{ids.QUERY.id(query.number)} has {ANSWERS_MAX} answers already.")
    return place


def _answered(query: Query, act: Act, kind: EventKind.ValueType) -> PostResponse:
    query.answered = True
    query.save()
    _tell_asker(kind, query, act)
    return act.accepted(query_item(query, thread_of(query)))


def _reviewed(query: Query, act: Act) -> PostResponse:
    _tell_asker(EVENT_KIND_ANSWER_REVIEWED, query, act)
    return act.accepted(query_item(query, thread_of(query)))


def _tell_asker(kind: EventKind.ValueType, query: Query, act: Act) -> None:
    act.tell(kind, ids.QUERY.id(query.number), Audience.PERSON, query.asker_id)
