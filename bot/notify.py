"""Telling people what happened: one watch per signed-in chat, resumed where it stood.

The cursor is moved after a notice was sent, so no notice is ever lost; a bot that is stopped finishes the
notice it is at, so none is sent twice. Only a bot killed between sending and remembering repeats one.
"""

from __future__ import annotations

import asyncio

from bot.awaited import AwaitedAnswers
from bot.chat_watch import ChatWatch, Surroundings
from bot.client.api import LmsClient
from bot.commands.dates import Calendar
from bot.core.adapter import Adapter
from bot.core.chat import Session
from bot.store import BotStore, Told


class Notifier:
    """Watches for every chat of one adapter. Use from the running loop; `stop` ends all watches."""

    def __init__(
        self,
        client: LmsClient,
        adapter: Adapter,
        store: BotStore,
        awaited: AwaitedAnswers,
        calendar: Calendar,
    ) -> None:
        self._surroundings = Surroundings(client, adapter, store, awaited, calendar)
        self._store = store
        self._watches: dict[str, asyncio.Task[None]] = {}
        self._stopped = False

    def start(self) -> None:
        """Watch for everybody who is signed in."""
        for chat, session in self._store.sessions():
            self.session_changed(chat, session)

    def attend(self, chat: str) -> None:
        """Watch for this chat, unless it is watched for already or nobody is signed in there. So whoever
        blocked the bot, or left, is told of things again once they speak."""
        watch = self._watches.get(chat)
        is_watched = watch is not None and not watch.done()
        session = None if is_watched else self._store.load(chat).session
        if session is not None:
            self.session_changed(chat, session)

    def session_changed(self, chat: str, session: Session | None) -> None:
        """An Engine's SessionListener."""
        former = self._watches.pop(chat, None)
        if former is not None:
            former.cancel()
        if session is not None and not self._stopped:
            # At once, and not when its watch has begun: what happens in between is told too.
            if session.since and not self._store.told(chat, session.username).cursor:
                self._store.remember_told(chat, session.username, Told(session.since))
            watch = self._watch(chat, session, former)
            self._watches[chat] = asyncio.create_task(watch, name=f"watch of chat {chat}")

    async def stop(self) -> None:
        """To be called while the place can still be spoken in: notices under way are finished."""
        self._stopped = True
        watches = list(self._watches.values())
        self._watches.clear()
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)

    async def _watch(self, chat: str, session: Session, former: asyncio.Task[None] | None) -> None:
        if former is not None:
            # It may be in the middle of a notice, which this watch would tell again.
            await asyncio.wait([former])
        await ChatWatch(chat, session, self._surroundings).run()
