"""Who is asking: the person behind a token, as the replicated state knows them."""

from __future__ import annotations

from dataclasses import dataclass

from lms_cluster.refusal import session_ended
from protos.lms_pb2 import Role
from storage.models.people import Session, User
from storage.prepared import SLOT, Prepared


@dataclass(frozen=True, slots=True)
class Viewer:
    username: str
    display_name: str
    role: Role.ValueType


_find = Prepared(
    Session.select(User.username, User.display_name, User.role)
    .join(User)
    .where(Session.token_sha256 == SLOT)
    .where(~User.disabled)
)


def viewer_of(token_sha256: bytes) -> Viewer:
    """Raises Refused SESSION_ENDED for a token that was never given out, has been logged out, or
    belongs to a disabled person."""
    row = _find.first(token_sha256)
    if row is None:
        raise session_ended()
    return Viewer(*row)
