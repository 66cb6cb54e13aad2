"""Stored rows as the items people read. Nothing is looked up here; who may see it is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms_cluster import ids
from lms_cluster.grade_details import GradeDetails
from lms_cluster.instants import timestamp
from protos import lms_pb2 as lms
from storage.models.course import Announcement, Material, Tutoring
from storage.models.coursework import (
    Assignment,
    Extension,
    GradeVersion,
    Regrade,
    Submission,
    SubmissionReceipt,
)
from storage.models.people import OPERATOR, Audit, User

TUTORING_ID = "tutor"
"""There is one such item."""


def user(row: User) -> lms.Item:
    data = lms.User(
        username=row.username,
        display_name=row.display_name,
        role=lms.Role.ValueType(row.role),
        disabled=row.disabled,
        without_password=not row.password_hash,
        sourced_id=row.sourced_id,
    )
    return lms.Item(id=row.username, user=data)


def material(row: Material, size: int, author: str, text: str = "") -> lms.Item:
    """`author` by display name."""
    data = lms.Material(
        title=row.title,
        topic=row.topic,
        file=lms.File(sha256=row.file_id, name=row.file_name, media_type=row.media_type, size=size),
        text=text,
        passages=row.passages,
        published_at=timestamp(row.published_ms),
        author=author,
        unquotable=row.unquotable,
    )
    return lms.Item(id=ids.MATERIAL.id(row.number), material=data)


def assignment(
    row: Assignment,
    submissions: int,
    rubric: Iterable[lms.RubricLine] = (),
    files: Iterable[lms.File] = (),
    extended_due_ms: int | None = None,
) -> lms.Item:
    late = None
    if row.late_percent:
        late = lms.LatePolicy(
            percent=row.late_percent,
            interval_seconds=row.late_interval_ms // 1000,
            minimum_percent=row.late_minimum_percent,
        )
    data = lms.Assignment(
        title=row.title,
        instructions=row.instructions,
        points=row.points,
        due=timestamp(row.due_ms),
        created_at=timestamp(row.created_ms),
        submissions=submissions,
        opens=None if row.opens_ms is None else timestamp(row.opens_ms),
        cutoff=None if row.cutoff_ms is None else timestamp(row.cutoff_ms),
        attempts_max=row.attempts_max,
        late=late,
        rubric=rubric,
        files=files,
        extended_due=None if extended_due_ms is None else timestamp(extended_due_ms),
    )
    return lms.Item(id=ids.ASSIGNMENT.id(row.number), assignment=data)


def extension(row: Extension, student_name: str, author: str) -> lms.Item:
    """`author` by display name."""
    data = lms.Extension(
        assignment_id=ids.ASSIGNMENT.id(row.assignment_id),
        student=row.student_id,
        student_name=student_name,
        due=timestamp(row.due_ms),
        author=author,
        granted_at=timestamp(row.granted_ms),
    )
    return lms.Item(id=ids.EXTENSION.id(row.number), extension=data)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said of a submission beside what was handed in."""

    late: bool
    late_percent: int = 0
    graded: bool = False
    receipt: SubmissionReceipt | None = None
    same_files_as: Sequence[int] = ()
    """By number."""


def submission(row: Submission, student_name: str, files: Iterable[lms.File], standing: Standing) -> lms.Item:
    data = lms.Submission(
        assignment_id=ids.ASSIGNMENT.id(row.assignment_id),
        student=row.student_id,
        student_name=student_name,
        text=row.text,
        files=files,
        attempt=row.attempt,
        late=standing.late,
        submitted_at=timestamp(row.submitted_ms),
        graded=standing.graded,
        same_files_as=[ids.SUBMISSION.id(number) for number in standing.same_files_as],
        late_percent=standing.late_percent,
    )
    if standing.receipt is not None:
        data.sha256 = standing.receipt.sha256
        data.index = standing.receipt.log_index
        data.term = standing.receipt.term
    return lms.Item(id=ids.SUBMISSION.id(row.number), submission=data)


def grade(
    row: GradeVersion,
    submission: Submission,
    assignment: Assignment,
    student_name: str,
    grader: str,
    details: GradeDetails,
) -> lms.Item:
    """`grader` by display name."""
    data = lms.Grade(
        submission_id=ids.SUBMISSION.id(submission.number),
        assignment_id=ids.ASSIGNMENT.id(assignment.number),
        assignment_title=assignment.title,
        student=submission.student_id,
        student_name=student_name,
        points=row.points,
        points_max=assignment.points,
        feedback=row.feedback,
        version=row.version,
        released=row.released_ms is not None,
        grader=grader,
        graded_at=timestamp(row.graded_ms),
        released_at=None if row.released_ms is None else timestamp(row.released_ms),
        deducted_hundredths=row.deducted_hundredths,
        late_percent=row.late_percent,
        rubric=details.rubric,
        files=details.files,
    )
    return lms.Item(id=ids.SUBMISSION.id(submission.number), grade=data)


def regrade(
    row: Regrade,
    submission: Submission,
    assignment: Assignment,
    student_name: str,
    messages: Iterable[lms.RegradeMessage],
) -> lms.Item:
    data = lms.Regrade(
        assignment_id=ids.ASSIGNMENT.id(assignment.number),
        assignment_title=assignment.title,
        submission_id=ids.SUBMISSION.id(submission.number),
        student=submission.student_id,
        student_name=student_name,
        resolved=row.resolved,
        messages=messages,
        requested_at=timestamp(row.requested_ms),
    )
    return lms.Item(id=ids.REGRADE.id(row.number), regrade=data)


def announcement(row: Announcement, author: str) -> lms.Item:
    """`author` by display name."""
    data = lms.Announcement(text=row.text, author=author, announced_at=timestamp(row.announced_ms))
    return lms.Item(id=ids.ANNOUNCEMENT.id(row.number), announcement=data)


def tutoring(row: Tutoring | None, author: str) -> lms.Item:
    """`author` by display name. None: nobody has said anything yet."""
    data = lms.Tutoring(policy=lms.TUTOR_POLICY_QUOTE)
    if row is not None:
        data.policy = lms.TutorPolicy.ValueType(row.policy)
        data.author = author
        data.set_at.CopyFrom(timestamp(row.set_ms))
    return lms.Item(id=TUTORING_ID, tutoring=data)


def audit(row: Audit, display_name: str) -> lms.Item:
    """`display_name`: the author's; empty where the record names none."""
    by_operator = row.username == OPERATOR
    data = lms.Audit(
        username="" if by_operator else row.username,
        display_name=display_name,
        deed=row.deed,
        object=row.object,
        detail=row.detail,
        index=row.log_index,
        term=row.term,
        time=timestamp(row.time_ms),
        operator=by_operator,
    )
    return lms.Item(id=str(row.log_index), audit=data)
