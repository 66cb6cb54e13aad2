"""Questions and answers."""

from __future__ import annotations

from bot.client.api import (
    Answer,
    Citation,
    FollowUp,
    KnownAnswer,
    LmsError,
    Query,
    QueryState,
    Rating,
    Recipient,
)
from bot.client.values.basics import moment
from protos import lms_pb2

RECIPIENTS = {
    Recipient.TUTOR: lms_pb2.RECIPIENT_TUTOR,
    Recipient.INSTRUCTOR: lms_pb2.RECIPIENT_INSTRUCTOR,
}
RATINGS = {
    Rating.HELPFUL: lms_pb2.RATING_HELPFUL,
    Rating.WRONG: lms_pb2.RATING_WRONG,
}
_RATINGS_SAID = {number: rating for rating, number in RATINGS.items()}
_STATES = {
    lms_pb2.QUERY_STATE_ANSWERED: QueryState.ANSWERED,
    lms_pb2.QUERY_STATE_RESOLVED: QueryState.RESOLVED,
}


def query(item: lms_pb2.Item) -> Query:
    message = item.query
    return Query(
        id=item.id,
        text=message.text,
        recipient=Recipient.TUTOR if message.recipient == lms_pb2.RECIPIENT_TUTOR else Recipient.INSTRUCTOR,
        state=_STATES.get(message.state, QueryState.PENDING),
        pseudonym=message.pseudonym,
        answers=tuple(answer(each) for each in message.answers),
        asked_at=moment(message.asked_at),
        follow_ups=tuple(
            FollowUp(each.text, each.after_answers, moment(each.asked_at)) for each in message.follow_ups
        ),
        private=message.private,
        published=message.published,
        rating=_RATINGS_SAID.get(message.rating),
        own=message.own,
    )


def known_answer(item: lms_pb2.Item) -> KnownAnswer:
    """Raises LmsError for what is no entry of the FAQ."""
    if not item.query.answers:
        raise LmsError("INTERNAL", "INTERNAL", "The node answered with something else than was asked for.")
    return KnownAnswer(item.id, item.query.text, answer(item.query.answers[0]))


def answer(message: lms_pb2.Answer) -> Answer:
    return Answer(
        text=message.text,
        author=message.author,
        by_tutor=message.by_tutor,
        citations=tuple(
            Citation(
                each.material_id,
                each.material_title,
                each.place,
                each.quote,
                each.heading,
                each.start,
                each.end,
            )
            for each in message.citations
        ),
        model=message.model,
        abstained=message.abstained,
        generated=message.generated,
        correction=message.correction,
        endorsed_by=message.endorsed_by,
        hint=message.hint,
    )
