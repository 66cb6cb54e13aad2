"""Grades, requests to look at one again, statistics."""

from __future__ import annotations

from bot.client.api import Grade, Regrade, RegradeMessage, RubricScore, Statistics
from bot.client.values.basics import file, moment
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
        graded_at=moment(message.graded_at),
        deducted_hundredths=message.deducted_hundredths,
        late_percent=message.late_percent,
        rubric=tuple(RubricScore(each.criterion, each.points) for each in message.rubric),
        files=tuple(file(each) for each in message.files),
    )


def regrade(item: lms_pb2.Item) -> Regrade:
    message = item.regrade
    return Regrade(
        id=item.id,
        assignment_id=message.assignment_id,
        assignment_title=message.assignment_title,
        submission_id=message.submission_id,
        student=message.student,
        student_name=message.student_name,
        resolved=message.resolved,
        messages=tuple(
            RegradeMessage(each.text, each.author, each.by_student, moment(each.written_at))
            for each in message.messages
        ),
        requested_at=moment(message.requested_at),
    )


def statistics(item: lms_pb2.Item) -> Statistics:
    message = item.statistics
    return Statistics(
        assignment_id=message.assignment_id,
        assignment_title=message.assignment_title,
        points_max=message.points_max,
        students=message.students,
        submitted=message.submitted,
        late=message.late,
        missing=message.missing,
        graded=message.graded,
        released=message.released,
        scores_hundredths=tuple(message.scores_hundredths),
        mean_hundredths=message.mean_hundredths,
        median_hundredths=message.median_hundredths,
        lower_quartile_hundredths=message.lower_quartile_hundredths,
        upper_quartile_hundredths=message.upper_quartile_hundredths,
    )
