"""How the tutor may answer."""

from __future__ import annotations

from bot.client.api import Receipt, Tutoring, TutorPolicy
from bot.client.calls.base import Calls, receipt
from bot.client.values import tutoring
from protos import lms_pb2
from protos.lms_pb2 import PostRequest

ITEM = "tutor"


class TutorPolicies(Calls):
    async def tutoring(self, token: str) -> Tutoring:
        return await self._one(token, Tutoring, lms_pb2.KIND_TUTORING, ITEM)

    async def set_tutoring(self, token: str, request_id: str, policy: TutorPolicy) -> Receipt[Tutoring]:
        new = lms_pb2.NewTutoring(policy=tutoring.POLICIES[policy])
        return receipt(Tutoring, await self._post(token, PostRequest(request_id=request_id, tutoring=new)))
