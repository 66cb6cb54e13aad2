"""Grades from a spreadsheet: every row is checked first, then all of them become drafts, or none does.

Everything is looked up for all rows at once: the whole node waits while a command is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms_cluster import ids
from lms_cluster.commands.act import Act
from lms_cluster.due_dates import Extensions, late_policy
from lms_cluster.instants import written
from lms_cluster.newest_grades import is_newest
from lms_cluster.refusal import Code, Refused, Violation, invalid
from protos.lms_pb2 import ROLE_STUDENT, ImportedGrade, NewGradeImport, PostResponse
from storage.models.coursework import Assignment, FeedbackFile, GradeVersion, Submission
from storage.models.people import User

GRADES_MAX = 2_000
VIOLATIONS_MAX = 20
_INSERTED_TOGETHER = 500

Key = tuple[int, str]
"""An assignment's number and a student's username."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One grade that would change something. `feedback` and files stay with it."""

    submission: Submission
    version: int
    points: int
    late_percent: int
    deducted_hundredths: int
    feedback: str
    replaces: GradeVersion | None


def import_grades(data: NewGradeImport, act: Act) -> PostResponse:
    if not data.grades:
        raise invalid([Violation("grades", "must not be empty")])
    if len(data.grades) > GRADES_MAX:
        count = f"must be at most {GRADES_MAX:,}, you sent {len(data.grades):,}"
        raise invalid([Violation("grades", count)])
    check = _Check(data.grades)
    changes = [check.row(place, grade) for place, grade in enumerate(data.grades)]
    check.done()
    rows = [row for row in changes if row is not None]
    if not data.dry_run:
        _write(rows, act)
    changed = sum(row.replaces is not None for row in rows)
    act.detail = f"{len(rows) - changed} new, {changed} changed"
    accepted = act.accepted()
    accepted.added = len(rows) - changed
    accepted.changed = changed
    accepted.unchanged = len(changes) - len(rows)
    return accepted


class _Check:
    """What is stored of all that the rows name, and what is wrong with them."""

    def __init__(self, grades: Sequence[ImportedGrade]) -> None:
        numbers = {ids.ASSIGNMENT.number(grade.assignment_id) for grade in grades}
        named = sorted(number for number in numbers if number is not None)
        self._assignments = {
            row.number: row for row in Assignment.select().where(Assignment.number.in_(named))
        }
        students = User.select(User.username).where(User.role == ROLE_STUDENT)
        self._students = {username for (username,) in students.tuples().iterator()}
        self._submissions = _newest_attempts(self._assignments)
        self._grades = _newest_versions(self._assignments)
        self._extensions = Extensions(self._assignments)
        self._seen: dict[Key, int] = {}
        self._wrong: list[Violation] = []
        self._changed: list[tuple[Violation, GradeVersion | None]] = []

    def row(self, place: int, grade: ImportedGrade) -> _Row | None:
        """None for one that changes nothing, or that is wrong."""
        try:
            return self._row(place, grade)
        except _Wrong as wrong:
            self._wrong.append(Violation(f"grades[{place}]{wrong.field}", wrong.description))
            return None

    def _row(self, place: int, grade: ImportedGrade) -> _Row | None:
        assignment, submission = self._target(place, grade)
        policy = late_policy(assignment)
        due_ms = self._extensions.dates(assignment, grade.student).due_ms
        late_percent = policy.percent_lost(submission.submitted_ms, due_ms)
        newest = self._grades.get(submission.number)
        if newest is not None and _same(grade, newest):
            return None
        points: int | None = grade.points
        if grade.HasField("score_hundredths"):
            points = policy.points_for_score(grade.score_hundredths, assignment.points, late_percent)
        if points is None or not 0 <= points <= assignment.points:
            raise _Wrong(".points", _out_of_range(grade, assignment, late_percent))
        version = 0 if newest is None else newest.version
        if grade.version != version:
            stale = Violation(f"grades[{place}].version", f"must be {version}, you sent {grade.version}")
            self._changed.append((stale, newest))
            return None
        return _Row(
            submission=submission,
            version=version + 1,
            points=points,
            late_percent=late_percent,
            deducted_hundredths=policy.deducted_hundredths(points, assignment.points, late_percent),
            feedback="" if newest is None else newest.feedback,
            replaces=newest,
        )

    def _target(self, place: int, grade: ImportedGrade) -> tuple[Assignment, Submission]:
        """Whose grade of what it is: the newest attempt. Raises _Wrong."""
        assignment = self._assignments.get(ids.ASSIGNMENT.number(grade.assignment_id) or 0)
        if assignment is None:
            raise _Wrong(".assignment_id", f"there is no assignment {grade.assignment_id}")
        if grade.student not in self._students:
            raise _Wrong(".student", f"there is no student {grade.student}")
        key = assignment.number, grade.student
        if self._seen.setdefault(key, place) != place:
            raise _Wrong("", f"must be given once for {grade.student} in {grade.assignment_id}")
        submission = self._submissions.get(key)
        if submission is None:
            raise _Wrong("", f"{grade.student} has not handed in {grade.assignment_id}")
        return assignment, submission

    def done(self) -> None:
        """Raises Refused INVALID_FIELD for what is wrong, GRADE_CHANGED for what changed meanwhile."""
        if self._wrong:
            raise invalid(self._wrong[:VIOLATIONS_MAX])
        if self._changed:
            _, newest = self._changed[0]
            message = "A grade was changed since the file was checked; nothing was imported."
            if newest is not None:
                when = written(newest.graded_ms)
                message = f"{newest.grader.display_name} changed a grade at {when}; nothing was imported."
            violations = [violation for violation, _ in self._changed[:VIOLATIONS_MAX]]
            raise Refused(Code.ABORTED, "GRADE_CHANGED", message, violations)


