"""Grades, drafts until they are released; requests to look at one again; what an assignment came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.client.api.course import File
from bot.client.api.outcomes import ImportCounts, Page, Receipt


@dataclass(frozen=True, slots=True)
class RubricScore:
    criterion: str
    points: int


@dataclass(frozen=True, slots=True)
class Grade:
    id: str
    """The submission's id."""
    assignment_id: str
    assignment_title: str
    student: str
    student_name: str
    points: int
    points_max: int
    feedback: str
    version: int
    released: bool
    grader: str
    graded_at: datetime
    deducted_hundredths: int = 0
    """What lateness takes from `points`, in hundredths of a point."""
    late_percent: int = 0
    """The share of the points at most that lateness was asked for."""
    rubric: tuple[RubricScore, ...] = ()
    files: tuple[File, ...] = ()
    """With the feedback."""

    @property
    def score_hundredths(self) -> int:
        """What is left after lateness, in hundredths of a point."""
        return 100 * self.points - self.deducted_hundredths


@dataclass(frozen=True, slots=True)
class RegradeMessage:
    text: str
    author: str
    """By display name."""
    by_student: bool
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Regrade:
    id: str
    assignment_id: str
    assignment_title: str
    submission_id: str
    student: str
    student_name: str
    resolved: bool
    messages: tuple[RegradeMessage, ...]
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Statistics:
    """Over the newest attempts' newest grades, drafts too; scores are after lateness, in hundredths."""

    assignment_id: str
    assignment_title: str
    points_max: int
    students: int
    submitted: int
    late: int
    missing: int
    """Not handed in, though it was due."""
    graded: int
    released: int
    scores_hundredths: tuple[int, ...]
    """Sorted. Without any, the figures below mean nothing."""
    mean_hundredths: int
    median_hundredths: int
    lower_quartile_hundredths: int
    upper_quartile_hundredths: int


@dataclass(frozen=True, slots=True)
class ImportedGrade:
    """One of `points`, as a grader gives them, and `score_hundredths`, what is to be left after lateness."""

    assignment_id: str
    student: str
    version: int
    """The one that it replaces; 0 for none."""
    points: int | None = None
    score_hundredths: int | None = None


class GradingCalls(Protocol):
    async def grades(self, token: str, assignment_id: str = "", *, page: str = "") -> Page[Grade]: ...
    async def grade(self, token: str, submission_id: str) -> Grade: ...
    async def put_grade(
        self,
        token: str,
        request_id: str,
        submission_id: str,
        points: int,
        feedback: str,
        version: int,
        rubric: Sequence[RubricScore] = (),
        files: Sequence[File] = (),
        release: bool = False,
    ) -> Receipt[Grade]: ...
    async def put_feedback(
        self,
        token: str,
        request_id: str,
        submission_id: str,
        feedback: str,
        files: Sequence[File],
        version: int,
    ) -> Receipt[Grade]:
        """Points, files and, where none is given here, the text stay; `files` join those there. `version` may
        be 0 where there is no text that this one would replace."""
        ...

    async def release(self, token: str, request_id: str, assignment_id: str) -> Receipt[int]:
        """Returns how many grades were published."""
        ...

    async def release_grade(self, token: str, request_id: str, submission_id: str) -> Receipt[Grade]: ...
    async def import_grades(
        self, token: str, request_id: str, grades: Sequence[ImportedGrade], dry_run: bool
    ) -> Receipt[ImportCounts]:
        """All of them, as drafts, or none."""
        ...

    async def request_regrade(
        self, token: str, request_id: str, assignment_id: str, reason: str
    ) -> Receipt[Regrade]: ...
    async def reply_regrade(
        self, token: str, request_id: str, regrade_id: str, text: str, resolve: bool
    ) -> Receipt[Regrade]: ...
    async def regrades(self, token: str, pending: bool = False, *, page: str = "") -> Page[Regrade]: ...
    async def regrade(self, token: str, regrade_id: str) -> Regrade: ...
    async def statistics(self, token: str, assignment_id: str) -> Statistics: ...
