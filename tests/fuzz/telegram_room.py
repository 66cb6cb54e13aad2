"""The surroundings of cases that go through Telegram: the whole bot, and a Bot API server on loopback."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from unittest.mock import patch
from zoneinfo import ZoneInfo

from bot.adapters.telegram import TelegramAdapter, albums, limits, streaming
from bot.app import Classroom, converse, menus
from bot.awaited import AwaitedAnswers
from bot.client.api import LmsError
from bot.commands import Calendar, build_registry
from bot.core.chat import Session
from bot.core.conversation import ChatConversation
from bot.core.model import Incoming, Role
from bot.store import BotStore
from lms_cluster.tokens import digest
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.fuzz.ledger import Ledger
from tests.fuzz.room import Commands, listening
from tests.fuzz.telegram_watched import Heard, WatchedAdapter, WatchedPolling
from tests.solo.classroom import seated
from tests.telegram.protocol import Json
from tests.telegram.server import BotApiServer
from tests.world import PEOPLE

CHATS = {username: number for number, username in enumerate(PEOPLE, start=7001)}
STRANGER = 7999
GROUP = -7000
"""A chat that several people read, where edsger is signed in."""
PLACES = (*CHATS.values(), STRANGER, GROUP)
PATIENCE_SECONDS = 120.0

# What Telegram may well refuse, as a file that is gone or a message that was deleted before.
_EXPECTED = re.compile(r"wrong file_id|file is too big|message to (?:delete|react) not found")


@dataclass(frozen=True, slots=True)
class Round:
    """What came of some things done at once."""

    heard: Sequence[Heard]
    troubles: list[str] = field(default_factory=list)
    """Of which it is not known whose they are."""


class TelegramRoom:
    """Open while it is entered: a bot at work, its people signed in. `commands` may add to the registry, for
    tests of what is noticed."""

    def __init__(self, commands: Commands = lambda registry: registry) -> None:
        self._commands = commands

    async def __aenter__(self) -> TelegramRoom:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="fuzz-")))
            self._troubles: list[str] = []
            self._newcomers = 0
            stack.enter_context(listening(self._troubles))
            for place, name, value in (
                (albums, "ALBUM_SECONDS", 0.01),
                (limits, "IN_A_SECOND", 100_000),
                (limits, "DRAFTS_IN_A_SECOND", 100_000),
                (limits, "CHAT_AT_ONCE", 100_000),
                (limits, "GROUP_IN_A_MINUTE", 100_000),
                (streaming, "DRAFT_INTERVAL_SECONDS", 0.0),
                (streaming, "EDIT_INTERVAL_SECONDS", 0.0),
            ):
                stack.enter_context(patch.object(place, name, value))
            self.server = await stack.enter_async_context(BotApiServer())
            self.classroom = await stack.enter_async_context(seated(lambda: datetime.now(UTC), quoting_tutor))
            calendar, awaited = Calendar(lambda: datetime.now(UTC), ZoneInfo("UTC")), AwaitedAnswers()
            self.registry = self._commands(build_registry(self.classroom.client, calendar, awaited))
            room = Classroom(self.classroom.client, self.registry, awaited, calendar)
            self.store = BotStore(folder / "bot.db", TelegramAdapter.name)
            stack.callback(self.store.close)
            await self.see_signed_in()
            self._polling = WatchedPolling()
            self.adapter = WatchedAdapter(self.server, menus(self.registry), self._polling)
            self._work = asyncio.create_task(converse(self.adapter, room, self.store))
            stack.push_async_callback(self._end)
            self._ledger = Ledger(self.classroom)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _end(self) -> None:
        self._work.cancel()
        with suppress(asyncio.CancelledError):
            await self._work

    async def see_signed_in(self) -> None:
        """See that somebody is signed in in every chat, the stranger's apart."""
        for username, chat in (*CHATS.items(), ("edsger", GROUP)):
            if self.store.load(str(chat)).session is None:
                await self._sign_in(username, chat)

    async def _sign_in(self, username: str, chat: int) -> None:
        person = PEOPLE[username]
        try:
            session = await self.classroom.client.login(username, person.password)
        except LmsError:
            # Disabled, or with another password: somebody new takes the place.
            self._newcomers += 1
            username = f"{person.role}{self._newcomers}"
            self.classroom.seat(username, username.capitalize(), person.role, person.password)
            session = await self.classroom.client.login(username, person.password)
        own = Session(session.token, username, Role(session.user.role))
        self.store.save(str(chat), replace(self.store.load(str(chat)), session=own))

    async def hear(self, things: Sequence[Sequence[Json]], redelivered: bool = False) -> Round:
        """Deliver the updates of each thing done, no two of them in one chat, all at once; and observe."""
        seen = Round([Heard(chat_of(updates[0]), updates) for updates in things])
        sessions = {heard.chat: [self._session(heard.chat)] for heard in seen.heard}
        self._ledger.clear()
        self.adapter.hearing = {heard.chat: heard for heard in seen.heard}
        updates = [update for heard in seen.heard for update in heard.updates]
        if redelivered:
            await self._deliver_again(updates)
        else:
            self._deliver(updates)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not all(self._is_done(heard) for heard in seen.heard):
                    await self._some_progress()
        except TimeoutError:
            for heard in seen.heard:
                if not self._is_done(heard):
                    heard.troubles.append("never done with")
        self.adapter.hearing = {}
        for heard in seen.heard:
            # Who has signed in by it has written as who they are now.
            heard.written = self._ledger.take(*sessions[heard.chat], self._session(heard.chat))
        seen.troubles.extend(self._new_troubles())
        if tables := self._ledger.rest():
            seen.troubles.append(f"rows in {', '.join(sorted(tables))} were written by nobody who was heard")
        return seen

    def _deliver(self, updates: Sequence[Json]) -> None:
        for update in updates:
            update.update(self.server.deliver(update))

    async def _deliver_again(self, updates: Sequence[Json]) -> None:
        """When they are confirmed: as if that had been lost."""
        update_ids = {update["update_id"] for update in updates}
        await self.server.until(lambda: self._polling.has_confirmed(update_ids))
        self._polling.done -= update_ids
        for update in updates:
            self.server.deliver_again(update)

    def _is_done(self, heard: Heard) -> bool:
        return {update["update_id"] for update in heard.updates} <= self._polling.done

    async def _some_progress(self) -> None:
        self._polling.progress.clear()
        waiting = asyncio.create_task(self._polling.progress.wait())
        try:
            await asyncio.wait({waiting, self._work}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if self._work.done():
            self._work.result()
            raise AssertionError("the bot has ended")

    def _new_troubles(self) -> Iterator[str]:
        """Since it was asked last: a notice may well be told when all is done with."""
        yield from self._troubles
        yield from self.adapter.troubles
        for method, why in self.server.refused:
            if not _EXPECTED.search(why):
                yield f"{method} was refused: {why}"
        for noted in (self._troubles, self.adapter.troubles, self.server.refused):
            noted.clear()

    def _session(self, chat: int) -> bytes:
        """Of whoever is signed in there, as the cluster knows it; empty for nobody."""
        session = self.store.load(str(chat)).session
        return digest(session.token) if session is not None else b""

    def conversation(self, chat: int) -> ChatConversation:
        incoming = Incoming(TelegramAdapter.name, str(chat), "")
        return ChatConversation(self.adapter, incoming, self.store.load(str(chat)))


def chat_of(update: Json) -> int:
    message = update.get("message") or update["callback_query"].get("message")
    return int(message["chat"]["id"]) if message else int(update["callback_query"]["from"]["id"])
