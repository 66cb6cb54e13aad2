"""Questions: asked, followed up, closed, and said to have been answered well or badly, by who asked them."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.fields import QUESTION_MAX, Fields
from lms_cluster.refusal import Code, Refused, no_such_item, rule
from lms_cluster.threads import Thread, query_item, thread_of
from lms_cluster.tutor_policy import tutor_policy
from protos.lms_pb2 import (
    EVENT_KIND_ANSWER_DOUBTED,
    EVENT_KIND_QUERY_ASKED,
    EVENT_KIND_QUERY_FOLLOWED_UP,
    RATING_HELPFUL,
    RATING_WRONG,
    RECIPIENT_INSTRUCTOR,
    RECIPIENT_TUTOR,
    ROLE_INSTRUCTOR,
    TUTOR_POLICY_OFF,
    EventKind,
    NewFollowUp,
    NewQuery,
    NewRating,
    NewResolution,
    NewReveal,
    PostResponse,
)
from storage.events import Audience
from storage.models.questions import Answer, AnswerRating, FollowUp, Query

FOLLOW_UPS_MAX = 20
"""To one question: a whole thread must fit one message."""
ASKED_MAX = 20
"""Questions and follow-ups of one student within an hour."""
HOUR_MS = 3_600_000
REASON_MAX = 1_000


def ask(data: NewQuery, act: Act) -> PostResponse:
    fields = Fields()
    fields.text("text", data.text, QUESTION_MAX)
    fields.one_of("recipient", data.recipient, (RECIPIENT_TUTOR, RECIPIENT_INSTRUCTOR), "tutor or instructor")
    fields.done()
    if data.recipient == RECIPIENT_TUTOR and tutor_policy() == TUTOR_POLICY_OFF:
        raise Refused(
            Code.FAILED_PRECONDITION, "TUTOR_OFF", "The tutor is off in this course; ask an instructor."
        )
    if act.version:
        _demand_patience(act)
    query = Query.create(
        asker=act.author.username,
        text=data.text,
        recipient=data.recipient,
        answered=False,
        delay_reported=False,
        asked_ms=act.now_ms,
        private=data.private,
    )
    if data.recipient == RECIPIENT_INSTRUCTOR:
        _tell_instructors(EVENT_KIND_QUERY_ASKED, query, act)
    return act.accepted(query_item(query, Thread(), own=bool(act.version)))


def follow_up(data: NewFollowUp, act: Act) -> PostResponse:
    """The thread goes to the instructors and is open, whoever was asked and whatever was said before."""
    query = _own(data.query_id, act)
    fields = Fields()
    fields.text("text", data.text, QUESTION_MAX, optional=True)
    fields.done()
    place = int(FollowUp.select().where(FollowUp.query == query).count())
    with_instructors = query.recipient == RECIPIENT_INSTRUCTOR or place > 0
    id_ = ids.QUERY.id(query.number)
    if not data.text.strip() and with_instructors:
        raise rule(f"{id_} is with the instructors already; write what you want to add.")
    if place >= FOLLOW_UPS_MAX:
        raise rule(f"{id_} has {FOLLOW_UPS_MAX} follow-ups already; ask a new question.")
    _demand_patience(act)
    FollowUp.create(
        query=query,
        place=place,
        after_answers=Answer.select().where(Answer.query == query).count(),
        text=data.text.strip(),
        asked_ms=act.now_ms,
    )
    query.answered = query.resolved = False
    query.save()
    _tell_instructors(EVENT_KIND_QUERY_FOLLOWED_UP, query, act)
    return act.accepted(query_item(query, thread_of(query), own=True))


def resolve(data: NewResolution, act: Act) -> PostResponse:
    """By who asked, or by an instructor once there is an answer: nobody is left without a word."""
    by_instructor = act.author.role == ROLE_INSTRUCTOR
    query = existing(data.query_id) if by_instructor else _own(data.query_id, act)
    id_ = ids.QUERY.id(query.number)
    if query.resolved:
        raise rule(f"{id_} is resolved already.")
    if by_instructor and not Answer.select().where(Answer.query == query).exists():
        raise rule(f"{id_} has no answer yet: answer it first.")
    query.resolved = True
    query.save()
    return act.accepted(query_item(query, thread_of(query), own=not by_instructor))


def rate(data: NewRating, act: Act) -> PostResponse:
    """Of the tutor's answer; the newest word stands. Doubt opens the question for the instructors, who are
    told of it once, however often it is taken back."""
    query = _own(data.query_id, act)
    fields = Fields()
    fields.one_of("rating", data.rating, (RATING_HELPFUL, RATING_WRONG), "helpful or wrong")
    fields.done()
    if not Answer.select().where((Answer.query == query) & Answer.author.is_null()).exists():
        raise rule(f"The tutor has not answered {ids.QUERY.id(query.number)}.")
    earlier = AnswerRating.get_or_none(AnswerRating.query == query)
    if earlier is None or earlier.rating != data.rating:
        wrong, told = data.rating == RATING_WRONG, earlier is not None and earlier.doubted
        AnswerRating.delete().where(AnswerRating.query == query).execute()
        AnswerRating.create(query=query, rating=data.rating, rated_ms=act.now_ms, doubted=wrong or told)
        if wrong:
            query.resolved = False
            query.save()
        if wrong and not told:
            _tell_instructors(EVENT_KIND_ANSWER_DOUBTED, query, act)
    return act.accepted(query_item(query, thread_of(query), own=True))


def reveal(data: NewReveal, act: Act) -> PostResponse:
    """To an administrator: who asked. Its audit record names the question and the reason."""
    fields = Fields()
    fields.text("reason", data.reason, REASON_MAX)
    fields.done()
    query = existing(data.query_id)
    act.object, act.detail = ids.QUERY.id(query.number), data.reason
    return act.accepted(items.user(query.asker))


def existing(query_id: str) -> Query:
    """Raises Refused NO_SUCH_ITEM."""
    number = ids.QUERY.number(query_id)
    query = None if number is None else Query.get_or_none(Query.number == number)
    if query is None:
        raise no_such_item(ids.QUERY.noun, query_id)
    return query


def _own(query_id: str, act: Act) -> Query:
    """Another's question is refused in the words for one that does not exist."""
    query = existing(query_id)
    if query.asker_id != act.author.username:
        raise no_such_item(ids.QUERY.noun, query_id)
    return query


def _tell_instructors(kind: EventKind.ValueType, query: Query, act: Act) -> None:
    act.tell(kind, ids.QUERY.id(query.number), Audience.INSTRUCTORS, act.author.username)


def _demand_patience(act: Act) -> None:
    """Raises Refused TOO_MANY_QUESTIONS, with the time at which the oldest of an hour's is past."""
    since_ms = act.now_ms - HOUR_MS
    asker = Query.asker == act.author.username
    asked = Query.select(Query.asked_ms).where(asker & (Query.asked_ms > since_ms)).tuples()
    followed_up = (
        FollowUp.select(FollowUp.asked_ms).join(Query).where(asker & (FollowUp.asked_ms > since_ms)).tuples()
    )
    lately = sorted(ms for (ms,) in [*asked, *followed_up])
    if len(lately) >= ASKED_MAX:
        wait_ms = lately[-ASKED_MAX] - since_ms
        raise Refused(
            Code.RESOURCE_EXHAUSTED, "TOO_MANY_QUESTIONS", "Too many questions", retry_seconds=wait_ms / 1000
        )
