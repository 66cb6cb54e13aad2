"""Grades: to instructors the newest version, draft or not; to students the newest released one of theirs."""

from __future__ import annotations

from lms_cluster import items
from lms_cluster.grade_details import details_of
from lms_cluster.newest_grades import is_newest
from lms_cluster.views.search import Search
from lms_cluster.views.submissions import of_students
from protos.lms_pb2 import Item
from storage.models.coursework import Assignment, GradeVersion, Submission
from storage.models.people import User


def find(search: Search) -> list[Item]:
    """The key is the submission's number. `since`: when what is shown was graded; for a student, released."""
    student, grader = User.alias(), User.alias()
    query = (
        GradeVersion.select(GradeVersion, Submission, Assignment, student, grader)
        .join(grader, on=(GradeVersion.grader == grader.username))
        .switch(GradeVersion)
        .join(Submission)
        .join(student, on=(Submission.student == student.username))
        .switch(Submission)
        .join(Assignment)
        .where(is_newest(released=search.own))
    )
    query = of_students(query, search)
    if search.since_ms:
        changed_ms = GradeVersion.released_ms if search.own else GradeVersion.graded_ms
        query = query.where(changed_ms >= search.since_ms)
    rows = list(search.page(query, GradeVersion.submission))
    details = details_of(rows)
    return [
        items.grade(
            row,
            row.submission,
            row.submission.assignment,
            row.submission.student.display_name,
            row.grader.display_name,
            details[row.submission_id],
        )
        for row in rows
    ]
