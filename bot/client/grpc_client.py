"""The classroom over gRPC: every call with a deadline, on whichever node answers (rotation.py)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, TypeVar

import grpc

from bot.client import values
from bot.client.api import (
    Announcement,
    Assignment,
    Event,
    File,
    Grade,
    Item,
    LmsError,
    Material,
    NodeStatus,
    Page,
    Progress,
    Query,
    Receipt,
    Recipient,
    Session,
    Submission,
    User,
)
from bot.client.refusals import OUTCOME_UNKNOWN, SESSION_ENDED, lms_error
from bot.client.rotation import Nodes
from bot.client.transfers import collect, describe, upload_parts
from bot.client.watching import watch
from protos import lms_pb2
from protos.lms_pb2 import PostRequest

if TYPE_CHECKING:
    from protos.lms_pb2_grpc import LmsServiceAsyncStub

T = TypeVar("T", bound=Item)

READ_SECONDS = 3.0
WRITE_SECONDS = 5.0
TRANSFER_SECONDS = 30.0
STATUS_SECONDS = 2.0


class GrpcLmsClient:
    """An LmsClient. `nodes` maps node ids to "host:port"; channels open on first use, in the running loop."""

    def __init__(self, nodes: Mapping[str, str]) -> None:
        self._nodes = Nodes(nodes, Random())  # noqa: S311 -- spreads load and pauses, guards nothing

    async def close(self) -> None:
        await self._nodes.close()

    # --- sessions ---

    async def login(self, username: str, password: str) -> Session:
        # Needs no request id: a login repeated opens a second session, and the first, unseen, harms nobody.
        request = lms_pb2.LoginRequest(username=username, password=password)
        response = await self._nodes.call(
            lambda stub, seconds: stub.Login(request, timeout=seconds), READ_SECONDS
        )
        return Session(response.token, values.user(response.user))

    async def logout(self, token: str) -> None:
        tries = 0

        async def attempt(stub: LmsServiceAsyncStub, seconds: float) -> None:
            nonlocal tries
            tries += 1
            try:
                await stub.Logout(lms_pb2.LogoutRequest(), timeout=seconds, metadata=_bearer(token))
            except grpc.aio.AioRpcError as failure:
                # An earlier try of this very call may be what ended it.
                if lms_error(failure).reason != SESSION_ENDED or tries == 1:
                    raise

        await self._nodes.call(attempt, WRITE_SECONDS, writes=True)

    async def account(self, token: str) -> User:
        return await self._one(token, User, lms_pb2.KIND_ACCOUNT, "")

    # --- reading ---

    async def materials(self, token: str, words: str = "", page: str = "") -> Page[Material]:
        return await self._list(token, Material, lms_pb2.KIND_MATERIAL, lms_pb2.Filter(words=words), page)

    async def material(self, token: str, material_id: str) -> Material:
        return await self._one(token, Material, lms_pb2.KIND_MATERIAL, material_id)

    async def assignments(self, token: str, page: str = "") -> Page[Assignment]:
        return await self._list(token, Assignment, lms_pb2.KIND_ASSIGNMENT, lms_pb2.Filter(), page)

    async def assignment(self, token: str, assignment_id: str) -> Assignment:
        return await self._one(token, Assignment, lms_pb2.KIND_ASSIGNMENT, assignment_id)

    async def submissions(
        self, token: str, assignment_id: str = "", pending: bool = False, page: str = ""
    ) -> Page[Submission]:
        wanted = lms_pb2.Filter(assignment_id=assignment_id, pending=pending)
        return await self._list(token, Submission, lms_pb2.KIND_SUBMISSION, wanted, page)

    async def submission(self, token: str, submission_id: str) -> Submission:
        return await self._one(token, Submission, lms_pb2.KIND_SUBMISSION, submission_id)

    async def grades(self, token: str, assignment_id: str = "", page: str = "") -> Page[Grade]:
        wanted = lms_pb2.Filter(assignment_id=assignment_id)
        return await self._list(token, Grade, lms_pb2.KIND_GRADE, wanted, page)

    async def grade(self, token: str, submission_id: str) -> Grade:
        return await self._one(token, Grade, lms_pb2.KIND_GRADE, submission_id)

    async def queries(self, token: str, pending: bool = False, page: str = "") -> Page[Query]:
        return await self._list(token, Query, lms_pb2.KIND_QUERY, lms_pb2.Filter(pending=pending), page)

    async def query(self, token: str, query_id: str) -> Query:
        return await self._one(token, Query, lms_pb2.KIND_QUERY, query_id)

    async def announcements(self, token: str, page: str = "") -> Page[Announcement]:
        return await self._list(token, Announcement, lms_pb2.KIND_ANNOUNCEMENT, lms_pb2.Filter(), page)

    async def users(self, token: str, page: str = "") -> Page[User]:
        return await self._list(token, User, lms_pb2.KIND_USER, lms_pb2.Filter(), page)

    async def progress(self, token: str, page: str = "") -> Page[Progress]:
        return await self._list(token, Progress, lms_pb2.KIND_PROGRESS, lms_pb2.Filter(), page)

    # --- files ---

    async def upload(self, token: str, name: str, media_type: str, content: bytes) -> File:
        # Needs no request id: content is kept under its own digest.
        file = describe(name, media_type, content)

        async def attempt(stub: LmsServiceAsyncStub, seconds: float) -> lms_pb2.UploadResponse:
            parts = upload_parts(file, content)
            return await stub.Upload(parts, timeout=seconds, metadata=_bearer(token))

        response = await self._nodes.call(attempt, TRANSFER_SECONDS)
        return values.file(response.file)

    async def download(self, token: str, item_id: str, sha256: str = "") -> tuple[File, bytes]:
        request = lms_pb2.DownloadRequest(item_id=item_id, sha256=sha256)

        async def attempt(stub: LmsServiceAsyncStub, seconds: float) -> tuple[File, bytes]:
            call = stub.Download(request, timeout=seconds, metadata=_bearer(token))
            try:
                return await collect(aiter(call))
            finally:
                call.cancel()

        return await self._nodes.call(attempt, TRANSFER_SECONDS)

    # --- writing ---

    async def add_material(
        self, token: str, request_id: str, title: str, topic: str, file: File
    ) -> Receipt[Material]:
        new = lms_pb2.NewMaterial(title=title, topic=topic, file=values.file_message(file))
        return _receipt(Material, await self._post(token, PostRequest(request_id=request_id, material=new)))

    async def add_assignment(
        self, token: str, request_id: str, title: str, instructions: str, points: int, due: datetime
    ) -> Receipt[Assignment]:
        new = lms_pb2.NewAssignment(
            title=title, instructions=instructions, points=points, due=values.timestamp(due)
        )
        return _receipt(
            Assignment, await self._post(token, PostRequest(request_id=request_id, assignment=new))
        )

    async def submit(
        self, token: str, request_id: str, assignment_id: str, text: str, files: tuple[File, ...]
    ) -> Receipt[Submission]:
        new = lms_pb2.NewSubmission(
            assignment_id=assignment_id, text=text, files=[values.file_message(file) for file in files]
        )
        return _receipt(
            Submission, await self._post(token, PostRequest(request_id=request_id, submission=new))
        )

    async def put_grade(
        self, token: str, request_id: str, submission_id: str, points: int, feedback: str, version: int
    ) -> Receipt[Grade]:
        new = lms_pb2.NewGrade(submission_id=submission_id, points=points, feedback=feedback, version=version)
        return _receipt(Grade, await self._post(token, PostRequest(request_id=request_id, grade=new)))

    async def release(self, token: str, request_id: str, assignment_id: str) -> Receipt[int]:
        new = lms_pb2.NewRelease(assignment_id=assignment_id)
        response = await self._post(token, PostRequest(request_id=request_id, release=new))
        return Receipt(response.released, response.index, response.term)

    async def ask(self, token: str, request_id: str, text: str, recipient: Recipient) -> Receipt[Query]:
        new = lms_pb2.NewQuery(text=text, recipient=values.RECIPIENTS[recipient])
        return _receipt(Query, await self._post(token, PostRequest(request_id=request_id, query=new)))

    async def answer(self, token: str, request_id: str, query_id: str, text: str) -> Receipt[Query]:
        new = lms_pb2.NewAnswer(query_id=query_id, text=text)
        return _receipt(Query, await self._post(token, PostRequest(request_id=request_id, answer=new)))

    async def announce(self, token: str, request_id: str, text: str) -> Receipt[Announcement]:
        new = lms_pb2.NewAnnouncement(text=text)
        return _receipt(
            Announcement, await self._post(token, PostRequest(request_id=request_id, announcement=new))
        )

    async def add_user(
        self, token: str, request_id: str, username: str, display_name: str, role: str, password: str
    ) -> Receipt[User]:
        new = lms_pb2.NewUser(
            username=username, display_name=display_name, role=values.ROLES[role], password=password
        )
        return _receipt(User, await self._post(token, PostRequest(request_id=request_id, user=new)))

    async def mark_read(self, token: str, request_id: str, material_id: str) -> None:
        new = lms_pb2.NewReading(material_id=material_id)
        await self._post(token, PostRequest(request_id=request_id, reading=new))

    # --- watching ---

    def watch(self, token: str, cursor: str) -> AsyncIterator[Event]:
        return watch(self._nodes, _bearer(token), cursor)

    async def status(self) -> tuple[NodeStatus, ...]:
        request = lms_pb2.GetClusterStatusRequest()

        async def ask(node_id: str, address: str) -> NodeStatus:
            try:
                response = await self._nodes.admin(node_id).GetClusterStatus(request, timeout=STATUS_SECONDS)
            except grpc.aio.AioRpcError as failure:
                error = lms_error(failure)
                reason = "does not answer" if error.reason == OUTCOME_UNKNOWN else error.message
                return NodeStatus(node_id, address, error=reason)
            return values.node_status(node_id, address, response)

        asked = [ask(node_id, address) for node_id, address in self._nodes.addresses.items()]
        return tuple(await asyncio.gather(*asked))

    # --- the two calls behind most of the above ---

    async def _get(self, token: str, request: lms_pb2.GetRequest) -> lms_pb2.GetResponse:
        return await self._nodes.call(
            lambda stub, seconds: stub.Get(request, timeout=seconds, metadata=_bearer(token)), READ_SECONDS
        )

    async def _one(self, token: str, value: type[T], kind: lms_pb2.Kind.ValueType, id_: str) -> T:
        response = await self._get(token, lms_pb2.GetRequest(kind=kind, id=id_))
        if len(response.items) != 1:
            raise LmsError("INTERNAL", "INTERNAL", "The node answered with something else than one item.")
        return values.item_of(value, response.items[0])

    async def _list(
        self, token: str, value: type[T], kind: lms_pb2.Kind.ValueType, wanted: lms_pb2.Filter, page: str
    ) -> Page[T]:
        request = lms_pb2.GetRequest(kind=kind, filter=wanted, page_token=page)
        response = await self._get(token, request)
        items = tuple(values.item_of(value, message) for message in response.items)
        return Page(items, response.next_page_token)

    async def _post(self, token: str, request: PostRequest) -> lms_pb2.PostResponse:
        return await self._nodes.call(
            lambda stub, seconds: stub.Post(request, timeout=seconds, metadata=_bearer(token)),
            WRITE_SECONDS,
            writes=True,
        )


def _bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


def _receipt(value: type[T], response: lms_pb2.PostResponse) -> Receipt[T]:
    return Receipt(values.item_of(value, response.item), response.index, response.term)
