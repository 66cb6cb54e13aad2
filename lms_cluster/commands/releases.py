"""Draft grades are published to their students: a whole assignment's, or one."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.commands.assignments import existing_assignment
from lms_cluster.commands.grade_versions import newest_version, publish
from lms_cluster.commands.grades import existing_submission
from lms_cluster.grade_details import details_of
from lms_cluster.newest_grades import is_newest, is_superseded
from lms_cluster.refusal import Violation, invalid, rule
from protos.lms_pb2 import NewRelease, PostResponse
from storage.models.coursework import Assignment, GradeVersion, Submission

OF_NEWEST_ATTEMPT = 3
"""The version of the rules from which on an assignment's release leaves out what a later attempt's grade has
taken the place of. Before, students were told of that as well, and took it for the grade that counts."""


def release(data: NewRelease, act: Act) -> PostResponse:
    """Publishes of every student's newest graded attempt the newest version, where that is still a draft;
    drafts it has replaced stay drafts. Releasing where nothing waits is no mistake: `released` is 0."""
    if data.submission_id:
        return _release_one(data, act)
    assignment = existing_assignment(data.assignment_id)
    waiting = (Submission.assignment == assignment) & is_newest() & GradeVersion.released_ms.is_null()
    if act.version >= OF_NEWEST_ATTEMPT:
        waiting &= ~is_superseded()
    drafts = list(
        GradeVersion.select(GradeVersion, Submission)
        .join(Submission)
        .where(waiting)
        .order_by(GradeVersion.submission)
    )
    for draft in drafts:
        publish(draft, draft.submission, act)
    act.detail = f"{len(drafts)} released"
    return act.accepted(items.assignment(assignment, _students(assignment)), released=len(drafts))


def _release_one(data: NewRelease, act: Act) -> PostResponse:
    if data.assignment_id:
        raise invalid(
            [Violation("assignment_id", "must be left out when one submission's grade is released")]
        )
    submission = existing_submission(data.submission_id)
    newest = newest_version(submission)
    if newest is None:
        raise rule(f"{ids.SUBMISSION.id(submission.number)} has no grade to release.")
    waiting = newest.released_ms is None
    if waiting:
        publish(newest, submission, act)
    act.detail = f"{int(waiting)} released"
    item = items.grade(
        newest,
        submission,
        submission.assignment,
        submission.student.display_name,
        newest.grader.display_name,
        details_of([newest])[submission.number],
    )
    return act.accepted(item, released=int(waiting))


def _students(assignment: Assignment) -> int:
    """How many have handed in."""
    query = Submission.select(Submission.student).where(Submission.assignment == assignment).distinct()
    return int(query.count())
