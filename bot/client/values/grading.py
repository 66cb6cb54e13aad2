"""Grades."""

from __future__ import annotations

from bot.client.api import Grade
from protos import lms_pb2


def grade(item: lms_pb2.Item) -> Grade:
    message = item.grade
    return Grade(
        id=item.id,
        assignment_id=message.assignment_id,
        assignment_title=message.assignment_title,
        student=message.student,
        student_name=message.student_name,
        points=message.points,
        points_max=message.points_max,
        feedback=message.feedback,
        version=message.version,
        released=message.released,
        grader=message.grader,
    )
