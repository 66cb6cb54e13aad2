"""Grades, drafts until they are released."""

from __future__ import annotations

from bot.client.api import Grade, Page, Receipt
from bot.client.calls.base import Calls, receipt
from protos import lms_pb2
from protos.lms_pb2 import PostRequest


class Grading(Calls):
    async def grades(self, token: str, assignment_id: str = "", page: str = "") -> Page[Grade]:
        wanted = lms_pb2.Filter(assignment_id=assignment_id)
        return await self._list(token, Grade, lms_pb2.KIND_GRADE, wanted, page)

    async def grade(self, token: str, submission_id: str) -> Grade:
        return await self._one(token, Grade, lms_pb2.KIND_GRADE, submission_id)

    async def put_grade(
        self, token: str, request_id: str, submission_id: str, points: int, feedback: str, version: int
    ) -> Receipt[Grade]:
        new = lms_pb2.NewGrade(submission_id=submission_id, points=points, feedback=feedback, version=version)
        return receipt(Grade, await self._post(token, PostRequest(request_id=request_id, grade=new)))

    async def release(self, token: str, request_id: str, assignment_id: str) -> Receipt[int]:
        new = lms_pb2.NewRelease(assignment_id=assignment_id)
        response = await self._post(token, PostRequest(request_id=request_id, release=new))
        return Receipt(response.released, response.index, response.term)
