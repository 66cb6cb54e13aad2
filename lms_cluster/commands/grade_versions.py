"""One version of a grade: what it is made of, and whether it may follow the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lms_cluster import ids
from lms_cluster.commands.act import Act
from lms_cluster.due_dates import due_ms_for, late_policy
from lms_cluster.instants import written
from lms_cluster.refusal import Code, Refused, Violation, rule
from protos.lms_pb2 import EVENT_KIND_GRADE_RELEASED, File
from storage.events import Audience
from storage.models.coursework import Assignment, FeedbackFile, GradeVersion, RubricScore, Submission
from storage.models.people import User


@dataclass(frozen=True, slots=True)
class Grading:
    """What a grader decides."""

    points: int
    feedback: str
    scores: Sequence[tuple[int, int]] = ()
    """(place of the rubric's line, points); empty for a grade as a whole."""
    files: Sequence[File] = field(default=())


def newest_version(submission: Submission) -> GradeVersion | None:
    """With its grader."""
    newest: GradeVersion | None = (
        GradeVersion.select(GradeVersion, User)
        .join(User)
        .where(GradeVersion.submission == submission.number)
        .order_by(GradeVersion.version.desc())
        .first()
    )
    return newest


def changed_meanwhile(submission: Submission, newest: GradeVersion | None, based_on: int) -> Refused:
    """The newest version is not the one that a change was made from."""
    if newest is None:
        message = f"{ids.SUBMISSION.id(submission.number)} has no grade yet."
    else:
        when = written(newest.graded_ms)
        message = f"{newest.grader.display_name} changed this grade at {when} (now {newest.points})."
    version = 0 if newest is None else newest.version
    violation = Violation("version", f"must be {version}, you sent {based_on}")
    return Refused(Code.ABORTED, "GRADE_CHANGED", message, [violation])


def demand_newest_attempt(submission: Submission) -> None:
    """Raises Refused RULE for an earlier one."""
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


def write(
    grading: Grading, submission: Submission, assignment: Assignment, version: int, act: Act
) -> GradeVersion:
    """A draft. What lateness takes is fixed now, by the due date that stands now."""
    policy = late_policy(assignment)
    due_ms = due_ms_for(assignment, submission.student_id)
    late_percent = policy.percent_lost(submission.submitted_ms, due_ms)
    created = GradeVersion.create(
        submission=submission.number,
        version=version,
        points=grading.points,
        feedback=grading.feedback,
        grader=act.author.username,
        graded_ms=act.now_ms,
        deducted_hundredths=policy.deducted_hundredths(grading.points, assignment.points, late_percent),
        late_percent=late_percent,
    )
    for place, points in grading.scores:
        RubricScore.create(submission=submission.number, version=version, place=place, points=points)
    for place, file in enumerate(grading.files):
        FeedbackFile.create(
            submission=submission.number,
            version=version,
            place=place,
            file=file.sha256,
            name=file.name,
            media_type=file.media_type,
        )
    return created


def publish(draft: GradeVersion, submission: Submission, act: Act) -> None:
    """Its student sees it from now on, and is told."""
    draft.released_ms = act.now_ms
    GradeVersion.update(released_ms=act.now_ms).where(
        (GradeVersion.submission == submission.number) & (GradeVersion.version == draft.version)
    ).execute()
    submission_id = ids.SUBMISSION.id(submission.number)
    act.tell(EVENT_KIND_GRADE_RELEASED, submission_id, Audience.PERSON, submission.student_id)
