"""What happens, as it happens, and how the nodes are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.client.api.course import Announcement, Material
from bot.client.api.coursework import Assignment, Extension, Progress, Submission
from bot.client.api.grading import Grade, Regrade, Statistics
from bot.client.api.people import Audit, User
from bot.client.api.questions import Query
from bot.client.api.tutoring import Tutoring

CourseworkItem = Assignment | Extension | Submission | Progress
GradingItem = Grade | Regrade | Statistics
Item = Material | CourseworkItem | GradingItem | Query | Announcement | User | Audit | Tutoring


class EventKind(Enum):
    MATERIAL_PUBLISHED = "material published"
    ASSIGNMENT_PUBLISHED = "assignment published"
    ASSIGNMENT_OPENED = "assignment opened"
    """It was published before it opened, and nobody was told then."""
    GRADE_RELEASED = "grade released"
    QUERY_ASKED = "query asked"
    QUERY_ANSWERED = "query answered"
    ANNOUNCEMENT = "announcement"
    SUBMISSION_RECEIVED = "submission received"
    TUTOR_DELAYED = "tutor delayed"
    REGRADE_REQUESTED = "regrade requested"
    REGRADE_REPLIED = "regrade replied"
    EXTENSION_GRANTED = "extension granted"
    QUERY_FOLLOWED_UP = "query followed up"
    ANSWER_REVIEWED = "answer reviewed"
    """The tutor's answer was endorsed or corrected."""
    ANSWER_DOUBTED = "answer doubted"
    """By the one who asked."""
    DUE_SOON = "due soon"
    TUTOR_OFF = "tutor off"
    """It was turned off before it had answered."""


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is None for the bare cursor with which a watch begins."""

    cursor: str
    kind: EventKind | None
    item: Item | None
    happened_at: datetime | None = None
    """None where it is not said."""


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
    tutor_generates: bool = False
    """It writes freely, instead of quoting."""
    tutor_queue: int = 0
    """How many questions it keeps waiting, of `tutor_queue_limit`."""
    tutor_queue_limit: int = 0
    pending_queries: int = 0
    last_index: int = 0
    synced: bool = True
    """False while it neither votes nor counts."""
    voters: tuple[str, ...] = ()
    learners: tuple[str, ...] = ()
    lags: Mapping[str, int] = field(default_factory=dict)
    """Of a leader: how many entries each other node lacks."""
    disk_free: int = 0
    """In bytes."""
    alarms: tuple[str, ...] = ()
    """Sentences about what is wrong with it."""
    error: str = ""


class FeedCalls(Protocol):
    def watch(self, token: str, cursor: str) -> AsyncIterator[Event]:
        """Events after `cursor` (new ones only when empty), carried on over failovers until the session ends.

        Ends by raising LmsError UNAUTHENTICATED when the session is over.
        """
        ...

    async def status(self) -> tuple[NodeStatus, ...]:
        """Asks every node; one that does not answer is reported, not raised."""
        ...
