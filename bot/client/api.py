"""The classroom as the conversation sees it: plain values and one protocol. Nothing here knows gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic, Protocol, TypeVar

from bot.core.errors import Failure

T = TypeVar("T")

UPLOAD_BYTES_MAX = 20 * 1024 * 1024


class LmsError(Failure):
    """The cluster refused or failed; Failure says what its fields mean."""


class Recipient(Enum):
    TUTOR = "tutor"
    INSTRUCTOR = "instructor"


@dataclass(frozen=True, slots=True)
class User:
    username: str
    display_name: str
    role: str
    """One of "student", "instructor", "administrator"."""


@dataclass(frozen=True, slots=True)
class Session:
    token: str
    user: User


@dataclass(frozen=True, slots=True)
class File:
    sha256: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Material:
    id: str
    title: str
    topic: str
    file: File | None
    text: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    id: str
    title: str
    instructions: str
    points: int
    due: datetime
    submissions: int


@dataclass(frozen=True, slots=True)
class Submission:
    id: str
    assignment_id: str
    student: str
    student_name: str
    text: str
    files: tuple[File, ...]
    attempt: int
    late: bool
    submitted_at: datetime
    graded: bool


@dataclass(frozen=True, slots=True)
class Grade:
    id: str
    """The submission's id."""
    assignment_id: str
    assignment_title: str
    student: str
    student_name: str
    points: int
    points_max: int
    feedback: str
    version: int
    released: bool
    grader: str


@dataclass(frozen=True, slots=True)
class Citation:
    material_id: str
    material_title: str
    place: str
    quote: str


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    author: str
    by_tutor: bool
    citations: tuple[Citation, ...]
    model: str
    abstained: bool
    generated: bool


@dataclass(frozen=True, slots=True)
class Query:
    id: str
    text: str
    recipient: Recipient
    answered: bool
    pseudonym: str
    answers: tuple[Answer, ...]
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Announcement:
    id: str
    text: str
    author: str
    announced_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    student: str
    student_name: str
    materials: int
    materials_read: int
    assignments: int
    assignments_submitted: int
    assignments_graded: int
    points: int
    points_max: int


Item = Material | Assignment | Submission | Grade | Query | Announcement | User | Progress


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: tuple[T, ...]
    next_page: str
    """Empty on the last page."""


@dataclass(frozen=True, slots=True)
class Receipt(Generic[T]):
    """What a write came to, and where it stands in the replicated log."""

    item: T
    index: int
    term: int


class EventKind(Enum):
    MATERIAL_PUBLISHED = "material published"
    ASSIGNMENT_PUBLISHED = "assignment published"
    GRADE_RELEASED = "grade released"
    QUERY_ASKED = "query asked"
    QUERY_ANSWERED = "query answered"
    ANNOUNCEMENT = "announcement"
    SUBMISSION_RECEIVED = "submission received"
    TUTOR_DELAYED = "tutor delayed"


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is None for the bare cursor with which a watch begins."""

    cursor: str
    kind: EventKind | None
    item: Item | None


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """One node's own view; `error` is set, and the rest empty, when it could not be asked."""

    node_id: str
    address: str
    role: str = ""
    term: int = 0
    leader_id: str = ""
    commit_index: int = 0
    applied_index: int = 0
    tutor_reachable: bool = False
    tutor_model: str = ""
    pending_queries: int = 0
    error: str = ""


class LmsClient(Protocol):
    """Every call raises LmsError. Calls that write take a `request_id`: the same one repeats the same act."""

    async def login(self, username: str, password: str) -> Session: ...
    async def logout(self, token: str) -> None: ...
    async def account(self, token: str) -> User: ...

    async def materials(self, token: str, words: str = "", page: str = "") -> Page[Material]: ...
    async def material(self, token: str, material_id: str) -> Material: ...
    async def assignments(self, token: str, page: str = "") -> Page[Assignment]: ...
    async def assignment(self, token: str, assignment_id: str) -> Assignment: ...
    async def submissions(
        self, token: str, assignment_id: str = "", pending: bool = False, page: str = ""
    ) -> Page[Submission]: ...
    async def submission(self, token: str, submission_id: str) -> Submission: ...
    async def grades(self, token: str, assignment_id: str = "", page: str = "") -> Page[Grade]: ...
    async def grade(self, token: str, submission_id: str) -> Grade: ...
    async def queries(self, token: str, pending: bool = False, page: str = "") -> Page[Query]: ...
    async def query(self, token: str, query_id: str) -> Query: ...
    async def announcements(self, token: str, page: str = "") -> Page[Announcement]: ...
    async def users(self, token: str, page: str = "") -> Page[User]: ...
    async def progress(self, token: str, page: str = "") -> Page[Progress]: ...

    async def upload(self, token: str, name: str, media_type: str, content: bytes) -> File: ...
    async def download(self, token: str, item_id: str, sha256: str = "") -> tuple[File, bytes]: ...

    async def add_material(
        self, token: str, request_id: str, title: str, topic: str, file: File
    ) -> Receipt[Material]: ...
    async def add_assignment(
        self, token: str, request_id: str, title: str, instructions: str, points: int, due: datetime
    ) -> Receipt[Assignment]: ...
    async def submit(
        self, token: str, request_id: str, assignment_id: str, text: str, files: tuple[File, ...]
    ) -> Receipt[Submission]: ...
    async def put_grade(
        self, token: str, request_id: str, submission_id: str, points: int, feedback: str, version: int
    ) -> Receipt[Grade]: ...
    async def release(self, token: str, request_id: str, assignment_id: str) -> Receipt[int]:
        """Returns how many grades were published."""
        ...

    async def ask(self, token: str, request_id: str, text: str, recipient: Recipient) -> Receipt[Query]: ...
    async def answer(self, token: str, request_id: str, query_id: str, text: str) -> Receipt[Query]: ...
    async def announce(self, token: str, request_id: str, text: str) -> Receipt[Announcement]: ...
    async def add_user(
        self, token: str, request_id: str, username: str, display_name: str, role: str, password: str
    ) -> Receipt[User]: ...
    async def mark_read(self, token: str, request_id: str, material_id: str) -> None: ...

    def watch(self, token: str, cursor: str) -> AsyncIterator[Event]:
        """Events after `cursor` (new ones only when empty), carried on over failovers until the session ends.

        Ends by raising LmsError UNAUTHENTICATED when the session is over.
        """
        ...

    async def status(self) -> tuple[NodeStatus, ...]:
        """Asks every node; one that does not answer is reported, not raised."""
        ...

    async def close(self) -> None: ...
