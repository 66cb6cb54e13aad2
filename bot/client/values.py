"""From the cluster's messages to the conversation's values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from bot.client.api import (
    Announcement,
    Answer,
    Assignment,
    Citation,
    Event,
    EventKind,
    File,
    Grade,
    Item,
    LmsError,
    Material,
    NodeStatus,
    Progress,
    Query,
    Recipient,
    Submission,
    User,
)
from protos import lms_pb2

T = TypeVar("T", bound=Item)

ROLES = {
    "student": lms_pb2.ROLE_STUDENT,
    "instructor": lms_pb2.ROLE_INSTRUCTOR,
    "administrator": lms_pb2.ROLE_ADMINISTRATOR,
}
RECIPIENTS = {
    Recipient.TUTOR: lms_pb2.RECIPIENT_TUTOR,
    Recipient.INSTRUCTOR: lms_pb2.RECIPIENT_INSTRUCTOR,
}
_ROLE_NAMES = {number: name for name, number in ROLES.items()}
_NODE_ROLE_NAMES = {
    lms_pb2.NODE_ROLE_FOLLOWER: "follower",
    lms_pb2.NODE_ROLE_CANDIDATE: "candidate",
    lms_pb2.NODE_ROLE_LEADER: "leader",
}
_EVENT_KINDS = {
    lms_pb2.EVENT_KIND_MATERIAL_PUBLISHED: EventKind.MATERIAL_PUBLISHED,
    lms_pb2.EVENT_KIND_ASSIGNMENT_PUBLISHED: EventKind.ASSIGNMENT_PUBLISHED,
    lms_pb2.EVENT_KIND_GRADE_RELEASED: EventKind.GRADE_RELEASED,
    lms_pb2.EVENT_KIND_QUERY_ASKED: EventKind.QUERY_ASKED,
    lms_pb2.EVENT_KIND_QUERY_ANSWERED: EventKind.QUERY_ANSWERED,
    lms_pb2.EVENT_KIND_ANNOUNCEMENT: EventKind.ANNOUNCEMENT,
    lms_pb2.EVENT_KIND_SUBMISSION_RECEIVED: EventKind.SUBMISSION_RECEIVED,
    lms_pb2.EVENT_KIND_TUTOR_DELAYED: EventKind.TUTOR_DELAYED,
}


def timestamp(moment: datetime) -> Timestamp:
    result = Timestamp()
    result.FromDatetime(moment.astimezone(UTC))
    return result


def file_message(file: File) -> lms_pb2.File:
    return lms_pb2.File(sha256=file.sha256, name=file.name, media_type=file.media_type, size=file.size)


def file(message: lms_pb2.File) -> File:
    return File(message.sha256, message.name, message.media_type, message.size)


def user(message: lms_pb2.User) -> User:
    return User(message.username, message.display_name, _ROLE_NAMES.get(message.role, ""))


def item_of(kind: type[T], message: lms_pb2.Item) -> T:
    """Raises LmsError when the node sent another kind than it was asked for."""
    value = item(message)
    if not isinstance(value, kind):
        raise LmsError("INTERNAL", "INTERNAL", "The node answered with something else than was asked for.")
    return value


def item(message: lms_pb2.Item) -> Item | None:
    """None for a kind that this client does not know."""
    convert = _CONVERTERS.get(message.WhichOneof("data") or "")
    return convert(message) if convert else None


def event(message: lms_pb2.WatchResponse) -> Event:
    kind = _EVENT_KINDS.get(message.kind)
    return Event(message.cursor, kind, item(message.item) if kind else None)


def node_status(node_id: str, address: str, message: lms_pb2.GetClusterStatusResponse) -> NodeStatus:
    return NodeStatus(
        node_id=node_id,
        address=address,
        role=_NODE_ROLE_NAMES.get(message.role, ""),
        term=message.term,
        leader_id=message.leader_id,
        commit_index=message.commit_index,
        applied_index=message.applied_index,
        tutor_reachable=message.tutor_reachable,
        tutor_model=message.tutor_model,
        pending_queries=message.pending_queries,
    )


def _moment(message: Timestamp) -> datetime:
    return message.ToDatetime(UTC)


def _material(item: lms_pb2.Item) -> Material:
    message = item.material
    return Material(
        id=item.id,
        title=message.title,
        topic=message.topic,
        file=file(message.file) if message.HasField("file") else None,
        text=message.text,
        published_at=_moment(message.published_at),
    )


def _assignment(item: lms_pb2.Item) -> Assignment:
    message = item.assignment
    return Assignment(
        id=item.id,
        title=message.title,
        instructions=message.instructions,
        points=message.points,
        due=_moment(message.due),
        submissions=message.submissions,
    )


def _submission(item: lms_pb2.Item) -> Submission:
    message = item.submission
    return Submission(
        id=item.id,
        assignment_id=message.assignment_id,
        student=message.student,
        student_name=message.student_name,
        text=message.text,
        files=tuple(file(each) for each in message.files),
        attempt=message.attempt,
        late=message.late,
        submitted_at=_moment(message.submitted_at),
        graded=message.graded,
    )


def _grade(item: lms_pb2.Item) -> Grade:
    message = item.grade
    return Grade(
        id=item.id,
        assignment_id=message.assignment_id,
        assignment_title=message.assignment_title,
        student=message.student,
        student_name=message.student_name,
        points=message.points,
        points_max=message.points_max,
        feedback=message.feedback,
        version=message.version,
        released=message.released,
        grader=message.grader,
    )


def _query(item: lms_pb2.Item) -> Query:
    message = item.query
    return Query(
        id=item.id,
        text=message.text,
        recipient=Recipient.TUTOR if message.recipient == lms_pb2.RECIPIENT_TUTOR else Recipient.INSTRUCTOR,
        answered=message.state == lms_pb2.QUERY_STATE_ANSWERED,
        pseudonym=message.pseudonym,
        answers=tuple(_answer(each) for each in message.answers),
        asked_at=_moment(message.asked_at),
    )


def _answer(message: lms_pb2.Answer) -> Answer:
    return Answer(
        text=message.text,
        author=message.author,
        by_tutor=message.by_tutor,
        citations=tuple(
            Citation(each.material_id, each.material_title, each.place, each.quote)
            for each in message.citations
        ),
        model=message.model,
        abstained=message.abstained,
        generated=message.generated,
    )


def _announcement(item: lms_pb2.Item) -> Announcement:
    message = item.announcement
    return Announcement(item.id, message.text, message.author, _moment(message.announced_at))


def _progress(item: lms_pb2.Item) -> Progress:
    message = item.progress
    return Progress(
        student=message.student,
        student_name=message.student_name,
        materials=message.materials,
        materials_read=message.materials_read,
        assignments=message.assignments,
        assignments_submitted=message.assignments_submitted,
        assignments_graded=message.assignments_graded,
        points=message.points,
        points_max=message.points_max,
    )


_CONVERTERS: dict[str, Callable[[lms_pb2.Item], Item]] = {
    "material": _material,
    "assignment": _assignment,
    "submission": _submission,
    "grade": _grade,
    "query": _query,
    "announcement": _announcement,
    "user": lambda item: user(item.user),
    "progress": _progress,
}
