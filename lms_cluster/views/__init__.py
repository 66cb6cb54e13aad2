"""What people and services may read. Every function here is called inside `classroom.reading()`."""

from __future__ import annotations

from dataclasses import dataclass

from protos.lms_pb2 import File, GetRequest, GetResponse, Role, WatchResponse
from protos.tutor_pb2 import Passage


@dataclass(frozen=True, slots=True)
class Viewer:
    username: str
    display_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class PendingQuery:
    query_id: str
    text: str
    asked_ms: int
    delay_reported: bool


def viewer_of(token_sha256: bytes) -> Viewer:
    """Raises Refused SESSION_ENDED."""
    raise NotImplementedError


def get(request: GetRequest, viewer: Viewer) -> GetResponse:
    """Fills items, next_page_token and applied_index; the caller sets `stale`. Raises Refused."""
    raise NotImplementedError


def events_after(viewer: Viewer, cursor: str, limit: int) -> list[WatchResponse]:
    """At most `limit` events for this viewer, each with the cursor to go on from. Raises Refused INVALID_FIELD."""
    raise NotImplementedError


def latest_cursor() -> str:
    """The cursor after which only events to come are found."""
    raise NotImplementedError


def file_of(viewer: Viewer, item_id: str, sha256: str) -> File:
    """The file of a material or submission the viewer may see; `sha256` may be empty when there is one. Raises Refused."""
    raise NotImplementedError


def pending_tutor_queries() -> list[PendingQuery]:
    """Oldest first."""
    raise NotImplementedError


def count_users() -> int:
    raise NotImplementedError


def password_hash_of(username: str) -> str | None:
    raise NotImplementedError


def passages_for(question: str) -> list[Passage]:
    """The best five, best first."""
    raise NotImplementedError


def holds_chunk(sha256: bytes) -> bool:
    """`sha256` as 32 bytes."""
    raise NotImplementedError


def file_exists(sha256: str) -> bool:
    """Whether a complete file is stored; `sha256` as 64 lower-case hexadecimal digits."""
    raise NotImplementedError
