"""What was said about requests to look at a grade again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lms_cluster.instants import timestamp
from protos import lms_pb2 as lms
from storage.models.coursework import Regrade, RegradeMessage, Submission
from storage.models.people import User


def messages_of(regrades: Sequence[int]) -> Mapping[int, list[lms.RegradeMessage]]:
    """By number, in the order in which they were written."""
    threads: dict[int, list[lms.RegradeMessage]] = {number: [] for number in regrades}
    for number, text, author, student, name, written_ms in (
        RegradeMessage.select(
            RegradeMessage.regrade,
            RegradeMessage.text,
            RegradeMessage.author,
            Submission.student,
            User.display_name,
            RegradeMessage.written_ms,
        )
        .join(User)
        .switch(RegradeMessage)
        .join(Regrade)
        .join(Submission)
        .where(RegradeMessage.regrade.in_(list(regrades)))
        .order_by(RegradeMessage.regrade, RegradeMessage.place)
        .tuples()
        .iterator()
    ):
        threads[number].append(
            lms.RegradeMessage(
                text=text, author=name, by_student=author == student, written_at=timestamp(written_ms)
            )
        )
    return threads
