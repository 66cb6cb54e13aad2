"""People, and how they come in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import grpc

from bot.client.api import Audit, ImportCounts, LinkCode, LmsError, Page, Receipt, RosterRow, Session, User
from bot.client.calls.base import READ_SECONDS, WRITE_SECONDS, Calls, bearer, receipt
from bot.client.refusals import SESSION_ENDED, lms_error
from bot.client.values import basics, people
from protos import lms_pb2
from protos.lms_pb2 import PostRequest

if TYPE_CHECKING:
    from protos.lms_pb2_grpc import LmsServiceAsyncStub

NONCE_BYTES = 32


class People(Calls):
    async def login(self, username: str, password: str) -> Session:
        # Needs no request id: a login repeated opens a second session, and the first, unseen, harms nobody.
        request = lms_pb2.LoginRequest(username=username, password=password)
        response = await self._nodes.call(
            lambda stub, seconds: stub.Login(request, timeout=seconds), READ_SECONDS
        )
        return _session(response)

    async def login_by_link(self, code: str) -> Session:
        # The same nonce for all tries: a link opens one session, whichever of them got through.
        request = lms_pb2.LoginRequest(link_code=code, nonce=secrets.token_bytes(NONCE_BYTES))
        response = await self._nodes.call(
            lambda stub, seconds: stub.Login(request, timeout=seconds), READ_SECONDS, writes=True
        )
        return _session(response)

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

    async def users(self, token: str, words: str = "", *, page: str = "") -> Page[User]:
        return await self._list(token, User, lms_pb2.KIND_USER, lms_pb2.Filter(words=words), page)

    async def user(self, token: str, username: str) -> User:
        return await self._one(token, User, lms_pb2.KIND_USER, username)

    async def audit(
        self,
        token: str,
        person: str = "",
        object_: str = "",
        since: datetime | None = None,
        *,
        by_operator: bool = False,
        page: str = "",
    ) -> Page[Audit]:
        wanted = lms_pb2.Filter(
            person=person,
            object=object_,
            since=None if since is None else basics.timestamp(since),
            operator=by_operator,
        )
        return await self._list(token, Audit, lms_pb2.KIND_AUDIT, wanted, page)

    async def add_user(
        self, token: str, request_id: str, username: str, display_name: str, role: str, password: str
    ) -> Receipt[User]:
        new = lms_pb2.NewUser(
            username=username, display_name=display_name, role=people.ROLES[role], password=password
        )
        return receipt(User, await self._post(token, PostRequest(request_id=request_id, user=new)))

    async def import_roster(
        self, token: str, request_id: str, rows: Sequence[RosterRow], dry_run: bool
    ) -> Receipt[ImportCounts]:
        new = lms_pb2.NewRoster(rows=[people.roster_row(row) for row in rows], dry_run=dry_run)
        response = await self._post(token, PostRequest(request_id=request_id, roster=new))
        counts = ImportCounts(response.added, response.changed, response.unchanged)
        return Receipt(counts, response.index, response.term)

    async def make_links(
        self, token: str, request_id: str, usernames: Sequence[str]
    ) -> Receipt[tuple[LinkCode, ...]]:
        new = lms_pb2.NewLinkCodes(usernames=usernames)
        return _links(await self._post(token, PostRequest(request_id=request_id, link_codes=new)))

    async def make_links_for_newcomers(self, token: str, request_id: str) -> Receipt[tuple[LinkCode, ...]]:
        new = lms_pb2.NewLinkCodes(newcomers=True)
        return _links(await self._post(token, PostRequest(request_id=request_id, link_codes=new)))

    async def set_password(
        self, token: str, request_id: str, old_password: str, new_password: str
    ) -> Receipt[User]:
        new = lms_pb2.NewPassword(old_password=old_password, new_password=new_password)
        return receipt(User, await self._post(token, PostRequest(request_id=request_id, password=new)))

    async def reset_password(self, token: str, request_id: str, username: str) -> Receipt[LinkCode]:
        new = lms_pb2.NewPasswordReset(username=username)
        made = _links(await self._post(token, PostRequest(request_id=request_id, password_reset=new)))
        if len(made.item) != 1:
            raise LmsError("INTERNAL", "INTERNAL", "The node answered with something else than one link.")
        return Receipt(made.item[0], made.index, made.term)

    async def set_disabled(self, token: str, request_id: str, username: str, disabled: bool) -> Receipt[User]:
        new = lms_pb2.NewDisabling(username=username, disabled=disabled)
        return receipt(User, await self._post(token, PostRequest(request_id=request_id, disabling=new)))


def _links(response: lms_pb2.PostResponse) -> Receipt[tuple[LinkCode, ...]]:
    made = tuple(people.link_code(link) for link in response.link_codes)
    return Receipt(made, response.index, response.term)


def _session(response: lms_pb2.LoginResponse) -> Session:
    return Session(response.token, people.user(response.user), response.cursor)
