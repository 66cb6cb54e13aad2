"""People, and how they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from bot.client.api import Page, Receipt, Session, User
from bot.client.calls.base import READ_SECONDS, WRITE_SECONDS, Calls, bearer, receipt
from bot.client.refusals import SESSION_ENDED, lms_error
from bot.client.values import people
from protos import lms_pb2
from protos.lms_pb2 import PostRequest

if TYPE_CHECKING:
    from protos.lms_pb2_grpc import LmsServiceAsyncStub


class People(Calls):
    async def login(self, username: str, password: str) -> Session:
        # Needs no request id: a login repeated opens a second session, and the first, unseen, harms nobody.
        request = lms_pb2.LoginRequest(username=username, password=password)
        response = await self._nodes.call(
            lambda stub, seconds: stub.Login(request, timeout=seconds), READ_SECONDS
        )
        return Session(response.token, people.user(response.user))

    async def logout(self, token: str) -> None:
        tries = 0

        async def attempt(stub: LmsServiceAsyncStub, seconds: float) -> None:
            nonlocal tries
            tries += 1
            try:
                await stub.Logout(lms_pb2.LogoutRequest(), timeout=seconds, metadata=bearer(token))
            except grpc.aio.AioRpcError as failure:
                # An earlier try of this very call may be what ended it.
                if lms_error(failure).reason != SESSION_ENDED or tries == 1:
                    raise

        await self._nodes.call(attempt, WRITE_SECONDS, writes=True)

    async def account(self, token: str) -> User:
        return await self._one(token, User, lms_pb2.KIND_ACCOUNT, "")

    async def users(self, token: str, page: str = "") -> Page[User]:
        return await self._list(token, User, lms_pb2.KIND_USER, lms_pb2.Filter(), page)

    async def add_user(
        self, token: str, request_id: str, username: str, display_name: str, role: str, password: str
    ) -> Receipt[User]:
        new = lms_pb2.NewUser(
            username=username, display_name=display_name, role=people.ROLES[role], password=password
        )
        return receipt(User, await self._post(token, PostRequest(request_id=request_id, user=new)))
