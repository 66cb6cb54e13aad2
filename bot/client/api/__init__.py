"""The classroom as the conversation sees it: plain values and one protocol. Nothing here knows gRPC."""

from __future__ import annotations

from typing import Protocol

from bot.client.api.course import UPLOAD_BYTES_MAX, Announcement, CourseCalls, File, Material
from bot.client.api.coursework import (
    Assignment,
    AssignmentRules,
    CourseworkCalls,
    Extension,
    LatePolicy,
    Progress,
    RubricLine,
    Submission,
)
from bot.client.api.feed import Event, EventKind, FeedCalls, Item, NodeStatus
from bot.client.api.grading import (
    Grade,
    GradingCalls,
    ImportedGrade,
    Regrade,
    RegradeMessage,
    RubricScore,
    Statistics,
)
from bot.client.api.operations import OperationCalls, SavedBackup
from bot.client.api.outcomes import ImportCounts, LmsError, Page, Receipt
from bot.client.api.people import Audit, LinkCode, PeopleCalls, RosterRow, Session, User
from bot.client.api.questions import (
    Answer,
    Citation,
    FollowUp,
    KnownAnswer,
    Query,
    QueryState,
    QuestionCalls,
    Rating,
    Recipient,
)
from bot.client.api.tutoring import Tutoring, TutoringCalls, TutorPolicy


class LmsClient(
    PeopleCalls,
    CourseCalls,
    CourseworkCalls,
    GradingCalls,
    QuestionCalls,
    TutoringCalls,
    FeedCalls,
    OperationCalls,
    Protocol,
):
    """Every call raises LmsError. Calls that write take a `request_id`: the same one repeats the same act."""

    async def close(self) -> None: ...


__all__ = [
    "UPLOAD_BYTES_MAX",
    "Announcement",
    "Answer",
    "Assignment",
    "AssignmentRules",
    "Audit",
    "Citation",
    "Event",
    "EventKind",
    "Extension",
    "File",
    "FollowUp",
    "Grade",
    "ImportCounts",
    "ImportedGrade",
    "Item",
    "KnownAnswer",
    "LatePolicy",
    "LinkCode",
    "LmsClient",
    "LmsError",
    "Material",
    "NodeStatus",
    "Page",
    "Progress",
    "Query",
    "QueryState",
    "Rating",
    "Receipt",
    "Recipient",
    "Regrade",
    "RegradeMessage",
    "RosterRow",
    "RubricLine",
    "RubricScore",
    "SavedBackup",
    "Session",
    "Statistics",
    "Submission",
    "TutorPolicy",
    "Tutoring",
    "User",
]
