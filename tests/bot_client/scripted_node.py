"""A node that answers as a test tells it to: enough of the gRPC services to be called by the client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from protos import lms_pb2
from protos.lms_pb2_grpc import LmsServiceServicer, add_LmsServiceServicer_to_server

Context = grpc.aio.ServicerContext[Any, Any]
Request = lms_pb2.PostRequest | lms_pb2.GetRequest | lms_pb2.LogoutRequest
Answer = Callable[[Context], Awaitable[None]]
"""What a node does with a call before it answers well: `context.abort` or wait, for instance."""


class ScriptedNode(LmsServiceServicer):
    """Takes its behaviour for each Post, Get and Logout from `script`, the last one again and again."""

    def __init__(self, script: Sequence[Answer] = ()) -> None:
        self.script = list(script)
        self.requests: list[Request] = []
        self.timeouts: list[float] = []
        self.watched: list[str] = []
        self.watches: list[list[lms_pb2.WatchResponse]] = []
        self.download: list[lms_pb2.DownloadResponse] = []
        self.port = 0
        self._server: grpc.aio.Server | None = None

    async def start(self, port: int = 0) -> None:
        self._server = grpc.aio.server(options=(("grpc.so_reuseport", 0),))
        add_LmsServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{port}")
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(None)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def Post(self, request: lms_pb2.PostRequest, context: Context) -> lms_pb2.PostResponse:  # noqa: N802
        await self._play(request, context)
        announcement = lms_pb2.Announcement(text=request.announcement.text)
        return lms_pb2.PostResponse(item=lms_pb2.Item(id="N1", announcement=announcement), index=7, term=2)

    async def Get(self, request: lms_pb2.GetRequest, context: Context) -> lms_pb2.GetResponse:  # noqa: N802
        await self._play(request, context)
        return lms_pb2.GetResponse()

    async def Watch(  # noqa: N802
        self, request: lms_pb2.WatchRequest, context: Context
    ) -> AsyncIterator[lms_pb2.WatchResponse]:
        """Each watch gets the next of `watches` and is then cut off."""
        self.watched.append(request.cursor)
        for response in self.watches.pop(0):
            yield response
        await context.abort(grpc.StatusCode.UNAVAILABLE, "cut off")

    async def Download(  # noqa: N802
        self, request: lms_pb2.DownloadRequest, context: Context
    ) -> AsyncIterator[lms_pb2.DownloadResponse]:
        for part in self.download:
            yield part

    async def Login(self, request: lms_pb2.LoginRequest, context: Context) -> lms_pb2.LoginResponse:  # noqa: N802
        raise NotImplementedError

    async def Logout(self, request: lms_pb2.LogoutRequest, context: Context) -> lms_pb2.LogoutResponse:  # noqa: N802
        await self._play(request, context)
        return lms_pb2.LogoutResponse()

    async def Upload(  # noqa: N802
        self, request_iterator: AsyncIterator[lms_pb2.UploadRequest], context: Context
    ) -> lms_pb2.UploadResponse:
        raise NotImplementedError

    async def _play(self, request: Request, context: Context) -> None:
        self.requests.append(request)
        self.timeouts.append(context.time_remaining() or 0.0)
        if self.script:
            answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            await answer(context)


async def well(context: Context) -> None:
    """Answers at once."""


async def silent(context: Context) -> None:
    """Takes the call and never answers."""
    await asyncio.Event().wait()


async def broken_off(context: Context) -> None:
    """Takes the call, and the connection ends without a word of the cluster."""
    await context.abort(grpc.StatusCode.UNAVAILABLE, "Socket closed")


def refused(
    code: grpc.StatusCode,
    reason: str,
    message: str,
    violations: dict[str, str] | None = None,
    retry_seconds: float = 0.0,
) -> Answer:
    """Refuses as a node does: google.rpc.Status with details."""
    details: list[Message] = [ErrorInfo(reason=reason, domain="homeroom")]
    if violations:
        fields = [BadRequest.FieldViolation(field=f, description=why) for f, why in violations.items()]
        details.append(BadRequest(field_violations=fields))
    if retry_seconds:
        details.append(
            RetryInfo(
                retry_delay=Duration(nanos=int(retry_seconds * 1e9) % 10**9, seconds=int(retry_seconds))
            )
        )
    status = Status(code=code.value[0], message=message)
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)

    async def answer(context: Context) -> None:
        await context.abort_with_status(rpc_status.to_status(status))

    return answer


no_quorum = refused(grpc.StatusCode.UNAVAILABLE, "NO_QUORUM", "Electing a leader.")
