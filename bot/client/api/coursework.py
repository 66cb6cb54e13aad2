"""Assignments, what is handed in for them, and how far everybody has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.client.api.course import File
from bot.client.api.outcomes import Page, Receipt


@dataclass(frozen=True, slots=True)
class Assignment:
    id: str
    title: str
    instructions: str
    points: int
    due: datetime
    submissions: int


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


class CourseworkCalls(Protocol):
    async def assignments(self, token: str, page: str = "") -> Page[Assignment]: ...
    async def assignment(self, token: str, assignment_id: str) -> Assignment: ...
    async def submissions(
        self, token: str, assignment_id: str = "", pending: bool = False, page: str = ""
    ) -> Page[Submission]: ...
    async def submission(self, token: str, submission_id: str) -> Submission: ...
    async def progress(self, token: str, page: str = "") -> Page[Progress]: ...
    async def add_assignment(
        self, token: str, request_id: str, title: str, instructions: str, points: int, due: datetime
    ) -> Receipt[Assignment]: ...
    async def submit(
        self, token: str, request_id: str, assignment_id: str, text: str, files: tuple[File, ...]
    ) -> Receipt[Submission]: ...