class _Wrong(Exception):
    """One row cannot be meant; `field` goes on after the row's own name."""

    def __init__(self, field: str, description: str) -> None:
        super().__init__(description)
        self.field = field
        self.description = description


def _same(grade: ImportedGrade, newest: GradeVersion) -> bool:
    if grade.HasField("score_hundredths"):
        return bool(grade.score_hundredths == 100 * newest.points - newest.deducted_hundredths)
    return bool(grade.points == newest.points)


def _out_of_range(grade: ImportedGrade, assignment: Assignment, late_percent: int) -> str:
    if not grade.HasField("score_hundredths"):
        return f"must be 0 to {assignment.points}, you sent {grade.points}"
    sent = _in_points(grade.score_hundredths)
    if not late_percent:
        return f"must be a whole number from 0 to {assignment.points}, you sent {sent}"
    return (
        f"no whole number of points from 0 to {assignment.points} leaves {sent} of late work, "
        f"which loses {late_percent} % of {assignment.points}"
    )


def _in_points(hundredths: int) -> str:
    """ "14", "13.5": as short as it is exact."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".")


def _newest_attempts(assignments: Iterable[int]) -> dict[Key, Submission]:
    """All but the work itself, of which there may be more than a node should hold."""
    wanted = (Submission.number, Submission.assignment, Submission.student, Submission.submitted_ms)
    rows = Submission.select(*wanted).where(Submission.assignment.in_(list(assignments)))
    rows = rows.order_by(Submission.number)
    return {(row.assignment_id, row.student_id): row for row in rows}


def _newest_versions(assignments: Mapping[int, Assignment]) -> dict[int, GradeVersion]:
    """By submission number, with their graders."""
    rows = (
        GradeVersion.select(GradeVersion, User)
        .join(User)
        .switch(GradeVersion)
        .join(Submission)
        .where(Submission.assignment.in_(list(assignments)) & is_newest())
    )
    return {row.submission_id: row for row in rows}


def _write(rows: Sequence[_Row], act: Act) -> None:
    """Feedback and its files go on with the new points; scores of a rubric would no longer add up."""
    for first in range(0, len(rows), _INSERTED_TOGETHER):
        GradeVersion.insert_many(
            [
                {
                    GradeVersion.submission: row.submission.number,
                    GradeVersion.version: row.version,
                    GradeVersion.points: row.points,
                    GradeVersion.feedback: row.feedback,
                    GradeVersion.grader: act.author.username,
                    GradeVersion.graded_ms: act.now_ms,
                    GradeVersion.deducted_hundredths: row.deducted_hundredths,
                    GradeVersion.late_percent: row.late_percent,
                }
                for row in rows[first : first + _INSERTED_TOGETHER]
            ]
        ).execute()
    before = {row.submission.number: row.replaces.version for row in rows if row.replaces is not None}
    for file in list(FeedbackFile.select().where(FeedbackFile.submission.in_(list(before)))):
        if file.version == before[file.submission_id]:
            FeedbackFile.create(
                submission=file.submission_id,
                version=file.version + 1,
                place=file.place,
                file=file.file_id,
                name=file.name,
                media_type=file.media_type,
            )
