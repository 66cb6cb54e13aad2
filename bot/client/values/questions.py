"""Questions and answers."""

from __future__ import annotations

from bot.client.api import Answer, Citation, Query, Recipient
from bot.client.values.basics import moment
from protos import lms_pb2

RECIPIENTS = {
    Recipient.TUTOR: lms_pb2.RECIPIENT_TUTOR,
    Recipient.INSTRUCTOR: lms_pb2.RECIPIENT_INSTRUCTOR,
}


def query(item: lms_pb2.Item) -> Query:
    message = item.query
    return Query(
        id=item.id,
        text=message.text,
        recipient=Recipient.TUTOR if message.recipient == lms_pb2.RECIPIENT_TUTOR else Recipient.INSTRUCTOR,
        answered=message.state == lms_pb2.QUERY_STATE_ANSWERED,
        pseudonym=message.pseudonym,
        answers=tuple(answer(each) for each in message.answers),
        asked_at=moment(message.asked_at),
    )


def answer(message: lms_pb2.Answer) -> Answer:
    return Answer(
        text=message.text,
        author=message.author,
        by_tutor=message.by_tutor,
        citations=tuple(
            Citation(each.material_id, each.material_title, each.place, each.quote)
            for each in message.citations
        ),
        model=message.model,
        abstained=message.abstained,
        generated=message.generated,
    )
