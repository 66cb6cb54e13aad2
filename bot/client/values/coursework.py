"""Assignments, submissions, progress."""

from __future__ import annotations

from datetime import timedelta

from bot.client.api import (
    Assignment,
    AssignmentRules,
    Extension,
    LatePolicy,
    Progress,
    RubricLine,
    Submission,
)
from bot.client.values.basics import file, moment
from protos import lms_pb2


def assignment(item: lms_pb2.Item) -> Assignment:
    message = item.assignment
    return Assignment(
        id=item.id,
        title=message.title,
        instructions=message.instructions,
        points=message.points,
        everybodys_due=moment(message.due),
        submissions=message.submissions,
        rules=_rules(message),
        extended_due=moment(message.extended_due) if message.HasField("extended_due") else None,
    )


def _rules(message: lms_pb2.Assignment) -> AssignmentRules:
    late = None
    if message.HasField("late"):
        interval = timedelta(seconds=message.late.interval_seconds)
        late = LatePolicy(message.late.percent, interval, message.late.minimum_percent)
    return AssignmentRules(
        opens=moment(message.opens) if message.HasField("opens") else None,
        cutoff=moment(message.cutoff) if message.HasField("cutoff") else None,
        attempts_max=message.attempts_max,
        late=late,
        rubric=tuple(RubricLine(line.criterion, line.points) for line in message.rubric),
        files=tuple(file(each) for each in message.files),
    )


def late_message(late: LatePolicy) -> lms_pb2.LatePolicy:
    return lms_pb2.LatePolicy(
        percent=late.percent,
        interval_seconds=int(late.interval.total_seconds()),
        minimum_percent=late.minimum_percent,
    )


def extension(item: lms_pb2.Item) -> Extension:
    message = item.extension
    return Extension(
        id=item.id,
        assignment_id=message.assignment_id,
        student=message.student,
        student_name=message.student_name,
        due=moment(message.due),
        author=message.author,
        granted_at=moment(message.granted_at),
    )


def submission(item: lms_pb2.Item) -> Submission:
    message = item.submission
    return Submission(
        id=item.id,
        assignment_id=message.assignment_id,
        student=message.student,
        student_name=message.student_name,
        text=message.text,
        files=tuple(file(each) for each in message.files),
        attempt=message.attempt,
        late=message.late,
        submitted_at=moment(message.submitted_at),
        graded=message.graded,
        sha256=message.sha256,
        index=message.index,
        term=message.term,
        same_files_as=tuple(message.same_files_as),
        late_percent=message.late_percent,
    )


def progress(item: lms_pb2.Item) -> Progress:
    message = item.progress
    return Progress(
        student=message.student,
        student_name=message.student_name,
        materials=message.materials,
        materials_read=message.materials_read,
        assignments=message.assignments,
        assignments_submitted=message.assignments_submitted,
        assignments_graded=message.assignments_graded,
        points=message.points,
        points_max=message.points_max,
        score_hundredths=message.score_hundredths,
    )
