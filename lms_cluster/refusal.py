"""Every "no" of a node: a status code, a reason that a program can read, a sentence that a person can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from protos.command_pb2 import FieldViolation, Refusal


class Code(IntEnum):
    """The codes of google.rpc.Code that this project uses; the values are gRPC's own."""

    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with one field of a request: `description` reads on from "field: "."""

    field: str
    description: str


class Refused(Exception):
    """Nothing was changed. `reason` becomes ErrorInfo.reason, UPPER_SNAKE_CASE; `message` is for people."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        violations: Sequence[Violation] = (),
        retry_seconds: float = 0.0,
    ) -> None:
        """`retry_seconds`: after which the same may succeed; 0 where waiting changes nothing."""
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.violations = tuple(violations)
        self.retry_seconds = retry_seconds

    def as_message(self) -> Refusal:
        return Refusal(
            code=int(self.code),
            reason=self.reason,
            message=self.message,
            violations=[FieldViolation(field=v.field, description=v.description) for v in self.violations],
            retry_after_ms=round(self.retry_seconds * 1000),
        )

    @classmethod
    def from_message(cls, refusal: Refusal) -> Refused:
        """The same refusal, after its journey through the log."""
        violations = [Violation(v.field, v.description) for v in refusal.violations]
        seconds = refusal.retry_after_ms / 1000
        return cls(refusal.code, refusal.reason, refusal.message, violations, seconds)


class NotLeader(Refused):
    """Only the leader can do this. It is `leader_id` at `address`, as far as this node knows; else both are
    empty."""

    def __init__(self, leader_id: str, address: str) -> None:
        where = f"{leader_id} at {address} does" if leader_id else "nobody does at the moment"
        super().__init__(Code.FAILED_PRECONDITION, "NOT_LEADER", f"This node does not lead; {where}.")
        self.leader_id = leader_id
        self.address = address


def session_ended() -> Refused:
    return Refused(Code.UNAUTHENTICATED, "SESSION_ENDED", "Your session ended. Please log in again.")


def account_disabled() -> Refused:
    message = "This account is disabled. An administrator can enable it again."
    return Refused(Code.PERMISSION_DENIED, "ACCOUNT_DISABLED", message)


def bad_credentials() -> Refused:
    return Refused(Code.UNAUTHENTICATED, "BAD_CREDENTIALS", "Wrong username or password.")


def link_used() -> Refused:
    """Also the answer to a code that nobody ever made: it tells nothing."""
    message = (
        "This sign-in link is used up, or a newer one has taken its place. An administrator can make another."
    )
    return Refused(Code.UNAUTHENTICATED, "LINK_USED", message)


def link_expired() -> Refused:
    message = "This sign-in link has expired. An administrator can make another."
    return Refused(Code.UNAUTHENTICATED, "LINK_EXPIRED", message)


def operators_only() -> Refused:
    message = "This is for the cluster's operators, who show its secret."
    return Refused(Code.UNAUTHENTICATED, "NO_SECRET", message)


def wrong_role(message: str) -> Refused:
    return Refused(Code.PERMISSION_DENIED, "WRONG_ROLE", message)


def no_such_item(what: str, id_: str) -> Refused:
    """The one answer to an id that does not exist and to one that the caller may not know of."""
    return Refused(Code.NOT_FOUND, "NO_SUCH_ITEM", f"There is no {what} {id_}.")


def invalid(violations: Sequence[Violation]) -> Refused:
    message = " ".join(f"{v.field}: {v.description}." for v in violations)
    return Refused(Code.INVALID_ARGUMENT, "INVALID_FIELD", message, violations)


def rule(message: str) -> Refused:
    """The request is well formed, and the classroom's state forbids it."""
    return Refused(Code.FAILED_PRECONDITION, "RULE", message)


def no_quorum() -> Refused:
    message = "The course servers are electing a leader; nothing was saved."
    return Refused(Code.UNAVAILABLE, "NO_QUORUM", message)
