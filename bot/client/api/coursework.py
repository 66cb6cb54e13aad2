"""Assignments, what is handed in for them, and how far everybody has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.client.api.course import File
from bot.client.api.outcomes import Page, Receipt


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """For every interval after the due date that has begun, `percent` of the points at most is deducted."""

    percent: int
    interval: timedelta
    minimum_percent: int = 0
    """Lateness alone takes no grade below this share of the points at most."""


@dataclass(frozen=True, slots=True)
class RubricLine:
    criterion: str
    points: int
    """At most."""


@dataclass(frozen=True, slots=True)
class AssignmentRules:
    """When and how often work is taken, how it is graded, and the files to work with."""

    opens: datetime | None = None
    """None: at once."""
    cutoff: datetime | None = None
    """None: work is taken without end."""
    attempts_max: int = 0
    """0: any number."""
    late: LatePolicy | None = None
    """None: late work is marked, and loses nothing."""
    rubric: tuple[RubricLine, ...] = ()
    files: tuple[File, ...] = ()


NO_RULES = AssignmentRules()


@dataclass(frozen=True, slots=True)
class Assignment:
    """Before it opens, a student is given neither instructions nor rubric nor files."""

    id: str
    title: str
    instructions: str
    points: int
    everybodys_due: datetime
    submissions: int
    """A student's own attempts; to others, how many students have handed in."""
    rules: AssignmentRules
    extended_due: datetime | None
    """The reader's own due date, where an extension gave them one."""

    @property
    def due(self) -> datetime:
        return self.extended_due or self.everybodys_due

    @property
    def closes(self) -> datetime | None:
        """Until when the reader's work is taken; None: without end."""
        cutoff = self.rules.cutoff
        return None if cutoff is None else max(cutoff, self.due)


@dataclass(frozen=True, slots=True)
class Extension:
    id: str
    assignment_id: str
    student: str
    student_name: str
    due: datetime
    author: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class Submission:
    id: str
    assignment_id: str
    student: str
    student_name: str
    text: str
    files: tuple[File, ...]
    attempt: int
    late: bool
    submitted_at: datetime
    graded: bool
    sha256: str
    """Of the whole submission: with where it stands in the log, its receipt. Empty where there is none."""
    index: int
    term: int
    same_files_as: tuple[str, ...]
    """Submissions with one of these files: the student's own earlier ones; to an instructor, others' too."""
    late_percent: int
    """What lateness asks for, of the points at most."""


@dataclass(frozen=True, slots=True)
class Progress:
    student: str
    student_name: str
    materials: int
    materials_read: int
    assignments: int
    assignments_submitted: int
    assignments_graded: int
    points: int
    points_max: int
    score_hundredths: int
    """The points, less what lateness took."""


class CourseworkCalls(Protocol):
    async def assignments(self, token: str, *, page: str = "") -> Page[Assignment]: ...
    async def assignment(self, token: str, assignment_id: str) -> Assignment: ...
    async def submissions(
        self, token: str, assignment_id: str = "", pending: bool = False, *, page: str = ""
    ) -> Page[Submission]: ...
    async def submission(self, token: str, submission_id: str) -> Submission: ...
    async def progress(self, token: str, *, page: str = "") -> Page[Progress]: ...
    async def add_assignment(
        self,
        token: str,
        request_id: str,
        title: str,
        instructions: str,
        points: int,
        due: datetime,
        rules: AssignmentRules = NO_RULES,
    ) -> Receipt[Assignment]: ...
    async def extend(
        self, token: str, request_id: str, assignment_id: str, student: str, due: datetime
    ) -> Receipt[Extension]: ...
    async def extensions(self, token: str, assignment_id: str = "", *, page: str = "") -> Page[Extension]: ...
    async def submit(
        self, token: str, request_id: str, assignment_id: str, text: str, files: tuple[File, ...]
    ) -> Receipt[Submission]: ...
