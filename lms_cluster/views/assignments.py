"""Assignments, with how much was handed in: by the student who looks, or by how many students."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from peewee import fn

from lms_cluster import items
from lms_cluster.due_dates import Extensions
from lms_cluster.viewer import Viewer
from lms_cluster.views.search import Search
from protos import lms_pb2 as lms
from protos.lms_pb2 import ROLE_STUDENT, Item
from storage.models.coursework import Assignment, AssignmentFile, RubricLine, Submission
from storage.models.files import StoredFile


def find(search: Search) -> list[Item]:
    """Before it opens, a student sees what and when, but neither instructions nor rubric nor files."""
    query = Assignment.select()
    if search.since_ms:
        query = query.where(Assignment.created_ms >= search.since_ms)
    rows = list(search.page(query, Assignment.number))
    student = search.viewer.role == ROLE_STUDENT
    numbers = [row.number for row in rows]
    submissions = _submissions(numbers, search.viewer)
    shown = [row.number for row in rows if not (student and search.now_ms < (row.opens_ms or 0))]
    files, rubrics = files_of(shown), rubrics_of(shown)
    extensions = Extensions(numbers, search.viewer.username) if student else None
    found = []
    for row in rows:
        extended_ms = None
        if extensions is not None:
            dates = extensions.dates(row, search.viewer.username)
            extended_ms = dates.due_ms if dates.extended else None
        item = items.assignment(
            row,
            submissions.get(row.number, 0),
            rubric=rubrics.get(row.number, ()),
            files=files.get(row.number, ()),
            extended_due_ms=extended_ms,
        )
        if row.number not in files:
            item.assignment.instructions = ""
        found.append(item)
    return found


def files_of(assignments: Sequence[int]) -> Mapping[int, list[lms.File]]:
    """By assignment number, in the order they were attached."""
    files: dict[int, list[lms.File]] = {number: [] for number in assignments}
    for row in (
        AssignmentFile.select(AssignmentFile, StoredFile)
        .join(StoredFile)
        .where(AssignmentFile.assignment.in_(list(assignments)))
        .order_by(AssignmentFile.assignment, AssignmentFile.place)
    ):
        file = lms.File(sha256=row.file_id, name=row.name, media_type=row.media_type, size=row.file.size)
        files[row.assignment_id].append(file)
    return files


def rubrics_of(assignments: Sequence[int]) -> Mapping[int, list[lms.RubricLine]]:
    """By assignment number, in the order in which it was written."""
    rubrics: dict[int, list[lms.RubricLine]] = {}
    for row in (
        RubricLine.select()
        .where(RubricLine.assignment.in_(list(assignments)))
        .order_by(RubricLine.assignment, RubricLine.place)
    ):
        line = lms.RubricLine(criterion=row.criterion, points=row.points)
        rubrics.setdefault(row.assignment_id, []).append(line)
    return rubrics


def _submissions(assignments: Sequence[int], viewer: Viewer) -> dict[int, int]:
    own = viewer.role == ROLE_STUDENT
    counted = fn.COUNT(Submission.number) if own else fn.COUNT(Submission.student.distinct())
    query = Submission.select(Submission.assignment, counted).group_by(Submission.assignment)
    query = query.where(Submission.assignment.in_(list(assignments)))
    if own:
        query = query.where(Submission.student == viewer.username)
    return dict(query.tuples().iterator())
