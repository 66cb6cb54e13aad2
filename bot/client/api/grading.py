"""Grades, drafts until they are released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.client.api.outcomes import Page, Receipt


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


class GradingCalls(Protocol):
    async def grades(self, token: str, assignment_id: str = "", page: str = "") -> Page[Grade]: ...
    async def grade(self, token: str, submission_id: str) -> Grade: ...
    async def put_grade(
        self, token: str, request_id: str, submission_id: str, points: int, feedback: str, version: int
    ) -> Receipt[Grade]: ...
    async def release(self, token: str, request_id: str, assignment_id: str) -> Receipt[int]:
        """Returns how many grades were published."""
        ...
