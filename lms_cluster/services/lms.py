"""LmsService: each call with its token, its deadline and its admission; the work is its neighbours'."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc

from lms_cluster.deadline import Deadline
from lms_cluster.overload import Admission
from lms_cluster.rpc_status import client_streaming, server_streaming, unary
from lms_cluster.services.files import Files
from lms_cluster.services.posts import Posts
from lms_cluster.services.reads import Reads
from lms_cluster.services.sessions import Sessions
from lms_cluster.services.watches import Watches
from lms_cluster.tokens import digest_in
from protos.lms_pb2 import (
    DownloadRequest,
    DownloadResponse,
    GetRequest,
    GetResponse,
    LoginRequest,
    LoginResponse,
    LogoutRequest,
    LogoutResponse,
    PostRequest,
    PostResponse,
    UploadRequest,
    UploadResponse,
    WatchRequest,
    WatchResponse,
)
from protos.lms_pb2_grpc import LmsServiceServicer

Context = grpc.aio.ServicerContext[Any, Any]

READ_SECONDS = 3.0
POST_SECONDS = 5.0
TRANSFER_SECONDS = 60.0
SECONDS_MAX = 60.0
TRANSFER_SECONDS_MAX = 600.0
CALLS_MAX = 2_000
"""Answered at once; watches and transfers apart. Not a limit of the server: that would stop peers as well."""


class LmsService(LmsServiceServicer):
    def __init__(
        self, sessions: Sessions, posts: Posts, reads: Reads, files: Files, watches: Watches
    ) -> None:
        self._sessions = sessions
        self._posts = posts
        self._reads = reads
        self._files = files
        self._watches = watches
        self._admission = Admission(CALLS_MAX, "This node is busy.")

    @unary
    async def Login(self, request: LoginRequest, context: Context) -> LoginResponse:  # noqa: N802
        with self._admission.admitted():
            return await self._sessions.login(request, _deadline(context, READ_SECONDS))

    @unary
    async def Logout(self, request: LogoutRequest, context: Context) -> LogoutResponse:  # noqa: N802
        with self._admission.admitted():
            return await self._sessions.logout(_token(context), _deadline(context, POST_SECONDS))

    @unary
    async def Post(self, request: PostRequest, context: Context) -> PostResponse:  # noqa: N802
        with self._admission.admitted():
            return await self._posts.post(request, _token(context), _deadline(context, POST_SECONDS))

    @unary
    async def Get(self, request: GetRequest, context: Context) -> GetResponse:  # noqa: N802
        with self._admission.admitted():
            return await self._reads.get(request, _token(context), _deadline(context, READ_SECONDS))

    @client_streaming
    async def Upload(  # noqa: N802
        self, requests: AsyncIterator[UploadRequest], context: Context
    ) -> UploadResponse:
        return await self._files.upload(requests, _token(context), _transfer_deadline(context))

    @server_streaming
    async def Download(  # noqa: N802
        self, request: DownloadRequest, context: Context
    ) -> AsyncIterator[DownloadResponse]:
        deadline = _transfer_deadline(context)
        async with aclosing(self._files.download(request, _token(context), deadline)) as responses:
            async for response in responses:
                yield response

    @server_streaming
    async def Watch(  # noqa: N802
        self, request: WatchRequest, context: Context
    ) -> AsyncIterator[WatchResponse]:
        async with aclosing(self._watches.watch(request, _token(context))) as responses:
            async for response in responses:
                yield response


def _token(context: Context) -> bytes:
    return digest_in(context.invocation_metadata())


def _deadline(context: Context, default: float) -> Deadline:
    return Deadline.of(context, default=default, at_most=SECONDS_MAX)


def _transfer_deadline(context: Context) -> Deadline:
    return Deadline.of(context, default=TRANSFER_SECONDS, at_most=TRANSFER_SECONDS_MAX)
