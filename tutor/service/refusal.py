"""Refusals as gRPC carries them: a `google.rpc.Status` with machine-readable details."""

from collections.abc import Mapping
from typing import Any, NoReturn

import grpc
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

DOMAIN = "homeroom"

Context = grpc.aio.ServicerContext[Any, Any]


async def refuse(context: Context, code: int, reason: str, message: str, *details: Message) -> NoReturn:
    """Ends the call with `code` (google.rpc.Code), an ErrorInfo with `reason`, and `details`."""
    status = status_pb2.Status(code=code, message=message)
    for detail in (error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN), *details):
        status.details.add().Pack(detail)
    made = rpc_status.to_status(status)
    await context.abort(made.code, made.details, made.trailing_metadata)


async def refuse_fields(context: Context, violations: Mapping[str, str]) -> NoReturn:
    """INVALID_ARGUMENT, with what is wrong with each field."""
    bad = error_details_pb2.BadRequest()
    for field, description in violations.items():
        bad.field_violations.add(field=field, description=description)
    message = "; ".join(f"{field} {description}" for field, description in violations.items())
    await refuse(context, code_pb2.INVALID_ARGUMENT, "INVALID_FIELD", message, bad)


async def refuse_for_now(context: Context, code: int, reason: str, message: str, seconds: float) -> NoReturn:
    """Not now: the caller may try again after `seconds`."""
    retry = error_details_pb2.RetryInfo()
    retry.retry_delay.FromMilliseconds(round(seconds * 1000))
    await refuse(context, code, reason, message, retry)
