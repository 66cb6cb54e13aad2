"""Telling people what happened: one watch per signed-in chat, resumed where it stood.

The cursor is moved after a notice was sent, so no notice is ever lost; a bot that is stopped finishes the
notice it is at, so none is sent twice. Only a bot killed between sending and remembering repeats one.
"""

from __future__ import annotations

import asyncio
import logging
from random import Random

from bot.awaited import AwaitedAnswers
from bot.client.api import Event, EventKind, LmsClient, LmsError, Query
from bot.core.adapter import Adapter, ChatGone
from bot.core.chat import Session
from bot.core.language import speaking
from bot.notices import notice
from bot.store import BotStore

log = logging.getLogger(__name__)

PAUSE_SECONDS_MIN = 0.5
PAUSE_SECONDS_MAX = 30.0


class Notifier:
    """Watches for every chat of one adapter. Use from the running loop; `stop` ends all watches."""

    def __init__(self, client: LmsClient, adapter: Adapter, store: BotStore, awaited: AwaitedAnswers) -> None:
        self._client = client
        self._adapter = adapter
        self._store = store
        self._awaited = awaited
        self._random = Random()  # noqa: S311 -- spreads the tries, guards nothing
        self._watches: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Watch for everybody who is signed in."""
        for chat, session in self._store.sessions():
            self.session_changed(chat, session)

    def attend(self, chat: str) -> None:
        """Watch for this chat, unless it is watched for already or nobody is signed in there."""
        session = None if chat in self._watches else self._store.load(chat).session
        if session is not None:
            self.session_changed(chat, session)

    def session_changed(self, chat: str, session: Session | None) -> None:
        """An Engine's SessionListener."""
        former = self._watches.pop(chat, None)
        if former is not None:
            former.cancel()
        if session is not None:
            watch = self._watch(chat, session, former)
            self._watches[chat] = asyncio.create_task(watch, name=f"watch of chat {chat}")

    async def stop(self) -> None:
        watches = list(self._watches.values())
        self._watches.clear()
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)

    async def _watch(self, chat: str, session: Session, former: asyncio.Task[None] | None) -> None:
        if former is not None:
            # It may be in the middle of a notice, whose cursor this watch begins with.
            await asyncio.wait([former])
        pause = PAUSE_SECONDS_MIN
        while True:
            before = self._store.cursor(chat, session.username)
            try:
                async for event in self._client.watch(session.token, before):
                    await self._finish(self._pass_on(chat, session.username, event))
            except ChatGone:
                log.info("nobody reads chat %s any more: it gets no notices", chat)
                return
            except LmsError as error:
                if error.code == "UNAUTHENTICATED":
                    log.info("the session of chat %s is over: it gets no notices", chat)
                    return
                if error.code == "INVALID_ARGUMENT":
                    # A cursor of another cluster's: begin with what happens from now on.
                    self._store.move_cursor(chat, session.username, "")
                log.warning("the watch of chat %s broke: %s %s", chat, error.code, error.reason)
            except Exception:
                log.exception("the watch of chat %s broke", chat)
            if self._store.cursor(chat, session.username) != before:
                pause = PAUSE_SECONDS_MIN
            await asyncio.sleep(pause * self._random.uniform(0.5, 1.0))
            pause = min(pause * 2, PAUSE_SECONDS_MAX)

    async def _finish(self, passing_on: asyncio.Task[None]) -> None:
        """Wait for a notice to be sent and remembered, even when this watch is cancelled meanwhile."""
        try:
            await asyncio.shield(passing_on)
        except asyncio.CancelledError:
            await asyncio.wait([passing_on])
            raise

    def _pass_on(self, chat: str, username: str, event: Event) -> asyncio.Task[None]:
        async def send_and_remember() -> None:
            with speaking(self._store.load(chat).language):
                told = notice(event)
            if told is not None and not self._is_awaited(chat, event):
                message = await self._adapter.send(chat, told)
                if told.on_reply:
                    self._store.keep_on_reply(chat, message, told.on_reply)
            self._store.move_cursor(chat, username, event.cursor)

        return asyncio.create_task(send_and_remember())

    def _is_awaited(self, chat: str, event: Event) -> bool:
        """Whether the chat shows this answer as the reply to its question."""
        if event.kind is not EventKind.QUERY_ANSWERED or not isinstance(event.item, Query):
            return False
        return self._awaited.waits(chat, event.item.id)
