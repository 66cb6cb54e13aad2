"""Assignments, submissions, progress."""

from __future__ import annotations

from bot.client.api import Assignment, Progress, Submission
from bot.client.values.basics import file, moment
from protos import lms_pb2


def assignment(item: lms_pb2.Item) -> Assignment:
    message = item.assignment
    return Assignment(
        id=item.id,
        title=message.title,
        instructions=message.instructions,
        points=message.points,
        due=moment(message.due),
        submissions=message.submissions,
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
    )
