"""Every failure leaves the node as a google.rpc.Status that says why, to people and to programs."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from functools import wraps
from typing import Any, NoReturn, TypeVar

import grpc
import structlog
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from lms_cluster.refusal import Code, NotLeader, Refused, Violation
from lms_cluster.unknown_fields import refuse_unknown_fields

DOMAIN = "homeroom"
REQUEST_BYTES_MAX = 512 * 1024
"""Well above the sum of all limits of fields: what is larger is not worth looking at."""
MESSAGE_BYTES_MAX = 1_000
VIOLATIONS_BYTES_MAX = 2_000
"""A status travels in trailers, written three ways; above 8 KiB of them gRPC replaces it by an error of its
own."""
HEAR_OUT_SECONDS = 5.0
HEAR_OUT_MESSAGES = 200
"""More than a file of the largest size has at the largest chunk."""

Service = TypeVar("Service")
Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response")
Context = grpc.aio.ServicerContext[Any, Any]

_log = structlog.get_logger(__name__)


def unary(
    answer: Callable[[Service, Request, Context], Awaitable[Response]],
) -> Callable[[Service, Request, Context], Awaitable[Response]]:
    """A unary method of a servicer: a request too large or with unknown fields is refused, and what it raises
    becomes a status."""

    @wraps(answer)
    async def method(service: Service, request: Request, context: Context) -> Response:
        try:
            _check(request)
            return await answer(service, request, context)
        except Exception as error:
            await _abort(context, error)

    return method


def client_streaming(
    answer: Callable[[Service, AsyncIterator[Request], Context], Awaitable[Response]],
) -> Callable[[Service, AsyncIterator[Request], Context], Awaitable[Response]]:
    """The same for a method with a stream of requests, which checks each itself."""

    @wraps(answer)
    async def method(service: Service, requests: AsyncIterator[Request], context: Context) -> Response:
        try:
            return await answer(service, requests, context)
        except Exception as error:
            await _hear_out(requests)
            await _abort(context, error)

    return method


def server_streaming(
    answer: Callable[[Service, Request, Context], AsyncIterator[Response]],
) -> Callable[[Service, Request, Context], AsyncIterator[Response]]:
    """The same for a method that is an asynchronous generator of responses."""

    @wraps(answer)
    async def method(service: Service, request: Request, context: Context) -> AsyncIterator[Response]:
        try:
            _check(request)
            async with aclosing(answer(service, request, context)) as responses:  # type: ignore[type-var]
                async for response in responses:
                    yield response
        except Exception as error:
            await _abort(context, error)

    return method


def _check(request: Message) -> None:
    """Raises Refused TOO_LARGE and INVALID_FIELD. The size first: the rest takes time for every part."""
    if request.ByteSize() > REQUEST_BYTES_MAX:
        message = f"A request may have at most {REQUEST_BYTES_MAX // 1024} KiB."
        raise Refused(Code.INVALID_ARGUMENT, "TOO_LARGE", message)
    refuse_unknown_fields(request)


async def _hear_out(requests: AsyncIterator[Message]) -> None:
    """A sender cut off in the middle sees its broken stream, not our status: let it finish, within limits."""
    with suppress(TimeoutError, grpc.aio.BaseError):
        async with asyncio.timeout(HEAR_OUT_SECONDS):
            for _ in range(HEAR_OUT_MESSAGES):
                if await anext(requests, None) is None:
                    return


async def _abort(context: Context, error: Exception) -> NoReturn:
    status = status_of(error if isinstance(error, Refused) else _internal(error))
    await context.abort_with_status(rpc_status.to_status(status))


def status_of(refused: Refused) -> Status:
    """ErrorInfo always; BadRequest with violations, RetryInfo where a later try may succeed. What quotes the
    request at length is cut."""
    status = Status(code=int(refused.code), message=_cut(refused.message, MESSAGE_BYTES_MAX))
    info = ErrorInfo(reason=refused.reason, domain=DOMAIN)
    if isinstance(refused, NotLeader):
        info.metadata.update({"leader": refused.leader_id, "address": refused.address})
    details: list[Message] = [info]
    if refused.violations:
        details.append(_bad_request(refused.violations))
    if refused.retry_seconds:
        seconds = int(refused.retry_seconds)
        nanos = int((refused.retry_seconds - seconds) * 1e9)
        details.append(RetryInfo(retry_delay=Duration(seconds=seconds, nanos=nanos)))
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def _bad_request(violations: Sequence[Violation]) -> BadRequest:
    """As many of the violations as fit."""
    bad_request = BadRequest()
    for violation in violations:
        description = _cut(violation.description, MESSAGE_BYTES_MAX)
        bad_request.field_violations.add(field=violation.field, description=description)
        if bad_request.ByteSize() > VIOLATIONS_BYTES_MAX:
            del bad_request.field_violations[-1]
            break
    return bad_request


def _cut(text: str, bytes_max: int) -> str:
    encoded = text.encode()
    if len(encoded) <= bytes_max:
        return text
    return encoded[:bytes_max].decode(errors="ignore") + "…"


def _internal(error: Exception) -> Refused:
    """A bug or a broken disk: the caller gets a reference to the log line, and nothing else."""
    ref = secrets.token_hex(3)
    _log.error("unexpected failure of a call", ref=ref, exc_info=error)
    return Refused(Code.INTERNAL, "INTERNAL", f"Something broke on our side (ref {ref}).")
