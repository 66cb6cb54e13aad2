"""What happened, in order, and who may hear of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from bot.client.api import Event, EventKind, Item, User
from bot.client.fake.refusals import invalid

Audience = Callable[[User], bool]


class Feed:
    """A cursor is the number of events before it."""

    def __init__(self) -> None:
        self._events: list[tuple[Event, Audience]] = []
        self._news = asyncio.Event()

    def add(self, kind: EventKind, item: Item, audience: Audience) -> None:
        self._events.append((Event(str(len(self._events) + 1), kind, item), audience))
        self.wake()

    def wake(self) -> None:
        """Let every watcher look again, for an event or for the end of its session."""
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self, viewer: Callable[[], User], cursor: str) -> AsyncIterator[Event]:
        """`viewer` raises LmsError once the session is over."""
        if cursor and not (cursor.isdecimal() and int(cursor) <= len(self._events)):
            raise invalid("cursor", "is not one of ours")
        at = int(cursor) if cursor else len(self._events)
        viewer()
        yield Event(str(at), None, None)
        while True:
            person = viewer()
            news = self._news
            while at < len(self._events):
                event, audience = self._events[at]
                at += 1
                if audience(person):
                    yield event
                    person = viewer()
            if news is self._news:
                await news.wait()


def only(username: str) -> Audience:
    return lambda viewer: viewer.username == username


def instructors(viewer: User) -> bool:
    return viewer.role == "instructor"


def students(viewer: User) -> bool:
    return viewer.role == "student"


def course_but(actor: User) -> Audience:
    """Students and instructors, without the one who caused it."""
    return lambda viewer: viewer.role != "administrator" and viewer.username != actor.username
