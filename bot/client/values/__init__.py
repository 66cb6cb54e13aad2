"""From the cluster's messages to the conversation's values, and back, by area."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.client.api import Event, EventKind, Item, LmsError, NodeStatus
from bot.client.values import course, coursework, grading, people, questions, tutoring
from bot.client.values.basics import moment
from protos import lms_pb2

T = TypeVar("T", bound=Item)

_NODE_ROLE_NAMES = {
    lms_pb2.NODE_ROLE_FOLLOWER: "follower",
    lms_pb2.NODE_ROLE_CANDIDATE: "candidate",
    lms_pb2.NODE_ROLE_LEADER: "leader",
}
_EVENT_KINDS = {
    lms_pb2.EVENT_KIND_MATERIAL_PUBLISHED: EventKind.MATERIAL_PUBLISHED,
    lms_pb2.EVENT_KIND_ASSIGNMENT_PUBLISHED: EventKind.ASSIGNMENT_PUBLISHED,
    lms_pb2.EVENT_KIND_ASSIGNMENT_OPENED: EventKind.ASSIGNMENT_OPENED,
    lms_pb2.EVENT_KIND_GRADE_RELEASED: EventKind.GRADE_RELEASED,
    lms_pb2.EVENT_KIND_QUERY_ASKED: EventKind.QUERY_ASKED,
    lms_pb2.EVENT_KIND_QUERY_ANSWERED: EventKind.QUERY_ANSWERED,
    lms_pb2.EVENT_KIND_ANNOUNCEMENT: EventKind.ANNOUNCEMENT,
    lms_pb2.EVENT_KIND_SUBMISSION_RECEIVED: EventKind.SUBMISSION_RECEIVED,
    lms_pb2.EVENT_KIND_TUTOR_DELAYED: EventKind.TUTOR_DELAYED,
    lms_pb2.EVENT_KIND_REGRADE_REQUESTED: EventKind.REGRADE_REQUESTED,
    lms_pb2.EVENT_KIND_REGRADE_REPLIED: EventKind.REGRADE_REPLIED,
    lms_pb2.EVENT_KIND_EXTENSION_GRANTED: EventKind.EXTENSION_GRANTED,
    lms_pb2.EVENT_KIND_QUERY_FOLLOWED_UP: EventKind.QUERY_FOLLOWED_UP,
    lms_pb2.EVENT_KIND_ANSWER_REVIEWED: EventKind.ANSWER_REVIEWED,
    lms_pb2.EVENT_KIND_ANSWER_DOUBTED: EventKind.ANSWER_DOUBTED,
    lms_pb2.EVENT_KIND_DUE_SOON: EventKind.DUE_SOON,
    lms_pb2.EVENT_KIND_TUTOR_OFF: EventKind.TUTOR_OFF,
}


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
    happened_at = moment(message.time) if message.HasField("time") else None
    return Event(message.cursor, kind, item(message.item) if kind else None, happened_at)


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
        tutor_generates=message.tutor_generates,
        tutor_queue=message.tutor_queue,
        tutor_queue_limit=message.tutor_queue_limit,
        pending_queries=message.pending_queries,
        last_index=message.last_index,
        synced=message.synced,
        voters=tuple(message.membership.voters),
        learners=tuple(message.membership.learners),
        lags={peer.node_id: peer.lag for peer in message.peers},
        disk_free=message.disk_free,
        alarms=tuple(message.alarms),
    )


_CONVERTERS: dict[str, Callable[[lms_pb2.Item], Item]] = {
    "material": course.material,
    "assignment": coursework.assignment,
    "submission": coursework.submission,
    "grade": grading.grade,
    "regrade": grading.regrade,
    "statistics": grading.statistics,
    "query": questions.query,
    "announcement": course.announcement,
    "user": lambda item: people.user(item.user),
    "audit": people.audit,
    "progress": coursework.progress,
    "extension": coursework.extension,
    "tutoring": tutoring.tutoring,
}
