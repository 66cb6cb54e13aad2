"""What can go wrong, as the core knows it; the client of the classroom raises these."""

from __future__ import annotations


class Failure(Exception):
    """The classroom refused or failed, already told apart.

    `code` is the canonical gRPC name ("NOT_FOUND", "UNAVAILABLE", …); `reason` the cluster's own
    ("NO_SUCH_ITEM", "OUTCOME_UNKNOWN", …); `message` a sentence for the person; `violations` maps a field
    to what is wrong with it, read on from "field: "; where that is the message too, it is a sentence by
    itself. `retry_after` is in seconds, 0 when unknown.
    """

    def __init__(
        self,
        code: str,
        reason: str,
        message: str,
        violations: dict[str, str] | None = None,
        retry_after: float = 0.0,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.violations = violations or {}
        self.retry_after = retry_after


class NotSignedIn(Failure):
    """A command needs a session and the chat has none."""

    def __init__(self) -> None:
        super().__init__("UNAUTHENTICATED", "NOT_SIGNED_IN", "nobody is signed in here")
