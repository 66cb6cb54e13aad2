"""What an assignment came to: exact, in hundredths of a point, over the newest attempts' newest grades."""

from __future__ import annotations

from collections.abc import Sequence

from lms_cluster import ids
from lms_cluster.due_dates import Extensions
from lms_cluster.newest_grades import is_newest
from lms_cluster.views.search import Search
from protos.lms_pb2 import ROLE_STUDENT, Item, Statistics
from storage.models.coursework import Assignment, GradeVersion, Submission
from storage.models.people import User


def find(search: Search) -> list[Item]:
    """The key is the assignment's number. Drafts count too: they are what a grader wants to look at."""
    query = Assignment.select()
    if search.filter.assignment_id:
        query = query.where(Assignment.number == ids.ASSIGNMENT.number(search.filter.assignment_id))
    students = User.select(User.username).where((User.role == ROLE_STUDENT) & (User.disabled == 0))
    usernames = {username for (username,) in students.tuples().iterator()}
    page = search.page(query, Assignment.number)
    return [_statistics(assignment, usernames, search.now_ms) for assignment in page]


def quantile(scores: Sequence[int], quarters: int) -> int:
    """The value below which `quarters` quarters of the sorted scores lie, between two of them by proportion:
    QUARTILE.INC of spreadsheets. Halves are rounded up. Precondition: there is a score."""
    whole, rest = divmod((len(scores) - 1) * quarters, 4)
    if not rest:
        return scores[whole]
    return (4 * scores[whole] + rest * (scores[whole + 1] - scores[whole]) + 2) // 4


def mean(scores: Sequence[int]) -> int:
    """Halves are rounded up. Precondition: there is a score."""
    return (2 * sum(scores) + len(scores)) // (2 * len(scores))


def _statistics(assignment: Assignment, students: set[str], now_ms: int) -> Item:
    newest = {
        row.student_id: row
        for row in Submission.select(Submission.number, Submission.student, Submission.submitted_ms)
        .where(Submission.assignment == assignment.number)
        .order_by(Submission.attempt)
        if row.student_id in students
    }
    grades = _newest_grades([row.number for row in newest.values()])
    scores = sorted(100 * row.points - row.deducted_hundredths for row in grades)
    extensions = Extensions([assignment.number])
    due = {student: extensions.dates(assignment, student) for student in students}
    data = Statistics(
        assignment_id=ids.ASSIGNMENT.id(assignment.number),
        assignment_title=assignment.title,
        points_max=assignment.points,
        students=len(students),
        submitted=len(newest),
        late=sum(due[student].is_late(row.submitted_ms) for student, row in newest.items()),
        missing=sum(now_ms > due[student].due_ms for student in students if student not in newest),
        graded=len(scores),
        released=sum(row.released_ms is not None for row in grades),
        scores_hundredths=scores,
    )
    if scores:
        data.mean_hundredths = mean(scores)
        data.lower_quartile_hundredths = quantile(scores, 1)
        data.median_hundredths = quantile(scores, 2)
        data.upper_quartile_hundredths = quantile(scores, 3)
    return Item(id=ids.ASSIGNMENT.id(assignment.number), statistics=data)


def _newest_grades(submissions: Sequence[int]) -> list[GradeVersion]:
    return list(GradeVersion.select().where(GradeVersion.submission.in_(submissions) & is_newest()))
