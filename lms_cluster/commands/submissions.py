"""Homework is handed in: every attempt is kept, and late ones are marked, not refused, until the cut-off."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.commands.assignments import existing_assignment
from lms_cluster.commands.files import all_attached
from lms_cluster.due_dates import DueDates, due_dates, late_policy
from lms_cluster.fields import TEXT_MAX, Fields
from lms_cluster.instants import written
from lms_cluster.refusal import Code, Refused
from lms_cluster.submission_digest import submission_digest
from protos.lms_pb2 import EVENT_KIND_SUBMISSION_RECEIVED, NewSubmission, PostResponse
from storage.events import Audience
from storage.models.coursework import Assignment, Submission, SubmissionFile, SubmissionReceipt


def submit(data: NewSubmission, act: Act) -> PostResponse:
    assignment = existing_assignment(data.assignment_id)
    student = act.author.username
    dates = due_dates(assignment, student)
    attempt = 1 + _attempts(assignment, student)
    _demand_taken(assignment, dates, attempt, act.now_ms)
    fields = Fields()
    fields.text("text", data.text, TEXT_MAX, optional=bool(data.files))
    files = all_attached(data.files, act, fields)
    submission = Submission.create(
        assignment=assignment,
        student=student,
        attempt=attempt,
        text=data.text,
        late=dates.is_late(act.now_ms),
        submitted_ms=act.now_ms,
    )
    for place, file in enumerate(files):
        SubmissionFile.create(
            submission=submission, place=place, file=file.sha256, name=file.name, media_type=file.media_type
        )
    receipt = None
    if act.version:
        receipt = SubmissionReceipt.create(
            submission=submission,
            sha256=submission_digest(data.text, files),
            log_index=act.index,
            term=act.term,
        )
    id_ = ids.SUBMISSION.id(submission.number)
    act.tell(EVENT_KIND_SUBMISSION_RECEIVED, id_, Audience.INSTRUCTORS, student)
    late_percent = late_policy(assignment).percent_lost(act.now_ms, dates.due_ms)
    standing = items.Standing(late=submission.late, late_percent=late_percent, receipt=receipt)
    return act.accepted(items.submission(submission, act.author.display_name, files, standing))


def _attempts(assignment: Assignment, student: str) -> int:
    own = (Submission.assignment == assignment) & (Submission.student == student)
    return int(Submission.select().where(own).count())


def _demand_taken(assignment: Assignment, dates: DueDates, attempt: int, now_ms: int) -> None:
    """Raises Refused NOT_OPEN, CLOSED or ATTEMPTS_USED: by the reason a client knows the rule, and can tell
    the date in its reader's time zone."""
    id_ = ids.ASSIGNMENT.id(assignment.number)
    if assignment.opens_ms is not None and now_ms < assignment.opens_ms:
        raise _rule("NOT_OPEN", f"{id_} opens on {written(assignment.opens_ms)}.")
    if dates.cutoff_ms is not None and now_ms > dates.cutoff_ms:
        raise _rule("CLOSED", f"{id_} closed on {written(dates.cutoff_ms)}.")
    if assignment.attempts_max and attempt > assignment.attempts_max:
        count = assignment.attempts_max
        only = f"The one attempt at {id_} is used."
        message = only if count == 1 else f"All {count} attempts at {id_} are used."
        raise _rule("ATTEMPTS_USED", message)


def _rule(reason: str, message: str) -> Refused:
    return Refused(Code.FAILED_PRECONDITION, reason, message)
