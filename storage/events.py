"""The feed of what people are told, in log order. A cursor is the place in it where reading goes on."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from peewee import Expression

from storage.models.history import Event
from storage.prepared import SLOT, Prepared


class Audience(IntEnum):
    PERSON = 1
    STUDENTS = 2
    INSTRUCTORS = 3
    COURSE = 4
    """Students and instructors."""


class Cursor(NamedTuple):
    """Everything before this place has been seen."""

    log_index: int
    place: int

    def __str__(self) -> str:
        return f"{self.log_index}.{self.place}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises ValueError."""
        index, dot, place = text.partition(".")
        if not (dot and index.isascii() and index.isdigit() and place.isascii() and place.isdigit()):
            raise ValueError(f"not a cursor: {text!r}")
        cursor = cls(int(index), int(place))
        if max(cursor) >= 1 << 63:
            raise ValueError(f"not a cursor: {text!r}")
        return cursor


_record = Prepared(
    Event.insert(
        {
            Event.log_index: SLOT,
            Event.place: SLOT,
            Event.kind: SLOT,
            Event.item_id: SLOT,
            Event.audience: SLOT,
            Event.username: SLOT,
            Event.time_ms: SLOT,
        }
    )
)


def record(at: Cursor, kind: int, item_id: str, audience: Audience, username: str, time_ms: int) -> None:
    """`username`: the one person told (PERSON), or the one of the audience who is not, having caused it."""
    _record.run(at.log_index, at.place, kind, item_id, int(audience), username, time_ms)


def told(cursor: Cursor, concerns: Expression, limit: int) -> list[Event]:
    """The first `limit` events from the cursor on that `concerns` (an expression over Event) selects."""
    beyond = (Event.log_index > cursor.log_index) | (
        (Event.log_index == cursor.log_index) & (Event.place >= cursor.place)
    )
    query = (
        Event.select()
        # The first comparison alone can walk the primary key; the second one cuts its first entry to size.
        .where((Event.log_index >= cursor.log_index) & beyond & concerns)
        .order_by(Event.log_index, Event.place)
        .limit(limit)
    )
    return list(query)
