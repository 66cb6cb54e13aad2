"""Requests to look at a grade again: a thread each, opened by the student and closed by an instructor."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.commands.assignments import existing_assignment
from lms_cluster.fields import QUESTION_MAX, TEXT_MAX, Fields
from lms_cluster.refusal import no_such_item, rule
from lms_cluster.regrade_threads import messages_of
from protos.lms_pb2 import (
    EVENT_KIND_REGRADE_REPLIED,
    EVENT_KIND_REGRADE_REQUESTED,
    Item,
    NewRegrade,
    NewRegradeReply,
    PostResponse,
)
from storage.events import Audience
from storage.models.coursework import Assignment, GradeVersion, Regrade, RegradeMessage, Submission

MESSAGES_MAX = 20
"""In one thread: all of it must fit one message."""


def request(data: NewRegrade, act: Act) -> PostResponse:
    """About the newest attempt of which a grade was released. A further reason joins the open request."""
    assignment = existing_assignment(data.assignment_id)
    fields = Fields()
    fields.text("reason", data.reason, QUESTION_MAX)
    fields.done()
    regrade = _open(assignment, act.author.username)
    if regrade is None:
        submission = _released(assignment, act.author.username)
        regrade = Regrade.create(submission=submission.number, resolved=False, requested_ms=act.now_ms)
    _say(regrade, data.reason, act)
    id_ = ids.REGRADE.id(regrade.number)
    act.tell(EVENT_KIND_REGRADE_REQUESTED, id_, Audience.INSTRUCTORS, act.author.username)
    return act.accepted(_item(regrade))


def reply(data: NewRegradeReply, act: Act) -> PostResponse:
    """With a text, or resolved, or both."""
    number = ids.REGRADE.number(data.regrade_id)
    regrade = None if number is None else Regrade.get_or_none(Regrade.number == number)
    if regrade is None:
        raise no_such_item(ids.REGRADE.noun, data.regrade_id)
    fields = Fields()
    fields.text("text", data.text, TEXT_MAX, optional=data.resolve)
    fields.done()
    id_ = ids.REGRADE.id(regrade.number)
    if regrade.resolved:
        raise rule(f"{id_} is resolved already.")
    if data.text:
        _say(regrade, data.text, act)
    if data.resolve:
        regrade.resolved = True
        regrade.save()
    act.tell(EVENT_KIND_REGRADE_REPLIED, id_, Audience.PERSON, regrade.submission.student_id)
    return act.accepted(_item(regrade))


def _open(assignment: Assignment, student: str) -> Regrade | None:
    found: Regrade | None = (
        Regrade.select(Regrade, Submission)
        .join(Submission)
        .where(
            (Submission.assignment == assignment.number)
            & (Submission.student == student)
            & (Regrade.resolved == 0)
        )
        .first()
    )
    return found


def _released(assignment: Assignment, student: str) -> Submission:
    """Raises Refused RULE when there is no grade to look at again."""
    submission: Submission | None = (
        Submission.select()
        .join(GradeVersion)
        .where(
            (Submission.assignment == assignment.number)
            & (Submission.student == student)
            & GradeVersion.released_ms.is_null(False)
        )
        .order_by(Submission.attempt.desc())
        .first()
    )
    if submission is None:
        id_ = ids.ASSIGNMENT.id(assignment.number)
        raise rule(f"No grade of {id_} was released to you yet, so there is none to look at again.")
    return submission


def _say(regrade: Regrade, text: str, act: Act) -> None:
    place = int(RegradeMessage.select().where(RegradeMessage.regrade == regrade.number).count())
    if place >= MESSAGES_MAX:
        raise rule(
            f"{ids.REGRADE.id(regrade.number)} has {MESSAGES_MAX} messages already; talk to each other."
        )
    RegradeMessage.create(
        regrade=regrade.number, place=place, author=act.author.username, text=text, written_ms=act.now_ms
    )


def _item(regrade: Regrade) -> Item:
    submission = Submission.get(Submission.number == regrade.submission_id)
    messages = messages_of([regrade.number])[regrade.number]
    return items.regrade(
        regrade, submission, submission.assignment, submission.student.display_name, messages
    )
