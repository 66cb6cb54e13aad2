"""Questions, to the tutor or the instructors, and their answers."""

from __future__ import annotations

from bot.client.api import KnownAnswer, Page, Query, Rating, Receipt, Recipient, User
from bot.client.calls.base import Calls, receipt
from bot.client.values import questions
from protos import lms_pb2
from protos.lms_pb2 import PostRequest


class Questions(Calls):
    async def queries(
        self, token: str, *, pending: bool = False, page: str = "", words: str = ""
    ) -> Page[Query]:
        wanted = lms_pb2.Filter(pending=pending, words=words)
        return await self._list(token, Query, lms_pb2.KIND_QUERY, wanted, page)

    async def query(self, token: str, query_id: str) -> Query:
        return await self._one(token, Query, lms_pb2.KIND_QUERY, query_id)

    async def faq(self, token: str, words: str = "", *, page: str = "") -> Page[KnownAnswer]:
        wanted = lms_pb2.Filter(words=words)
        request = lms_pb2.GetRequest(kind=lms_pb2.KIND_FAQ, filter=wanted, page_token=page)
        response = await self._get(token, request)
        return Page(tuple(questions.known_answer(item) for item in response.items), response.next_page_token)

    async def known_answer(self, token: str, query_id: str) -> KnownAnswer:
        response = await self._get(token, lms_pb2.GetRequest(kind=lms_pb2.KIND_FAQ, id=query_id))
        return questions.known_answer(response.items[0] if response.items else lms_pb2.Item())

    async def ask(
        self, token: str, request_id: str, text: str, recipient: Recipient, private: bool = False
    ) -> Receipt[Query]:
        new = lms_pb2.NewQuery(text=text, recipient=questions.RECIPIENTS[recipient], private=private)
        return await self._wrote(token, PostRequest(request_id=request_id, query=new))

    async def follow_up(self, token: str, request_id: str, query_id: str, text: str) -> Receipt[Query]:
        new = lms_pb2.NewFollowUp(query_id=query_id, text=text)
        return await self._wrote(token, PostRequest(request_id=request_id, follow_up=new))

    async def resolve(self, token: str, request_id: str, query_id: str) -> Receipt[Query]:
        new = lms_pb2.NewResolution(query_id=query_id)
        return await self._wrote(token, PostRequest(request_id=request_id, resolution=new))

    async def rate(self, token: str, request_id: str, query_id: str, rating: Rating) -> Receipt[Query]:
        new = lms_pb2.NewRating(query_id=query_id, rating=questions.RATINGS[rating])
        return await self._wrote(token, PostRequest(request_id=request_id, rating=new))

    async def answer(
        self, token: str, request_id: str, query_id: str, text: str, publish: bool = False
    ) -> Receipt[Query]:
        new = lms_pb2.NewAnswer(query_id=query_id, text=text, publish=publish)
        return await self._wrote(token, PostRequest(request_id=request_id, answer=new))

    async def endorse(self, token: str, request_id: str, query_id: str) -> Receipt[Query]:
        new = lms_pb2.NewEndorsement(query_id=query_id)
        return await self._wrote(token, PostRequest(request_id=request_id, endorsement=new))

    async def correct(self, token: str, request_id: str, query_id: str, text: str) -> Receipt[Query]:
        new = lms_pb2.NewCorrection(query_id=query_id, text=text)
        return await self._wrote(token, PostRequest(request_id=request_id, correction=new))

    async def reveal(self, token: str, request_id: str, query_id: str, reason: str) -> Receipt[User]:
        new = lms_pb2.NewReveal(query_id=query_id, reason=reason)
        return receipt(User, await self._post(token, PostRequest(request_id=request_id, reveal=new)))

    async def _wrote(self, token: str, request: PostRequest) -> Receipt[Query]:
        return receipt(Query, await self._post(token, request))
