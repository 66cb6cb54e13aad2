"""Grades, drafts until they are released; requests to look at one again; what an assignment came to."""

from __future__ import annotations

from collections.abc import Sequence

from bot.client.api import Grade, ImportCounts, ImportedGrade, Page, Receipt, Regrade, RubricScore, Statistics
from bot.client.api.course import File
from bot.client.calls.base import Calls, receipt
from bot.client.values.basics import file_message
from protos import lms_pb2
from protos.lms_pb2 import PostRequest


class Grading(Calls):
    async def grades(self, token: str, assignment_id: str = "", *, page: str = "") -> Page[Grade]:
        wanted = lms_pb2.Filter(assignment_id=assignment_id)
        return await self._list(token, Grade, lms_pb2.KIND_GRADE, wanted, page)

    async def grade(self, token: str, submission_id: str) -> Grade:
        return await self._one(token, Grade, lms_pb2.KIND_GRADE, submission_id)

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
    ) -> Receipt[Grade]:
        new = lms_pb2.NewGrade(
            submission_id=submission_id,
            points=points,
            feedback=feedback,
            version=version,
            rubric=[lms_pb2.RubricScore(criterion=each.criterion, points=each.points) for each in rubric],
            files=[file_message(each) for each in files],
            release=release,
        )
        return receipt(Grade, await self._post(token, PostRequest(request_id=request_id, grade=new)))

    async def put_feedback(
        self,
        token: str,
        request_id: str,
        submission_id: str,
        feedback: str,
        files: Sequence[File],
        version: int,
    ) -> Receipt[Grade]:
        new = lms_pb2.NewGrade(
            submission_id=submission_id,
            feedback=feedback,
            version=version,
            files=[file_message(each) for each in files],
            feedback_only=True,
            keep_feedback=True,
        )
        return receipt(Grade, await self._post(token, PostRequest(request_id=request_id, grade=new)))

    async def release(self, token: str, request_id: str, assignment_id: str) -> Receipt[int]:
        new = lms_pb2.NewRelease(assignment_id=assignment_id)
        response = await self._post(token, PostRequest(request_id=request_id, release=new))
        return Receipt(response.released, response.index, response.term)

    async def release_grade(self, token: str, request_id: str, submission_id: str) -> Receipt[Grade]:
        new = lms_pb2.NewRelease(submission_id=submission_id)
        return receipt(Grade, await self._post(token, PostRequest(request_id=request_id, release=new)))

    async def import_grades(
        self, token: str, request_id: str, grades: Sequence[ImportedGrade], dry_run: bool
    ) -> Receipt[ImportCounts]:
        new = lms_pb2.NewGradeImport(
            grades=[
                lms_pb2.ImportedGrade(
                    assignment_id=each.assignment_id,
                    student=each.student,
                    version=each.version,
                    points=each.points or 0,
                    score_hundredths=each.score_hundredths,
                )
                for each in grades
            ],
            dry_run=dry_run,
        )
        response = await self._post(token, PostRequest(request_id=request_id, grade_import=new))
        counts = ImportCounts(response.added, response.changed, response.unchanged)
        return Receipt(counts, response.index, response.term)

    async def request_regrade(
        self, token: str, request_id: str, assignment_id: str, reason: str
    ) -> Receipt[Regrade]:
        new = lms_pb2.NewRegrade(assignment_id=assignment_id, reason=reason)
        return receipt(Regrade, await self._post(token, PostRequest(request_id=request_id, regrade=new)))

    async def reply_regrade(
        self, token: str, request_id: str, regrade_id: str, text: str, resolve: bool
    ) -> Receipt[Regrade]:
        new = lms_pb2.NewRegradeReply(regrade_id=regrade_id, text=text, resolve=resolve)
        return receipt(
            Regrade, await self._post(token, PostRequest(request_id=request_id, regrade_reply=new))
        )

    async def regrades(self, token: str, pending: bool = False, *, page: str = "") -> Page[Regrade]:
        return await self._list(token, Regrade, lms_pb2.KIND_REGRADE, lms_pb2.Filter(pending=pending), page)

    async def regrade(self, token: str, regrade_id: str) -> Regrade:
        return await self._one(token, Regrade, lms_pb2.KIND_REGRADE, regrade_id)

    async def statistics(self, token: str, assignment_id: str) -> Statistics:
        return await self._one(token, Statistics, lms_pb2.KIND_STATISTICS, assignment_id)
