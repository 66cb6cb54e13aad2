"""Assignments, what is handed in for them, and how far everybody has come."""

from __future__ import annotations

from datetime import datetime

from bot.client.api import Assignment, AssignmentRules, Extension, File, Page, Progress, Receipt, Submission
from bot.client.api.coursework import NO_RULES
from bot.client.calls.base import Calls, receipt
from bot.client.values import basics, coursework
from protos import lms_pb2
from protos.lms_pb2 import PostRequest


class Coursework(Calls):
    async def assignments(self, token: str, *, page: str = "") -> Page[Assignment]:
        return await self._list(token, Assignment, lms_pb2.KIND_ASSIGNMENT, lms_pb2.Filter(), page)

    async def assignment(self, token: str, assignment_id: str) -> Assignment:
        return await self._one(token, Assignment, lms_pb2.KIND_ASSIGNMENT, assignment_id)

    async def submissions(
        self, token: str, assignment_id: str = "", pending: bool = False, *, page: str = ""
    ) -> Page[Submission]:
        wanted = lms_pb2.Filter(assignment_id=assignment_id, pending=pending)
        return await self._list(token, Submission, lms_pb2.KIND_SUBMISSION, wanted, page)

    async def submission(self, token: str, submission_id: str) -> Submission:
        return await self._one(token, Submission, lms_pb2.KIND_SUBMISSION, submission_id)

    async def progress(self, token: str, *, page: str = "") -> Page[Progress]:
        return await self._list(token, Progress, lms_pb2.KIND_PROGRESS, lms_pb2.Filter(), page)

    async def add_assignment(
        self,
        token: str,
        request_id: str,
        title: str,
        instructions: str,
        points: int,
        due: datetime,
        rules: AssignmentRules = NO_RULES,
    ) -> Receipt[Assignment]:
        new = lms_pb2.NewAssignment(
            title=title,
            instructions=instructions,
            points=points,
            due=basics.timestamp(due),
            opens=None if rules.opens is None else basics.timestamp(rules.opens),
            cutoff=None if rules.cutoff is None else basics.timestamp(rules.cutoff),
            attempts_max=rules.attempts_max,
            late=None if rules.late is None else coursework.late_message(rules.late),
            rubric=[
                lms_pb2.RubricLine(criterion=line.criterion, points=line.points) for line in rules.rubric
            ],
            files=[basics.file_message(file) for file in rules.files],
        )
        response = await self._post(token, PostRequest(request_id=request_id, assignment=new))
        return receipt(Assignment, response)

    async def extend(
        self, token: str, request_id: str, assignment_id: str, student: str, due: datetime
    ) -> Receipt[Extension]:
        new = lms_pb2.NewExtension(assignment_id=assignment_id, student=student, due=basics.timestamp(due))
        return receipt(Extension, await self._post(token, PostRequest(request_id=request_id, extension=new)))

    async def extensions(self, token: str, assignment_id: str = "", *, page: str = "") -> Page[Extension]:
        wanted = lms_pb2.Filter(assignment_id=assignment_id)
        return await self._list(token, Extension, lms_pb2.KIND_EXTENSION, wanted, page)

    async def submit(
        self, token: str, request_id: str, assignment_id: str, text: str, files: tuple[File, ...]
    ) -> Receipt[Submission]:
        new = lms_pb2.NewSubmission(
            assignment_id=assignment_id, text=text, files=[basics.file_message(file) for file in files]
        )
        return receipt(
            Submission, await self._post(token, PostRequest(request_id=request_id, submission=new))
        )
