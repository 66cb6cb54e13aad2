"""Grades: drafts until released, a new version with every change, guarded against two graders at once."""

from __future__ import annotations

from peewee import fn

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.commands.assignments import existing
from lms_cluster.fields import FEEDBACK_MAX, Fields
from lms_cluster.instants import written
from lms_cluster.refusal import Code, Refused, Violation, no_such_item, rule
from protos.lms_pb2 import EVENT_KIND_GRADE_RELEASED, NewGrade, NewRelease, PostResponse
from storage.events import Audience
from storage.models.coursework import Assignment, GradeVersion, Submission
from storage.models.people import User


def grade(data: NewGrade, act: Act) -> PostResponse:
    number = ids.SUBMISSION.number(data.submission_id)
    submission = None if number is None else Submission.get_or_none(Submission.number == number)
    if submission is None:
        raise no_such_item(ids.SUBMISSION.noun, data.submission_id)
    assignment = submission.assignment
    fields = Fields()
    fields.points("points", data.points, assignment.points)
    fields.text("feedback", data.feedback, FEEDBACK_MAX, optional=True)
    fields.done()
    _demand_newest_attempt(submission)
    version = _demand_version(submission, data.version)
    created = GradeVersion.create(
        submission=submission,
        version=version,
        points=data.points,
        feedback=data.feedback,
        grader=act.author.username,
        graded_ms=act.now_ms,
    )
    student = submission.student
    return act.accepted(
        items.grade(created, submission, assignment, student.display_name, act.author.display_name)
    )


def release(data: NewRelease, act: Act) -> PostResponse:
    """Publishes of every submission the newest version, where that is still a draft; drafts it has replaced
    stay drafts for good. Releasing where nothing waits is no mistake: `released` is 0."""
    assignment = existing(data.assignment_id)
    if assignment is None:
        raise no_such_item(ids.ASSIGNMENT.noun, data.assignment_id)
    version = GradeVersion.alias()
    newest = version.select(fn.MAX(version.version)).where(version.submission == GradeVersion.submission)
    drafts = list(
        GradeVersion.select(GradeVersion, Submission)
        .join(Submission)
        .where(
            (Submission.assignment == assignment)
            & (GradeVersion.version == newest)
            & GradeVersion.released_ms.is_null()
        )
        .order_by(GradeVersion.submission)
    )
    for draft in drafts:
        GradeVersion.update(released_ms=act.now_ms).where(
            (GradeVersion.submission == draft.submission_id) & (GradeVersion.version == draft.version)
        ).execute()
        submission_id = ids.SUBMISSION.id(draft.submission_id)
        act.tell(EVENT_KIND_GRADE_RELEASED, submission_id, Audience.PERSON, draft.submission.student_id)
    return act.accepted(items.assignment(assignment, _students(assignment)), released=len(drafts))


def _demand_newest_attempt(submission: Submission) -> None:
    newest = (
        Submission.select(Submission.number)
        .where(
            (Submission.assignment == submission.assignment_id)
            & (Submission.student == submission.student_id)
        )
        .order_by(Submission.attempt.desc())
        .scalar()
    )
    if newest != submission.number:
        old, new = ids.SUBMISSION.id(submission.number), ids.SUBMISSION.id(newest)
        raise rule(f"{old} is an earlier attempt; the newest one, {new}, is the one to grade.")


def _demand_version(submission: Submission, based_on: int) -> int:
    """The number of the next version. Raises Refused GRADE_CHANGED when the newest is not `based_on`."""
    newest = (
        GradeVersion.select(GradeVersion, User)
        .join(User)
        .where(GradeVersion.submission == submission)
        .order_by(GradeVersion.version.desc())
        .first()
    )
    version = 0 if newest is None else newest.version
    if version == based_on:
        return version + 1
    if newest is None:
        message = f"{ids.SUBMISSION.id(submission.number)} has no grade yet."
    else:
        when = written(newest.graded_ms)
        message = f"{newest.grader.display_name} changed this grade at {when} (now {newest.points})."
    violation = Violation("version", f"must be {version}, you sent {based_on}")
    raise Refused(Code.ABORTED, "GRADE_CHANGED", message, [violation])


def _students(assignment: Assignment) -> int:
    """How many have handed in."""
    query = Submission.select(Submission.student).where(Submission.assignment == assignment).distinct()
    return int(query.count())
