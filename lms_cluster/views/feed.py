"""The event feed: what concerns a viewer, in log order, from a cursor that any node can continue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from peewee import Expression

from lms_cluster.authority import Visibility, visibility
from lms_cluster.instants import timestamp
from lms_cluster.refusal import Violation, invalid
from lms_cluster.viewer import Viewer
from lms_cluster.views.get import SHELVES
from lms_cluster.views.search import Search
from protos.lms_pb2 import (
    EVENT_KIND_ANNOUNCEMENT,
    EVENT_KIND_ANSWER_DOUBTED,
    EVENT_KIND_ANSWER_REVIEWED,
    EVENT_KIND_ASSIGNMENT_OPENED,
    EVENT_KIND_ASSIGNMENT_PUBLISHED,
    EVENT_KIND_DUE_SOON,
    EVENT_KIND_EXTENSION_GRANTED,
    EVENT_KIND_GRADE_RELEASED,
    EVENT_KIND_MATERIAL_PUBLISHED,
    EVENT_KIND_QUERY_ANSWERED,
    EVENT_KIND_QUERY_ASKED,
    EVENT_KIND_QUERY_FOLLOWED_UP,
    EVENT_KIND_REGRADE_REPLIED,
    EVENT_KIND_REGRADE_REQUESTED,
    EVENT_KIND_SUBMISSION_RECEIVED,
    EVENT_KIND_TUTOR_DELAYED,
    EVENT_KIND_TUTOR_OFF,
    KIND_ANNOUNCEMENT,
    KIND_ASSIGNMENT,
    KIND_EXTENSION,
    KIND_GRADE,
    KIND_MATERIAL,
    KIND_QUERY,
    KIND_REGRADE,
    KIND_SUBMISSION,
    ROLE_INSTRUCTOR,
    ROLE_STUDENT,
    EventKind,
    Item,
    Kind,
    Role,
    WatchResponse,
)
from storage.events import Audience, Cursor, told
from storage.models.history import Event
from storage.progress import applied_index

_ITEMS: Mapping[EventKind.ValueType, Kind.ValueType] = {
    EVENT_KIND_MATERIAL_PUBLISHED: KIND_MATERIAL,
    EVENT_KIND_ASSIGNMENT_PUBLISHED: KIND_ASSIGNMENT,
    EVENT_KIND_ASSIGNMENT_OPENED: KIND_ASSIGNMENT,
    EVENT_KIND_DUE_SOON: KIND_ASSIGNMENT,
    EVENT_KIND_EXTENSION_GRANTED: KIND_EXTENSION,
    EVENT_KIND_GRADE_RELEASED: KIND_GRADE,
    EVENT_KIND_QUERY_ASKED: KIND_QUERY,
    EVENT_KIND_QUERY_ANSWERED: KIND_QUERY,
    EVENT_KIND_ANNOUNCEMENT: KIND_ANNOUNCEMENT,
    EVENT_KIND_REGRADE_REQUESTED: KIND_REGRADE,
    EVENT_KIND_REGRADE_REPLIED: KIND_REGRADE,
    EVENT_KIND_SUBMISSION_RECEIVED: KIND_SUBMISSION,
    EVENT_KIND_TUTOR_DELAYED: KIND_QUERY,
    EVENT_KIND_TUTOR_OFF: KIND_QUERY,
    EVENT_KIND_QUERY_FOLLOWED_UP: KIND_QUERY,
    EVENT_KIND_ANSWER_REVIEWED: KIND_QUERY,
    EVENT_KIND_ANSWER_DOUBTED: KIND_QUERY,
}
_AUDIENCES: Mapping[Role.ValueType, tuple[Audience, ...]] = {
    ROLE_STUDENT: (Audience.STUDENTS, Audience.COURSE),
    ROLE_INSTRUCTOR: (Audience.INSTRUCTORS, Audience.COURSE),
}


def events_after(viewer: Viewer, cursor: str, limit: int, now_ms: int) -> list[WatchResponse]:
    """At most `limit` events for this viewer, each with the cursor to go on from and the item of today.

    Raises Refused INVALID_FIELD.
    """
    events = told(_parsed(cursor), _concerns(viewer), limit)
    items = _items(events, viewer, now_ms)
    return [
        WatchResponse(
            cursor=str(Cursor(event.log_index, event.place + 1)),
            kind=EventKind.ValueType(event.kind),
            item=items.get((event.kind, event.item_id)),
            time=timestamp(event.time_ms),
        )
        for event in events
    ]


def latest_cursor() -> str:
    """The cursor after which only events to come are found."""
    return str(Cursor(applied_index() + 1, 0))


def _parsed(cursor: str) -> Cursor:
    try:
        return Cursor.parse(cursor)
    except ValueError:
        raise invalid([Violation("cursor", "must come from an earlier watch")]) from None


def _concerns(viewer: Viewer) -> Expression:
    personal = (Event.audience == int(Audience.PERSON)) & (Event.username == viewer.username)
    audiences = [int(audience) for audience in _AUDIENCES.get(viewer.role, ())]
    return personal | (Event.audience.in_(audiences) & (Event.username != viewer.username))


def _items(events: Sequence[Event], viewer: Viewer, now_ms: int) -> dict[tuple[int, str], Item]:
    """By event kind and item id, as the viewer may see them today; each kind is looked up once."""
    ids: dict[int, list[str]] = {}
    for event in events:
        ids.setdefault(event.kind, []).append(event.item_id)
    found = {}
    for event_kind, item_ids in ids.items():
        kind = _ITEMS[EventKind.ValueType(event_kind)]
        own = visibility(kind, viewer.role) is Visibility.OWN
        shelf = SHELVES[kind]
        keys = tuple(key for key in map(shelf.key, item_ids) if key is not None)
        for item in shelf.find(Search(viewer, own, now_ms, keys=keys, limit=len(keys))):
            found[event_kind, item.id] = item
    return found
