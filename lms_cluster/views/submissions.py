"""Submissions: a student's own, or everybody's for instructors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from peewee import ModelSelect, fn

from lms_cluster import ids, items
from lms_cluster.due_dates import Extensions, late_policy
from lms_cluster.views.same_files import same_files
from lms_cluster.views.search import Row, Search
from protos.lms_pb2 import File, Item
from storage.models.coursework import Assignment, GradeVersion, Submission, SubmissionFile, SubmissionReceipt
from storage.models.files import StoredFile
from storage.models.people import User


def find(search: Search) -> list[Item]:
    rows = list(_matching(search))
    numbers = [row.number for row in rows]
    files = files_of(numbers)
    standings = _standings(rows, search.own)
    return [
        items.submission(row, row.student.display_name, files[row.number], standings[row.number])
        for row in rows
    ]


def of_students(query: ModelSelect[Row], search: Search) -> ModelSelect[Row]:
    """Of rows joined with their submissions those of the student and the assignment that are looked for, and
    of nobody but the viewer who sees only their own."""
    if search.own:
        query = query.where(Submission.student == search.viewer.username)
    if search.filter.student:
        query = query.where(Submission.student == search.filter.student)
    if search.filter.assignment_id:
        query = query.where(Submission.assignment == ids.ASSIGNMENT.number(search.filter.assignment_id))
    return query


def files_of(submissions: Sequence[int]) -> Mapping[int, list[File]]:
    """By submission number, in the order they were attached."""
    files: dict[int, list[File]] = {number: [] for number in submissions}
    for row in (
        SubmissionFile.select(SubmissionFile, StoredFile)
        .join(StoredFile)
        .where(SubmissionFile.submission.in_(list(submissions)))
        .order_by(SubmissionFile.submission, SubmissionFile.place)
    ):
        file = File(sha256=row.file_id, name=row.name, media_type=row.media_type, size=row.file.size)
        files[row.submission_id].append(file)
    return files


def _standings(rows: Sequence[Submission], own: bool) -> dict[int, items.Standing]:
    """Lateness is judged by what is due today (due_dates)."""
    numbers = [row.number for row in rows]
    graded_query = _graded(own).where(GradeVersion.submission.in_(numbers))
    graded = {number for (number,) in graded_query.tuples().iterator()}
    receipts = {
        receipt.submission_id: receipt
        for receipt in SubmissionReceipt.select().where(SubmissionReceipt.submission.in_(numbers))
    }
    extensions = Extensions({row.assignment_id for row in rows})
    same = same_files(rows, own)
    standings = {}
    for row in rows:
        dates = extensions.dates(row.assignment, row.student_id)
        standings[row.number] = items.Standing(
            late=dates.is_late(row.submitted_ms),
            late_percent=late_policy(row.assignment).percent_lost(row.submitted_ms, dates.due_ms),
            graded=row.number in graded,
            receipt=receipts.get(row.number),
            same_files_as=same[row.number],
        )
    return standings


def _matching(search: Search) -> ModelSelect[Submission]:
    """`pending`: newest attempts without a grade; for a student, without a released one."""
    query = Submission.select(Submission, User, Assignment).join(User).switch(Submission).join(Assignment)
    query = of_students(query, search)
    if search.since_ms:
        query = query.where(Submission.submitted_ms >= search.since_ms)
    if search.filter.pending:
        attempt = Submission.alias()
        newest = attempt.select(fn.MAX(attempt.number)).group_by(attempt.assignment, attempt.student)
        query = query.where(Submission.number.in_(newest) & Submission.number.not_in(_graded(search.own)))
    return search.page(query, Submission.number)


def _graded(released_only: bool) -> ModelSelect[GradeVersion]:
    """Selects the numbers of graded submissions."""
    query = GradeVersion.select(GradeVersion.submission).distinct()
    return query.where(GradeVersion.released_ms.is_null(False)) if released_only else query
