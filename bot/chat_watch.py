"""What happened, told in one chat: at once, after its quiet hours, or together once a day.

The stored cursor stands before the first event that is still to be told. What is told out of its turn (what
is due within a day, while a digest is gathered) is remembered until the cursor has passed it, so that a
restart repeats nothing and loses nothing: the cluster's feed is the only queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.awaited import AwaitedAnswers
from bot.client.api import Event, EventKind, LmsClient, LmsError, Query
from bot.commands.dates import Calendar
from bot.core.adapter import Adapter, ChatGone
from bot.core.chat import Session
from bot.core.model import Reply
from bot.core.reader import reading_as
from bot.core.settings import Settings
from bot.notices import digest, is_urgent, notice, topic
from bot.store import BotStore, Told

log = logging.getLogger(__name__)

PAUSE_SECONDS_MIN = 0.5
PAUSE_SECONDS_MAX = 30.0
LOOK_SECONDS_MAX = 60.0
"""The clock on the wall is looked at this often while something waits for it: clocks are set, and sleep."""
FINISH_SECONDS = 3.0
GATHER = timedelta(seconds=5)
WAITING_MAX = 300
"""What waits is told together when it is more."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the watches of all chats share."""

    client: LmsClient
    adapter: Adapter
    store: BotStore
    awaited: AwaitedAnswers
    calendar: Calendar


@dataclass(slots=True)
class _Heard:
    """An event, from when it was heard until the cursor has passed it."""

    cursor: str
    reply: Reply | None
    """What is still to be told of it."""
    due: datetime
    is_noted: bool
    """It was told or shown out of its turn, which a restart must know."""

    @property
    def is_silent(self) -> bool:
        return self.reply is None and not self.is_noted


class ChatWatch:
    """`run` it until the session ends, nobody reads the chat any more, or it is cancelled."""

    def __init__(self, chat: str, session: Session, surroundings: Surroundings) -> None:
        self._chat = chat
        self._session = session
        self._around = surroundings
        self._store = surroundings.store
        self._random = Random()  # noqa: S311 -- spreads the tries, guards nothing
        self._heard: list[_Heard] = []
        """In the order of the feed; the first one is still to be told."""
        self._told = Told()
        self._gathered_at = surroundings.calendar.now()
        """By then a watch that begins has heard what happened before it."""

    async def run(self) -> None:
        pause = PAUSE_SECONDS_MIN
        while True:
            before = self._told = self._store.told(self._chat, self._session.username)
            self._heard.clear()
            self._gathered_at = self._around.calendar.now() + GATHER
            try:
                await self._follow(self._around.client.watch(self._session.token, before.cursor))
            except ChatGone:
                log.info("nobody reads chat %s any more: it gets no notices", self._chat)
                return
            except LmsError as error:
                if error.code == "UNAUTHENTICATED":
                    log.info("the session of chat %s is over: it gets no notices", self._chat)
                    return
                if error.code == "INVALID_ARGUMENT":
                    # A cursor of another cluster's: begin with what happens from now on.
                    self._store.remember_told(self._chat, self._session.username, Told())
                log.warning("the watch of chat %s broke: %s %s", self._chat, error.code, error.reason)
            except Exception:
                log.exception("the watch of chat %s broke", self._chat)
            if self._told != before:
                pause = PAUSE_SECONDS_MIN
            await asyncio.sleep(pause * self._random.uniform(0.5, 1.0))
            pause = min(pause * 2, PAUSE_SECONDS_MAX)

    async def _follow(self, events: AsyncIterator[Event]) -> None:
        coming: asyncio.Task[Event] | None = None
        try:
            while True:
                coming = coming or asyncio.create_task(_next(events))
                await asyncio.wait({coming}, timeout=self._seconds_to_wait())
                if coming.done():
                    event, coming = coming.result(), None
                    self._hear(event)
                await _finish(self._tell_what_is_due())
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.wait({coming})

    def _hear(self, event: Event) -> None:
        state = self._store.load(self._chat)
        now = self._around.calendar.now()
        due = self._due(event, state.settings, now)
        with reading_as(state):
            # What waits says how far off a date is when it is read, and not when it was heard.
            calendar = replace(self._around.calendar, now=lambda: due)
            reply = None if topic(event) in state.settings.muted else notice(event, calendar)
        is_noted = event.cursor in self._told.ahead or self._is_awaited(event)
        if is_noted:
            reply = None
        heard = _Heard(event.cursor, reply, due, is_noted)
        if heard.is_silent and self._heard and self._heard[-1].is_silent:
            # However much that is not told comes in a long night, it is remembered as one place.
            self._heard.pop()
        self._heard.append(heard)

    def _due(self, event: Event, settings: Settings, now: datetime) -> datetime:
        urgent = is_urgent(event, now)
        due = settings.told_at(
            now,
            self._around.calendar.course_zone,
            waits_for_digest=not urgent,
            happened_at=event.happened_at or now,
        )
        # Whatever a digest missed is heard one by one, and told together all the same.
        return max(due, self._gathered_at) if settings.digest_at and not urgent else due

    def _seconds_to_wait(self) -> float | None:
        """None while nothing waits for a time to come."""
        if not self._heard:
            return None
        first = min(heard.due for heard in self._heard if heard.reply is not None)
        return min(max(0.0, (first - self._around.calendar.now()).total_seconds()), LOOK_SECONDS_MAX)

    async def _tell_what_is_due(self) -> None:
        now = self._around.calendar.now()
        waiting = [heard for heard in self._heard if heard.reply is not None]
        full = len(waiting) > WAITING_MAX
        due = [heard for heard in waiting if full or heard.due <= now]
        # Each shows its item of today: two answers to one question that are heard of late read the same.
        replies = list(dict.fromkeys(heard.reply for heard in due if heard.reply is not None))
        if replies:
            with reading_as(self._store.load(self._chat)):
                together = replies[0] if len(replies) == 1 else digest(replies)
            messages = await self._around.adapter.send(self._chat, together)
            for message in messages if together.on_reply else ():
                self._store.keep_on_reply(self._chat, message, together.on_reply)
        for heard in due:
            heard.reply, heard.is_noted = None, True
        self._remember()

    def _remember(self) -> None:
        """Move the cursor up to what is still to be told, and note what was told beyond it."""
        cursor, ahead = self._told.cursor, set(self._told.ahead)
        while self._heard and self._heard[0].reply is None:
            cursor = self._heard.pop(0).cursor
            ahead.discard(cursor)
        ahead.update(heard.cursor for heard in self._heard if heard.is_noted)
        told = Told(cursor, frozenset(ahead))
        if told != self._told:
            self._store.remember_told(self._chat, self._session.username, told)
            self._told = told

    def _is_awaited(self, event: Event) -> bool:
        """Whether the chat shows this answer as the reply to its question."""
        if event.kind is not EventKind.QUERY_ANSWERED or not isinstance(event.item, Query):
            return False
        return self._around.awaited.waits(self._chat, event.item.id)


async def _next(events: AsyncIterator[Event]) -> Event:
    return await anext(events)


async def _finish(telling: Coroutine[Any, Any, None]) -> None:
    """When its watch is cancelled meanwhile, a notice has a moment to be sent and remembered. One that still
    waits to be sent then is told another time."""
    task = asyncio.ensure_future(telling)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        finished, _ = await asyncio.wait({task}, timeout=FINISH_SECONDS)
        if not finished:
            task.cancel()
            await asyncio.wait({task})
        raise
