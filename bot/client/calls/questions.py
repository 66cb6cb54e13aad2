"""Questions, to the tutor or the instructors, and their answers."""

from __future__ import annotations

from bot.client.api import Page, Query, Receipt, Recipient
from bot.client.calls.base import Calls, receipt
from bot.client.values import questions
from protos import lms_pb2
from protos.lms_pb2 import PostRequest


class Questions(Calls):
    async def queries(self, token: str, pending: bool = False, page: str = "") -> Page[Query]:
        return await self._list(token, Query, lms_pb2.KIND_QUERY, lms_pb2.Filter(pending=pending), page)

    async def query(self, token: str, query_id: str) -> Query:
        return await self._one(token, Query, lms_pb2.KIND_QUERY, query_id)

    async def ask(self, token: str, request_id: str, text: str, recipient: Recipient) -> Receipt[Query]:
        new = lms_pb2.NewQuery(text=text, recipient=questions.RECIPIENTS[recipient])
        return receipt(Query, await self._post(token, PostRequest(request_id=request_id, query=new)))

    async def answer(self, token: str, request_id: str, query_id: str, text: str) -> Receipt[Query]:
        new = lms_pb2.NewAnswer(query_id=query_id, text=text)
        return receipt(Query, await self._post(token, PostRequest(request_id=request_id, answer=new)))
