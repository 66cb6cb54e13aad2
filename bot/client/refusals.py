"""From a failed gRPC call to the LmsError that says what it means."""

from __future__ import annotations

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from bot.client.api import LmsError

NO_QUORUM = "NO_QUORUM"
OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
SESSION_ENDED = "SESSION_ENDED"
TOO_MANY_QUESTIONS = "TOO_MANY_QUESTIONS"
"""The outcome of a post, not of a moment: its repetition comes to the same."""
DISK_ALMOST_FULL = "DISK_ALMOST_FULL"

_DETAILS_KEY = "grpc-status-details-bin"
_TRANSPORT_FAILURES = frozenset(
    {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}
)


def lms_error(failure: grpc.aio.AioRpcError) -> LmsError:
    """What the cluster said, or, where no node said anything, what the silence means.

    A call that was sent and never answered may have happened: OUTCOME_UNKNOWN, never a plain failure.
    """
    status = _status(failure)
    if status is None:
        if failure.code() in _TRANSPORT_FAILURES:
            return LmsError("UNKNOWN", OUTCOME_UNKNOWN, "The node did not answer.")
        return LmsError(failure.code().name, "INTERNAL", "Something broke on the cluster's side.")
    reason = "INTERNAL"
    violations: dict[str, str] = {}
    retry_after = 0.0
    for detail in status.details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = error_details_pb2.ErrorInfo()
            detail.Unpack(info)
            reason = info.reason
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            bad_request = error_details_pb2.BadRequest()
            detail.Unpack(bad_request)
            violations = {v.field: v.description for v in bad_request.field_violations}
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            retry = error_details_pb2.RetryInfo()
            detail.Unpack(retry)
            retry_after = retry.retry_delay.ToTimedelta().total_seconds()
    return LmsError(failure.code().name, reason, status.message, violations, retry_after)


def leader_of(failure: grpc.aio.AioRpcError) -> str:
    """The id of the leader, where the refusal names it; else empty."""
    status = _status(failure)
    for detail in status.details if status is not None else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return str(info.metadata.get("leader", ""))
    return ""


def is_transient(error: LmsError) -> bool:
    """Whether another node, or this one a little later, may well say something else."""
    if error.code == "RESOURCE_EXHAUSTED":
        return error.retry_after > 0 and error.reason != TOO_MANY_QUESTIONS
    return error.code == "UNAVAILABLE" or error.reason == OUTCOME_UNKNOWN


def _status(failure: grpc.aio.AioRpcError) -> status_pb2.Status | None:
    for key, value in failure.trailing_metadata() or ():
        if key == _DETAILS_KEY and isinstance(value, bytes):
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                return None
    return None
