"""The surroundings of cases that go through Telegram: the whole bot, and a Bot API server on loopback."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from unittest.mock import patch
from zoneinfo import ZoneInfo

from bot.adapters.telegram import Menus, TelegramAdapter, albums, limits, streaming
from bot.adapters.telegram.polling import Polling
from bot.app import Classroom, converse, menus
from bot.awaited import AwaitedAnswers
from bot.client.api import LmsError
from bot.commands import Calendar, build_registry
from bot.core.chat import Session
from bot.core.conversation import ChatConversation
from bot.core.model import Incoming, Reply, Role, StreamedReply
from bot.core.richtext import Style
from bot.store import BotStore
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.fuzz.room import Seen, listening
from tests.fuzz.state import State
from tests.solo.classroom import seated
from tests.telegram.protocol import BotMessage, Json
from tests.telegram.server import TOKEN, BotApiServer
from tests.world import PEOPLE

CHATS = {username: number for number, username in enumerate(PEOPLE, start=7001)}
STRANGER = 7999
GROUP = -7000
"""A chat that several people read, where edsger is signed in."""
PATIENCE_SECONDS = 120.0

_KINDS = {Style.BOLD: "bold", Style.ITALIC: "italic", Style.CODE: "code", Style.QUOTE: "blockquote"}
# What Telegram may well refuse, as a file that is gone or a message that was deleted before.
_EXPECTED = re.compile(r"wrong file_id|file is too big|message to (?:delete|react) not found")


class WatchedPolling(Polling):
    """Tells when an update is done with."""

    def __init__(self) -> None:
        super().__init__()
        self.done: set[int] = set()
        self.progress = asyncio.Event()

    def handled(self, update_id: int) -> None:
        super().handled(update_id)
        self.done.add(update_id)
        self.progress.set()


class WatchedAdapter(TelegramAdapter):
    """Compares what the core says with what the server then shows."""

    def __init__(self, server: BotApiServer, menus: Menus, polling: WatchedPolling) -> None:
        super().__init__(TOKEN, server.url, menus, polling)
        self.seen: Seen | None = None
        self._server = server
        self._lines: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def send(self, chat: str, reply: Reply) -> str:
        async with self._lines[chat]:
            before = len(self._server.said)
            message = await super().send(chat, reply)
            self._note(chat, reply, before)
        return message

    async def stream(self, chat: str, reply: StreamedReply) -> str:
        async with self._lines[chat]:
            before = len(self._server.said)
            message = await super().stream(chat, reply)
            self._note(chat, reply.final, before)
        return message

    def _note(self, chat: str, reply: Reply, before: int) -> None:
        seen = self.seen
        if seen is None:
            return
        mine = chat == seen.incoming.chat and not reply.text.plain.startswith("🔔")
        (seen.replies if mine else seen.notices).append(reply)
        shown = [message for message in self._server.said[before:] if message.chat == int(chat)]
        seen.troubles.extend(_differences(reply, shown))


def _differences(reply: Reply, shown: Sequence[BotMessage]) -> Iterator[str]:
    """White space apart, which Telegram trims at the ends of messages."""
    meant, read = _dense(reply.text.plain), _dense("".join(message.text for message in shown))
    if meant != read:
        yield f"Telegram shows other words: {read[:300]!r} for {meant[:300]!r}"
    for style, kind in _KINDS.items():
        styled = _dense("".join(span.text for span in reply.text.spans if span.style is style))
        entities = [entity for message in shown for entity in message.entities if entity.kind == kind]
        if _dense("".join(entity.text for entity in entities)) != styled:
            yield f"other words are {kind} than were meant: {entities}"
    data = [button.data for row in reply.buttons for button in row]
    if [data for message in shown for row in message.rows for _, data in row] != data:
        yield f"other buttons than were meant: {data}"
    if len([message for message in shown if message.file_name]) != len(reply.files):
        yield f"other files than were meant: {[file.name for file in reply.files]}"


def _dense(words: str) -> str:
    return "".join(words.split())


class TelegramRoom:
    """Open while it is entered: a bot at work, its people signed in."""

    async def __aenter__(self) -> TelegramRoom:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="fuzz-")))
            self._troubles: list[str] = []
            self._newcomers = 0
            stack.enter_context(listening(self._troubles))
            for place, name, value in (
                (albums, "ALBUM_SECONDS", 0.01),
                (limits, "IN_A_SECOND", 100_000),
                (limits, "CHAT_AT_ONCE", 100_000),
                (streaming, "DRAFT_INTERVAL_SECONDS", 0.0),
                (streaming, "EDIT_INTERVAL_SECONDS", 0.0),
            ):
                stack.enter_context(patch.object(place, name, value))
            self.server = await stack.enter_async_context(BotApiServer())
            self.classroom = await stack.enter_async_context(seated(lambda: datetime.now(UTC), quoting_tutor))
            calendar, awaited = Calendar(lambda: datetime.now(UTC), ZoneInfo("UTC")), AwaitedAnswers()
            self.registry = build_registry(self.classroom.client, calendar, awaited)
            room = Classroom(self.classroom.client, self.registry, awaited, calendar)
            self.store = BotStore(folder / "bot.db", TelegramAdapter.name)
            stack.callback(self.store.close)
            for chat in (*CHATS.values(), GROUP):
                await self.sign_in(chat)
            self._polling = WatchedPolling()
            self.adapter = WatchedAdapter(self.server, menus(self.registry), self._polling)
            self._work = asyncio.create_task(converse(self.adapter, room, self.store))
            stack.push_async_callback(self._end)
            self._state = State(self.classroom)
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

    async def sign_in(self, chat: int) -> None:
        """See that somebody is signed in there."""
        known = self.store.load(str(chat))
        if known.session is not None:
            return
        username = next((name for name, number in CHATS.items() if number == chat), "edsger")
        person = PEOPLE[username]
        try:
            session = await self.classroom.client.login(username, person.password)
        except LmsError:
            # Disabled, or with another password: somebody new takes the place.
            self._newcomers += 1
            username = f"{person.role}{self._newcomers}"
            self.classroom.seat(username, username.capitalize(), person.role, person.password)
            session = await self.classroom.client.login(username, person.password)
        role = Role(session.user.role)
        self.store.save(str(chat), replace(known, session=Session(session.token, username, role)))

    async def hear(self, updates: Sequence[Json], redelivered: bool = False) -> Seen:
        """Deliver them, as one thing said, and observe."""
        chat = chat_of(updates[0])
        incoming = Incoming(TelegramAdapter.name, str(chat), "", text=f"{updates}")
        seen = Seen(incoming, redelivered=redelivered, before=self._state.now())
        self._troubles.clear()
        self.server.refused.clear()
        self.adapter.seen = seen
        try:
            await self._deliver(updates, redelivered)
        except TimeoutError:
            seen.troubles.append("never done with")
        self.adapter.seen = None
        seen.troubles += self._troubles
        seen.troubles += [
            f"{method} was refused: {why}" for method, why in self.server.refused if not _EXPECTED.search(why)
        ]
        seen.after = self._state.now()
        return seen

    async def _deliver(self, updates: Sequence[Json], redelivered: bool) -> None:
        ids = set()
        for update in updates:
            if redelivered:
                self._polling.done.discard(update["update_id"])
                ids.add(self.server.deliver_again(update)["update_id"])
            else:
                update.update(self.server.deliver(update))
                ids.add(update["update_id"])
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not ids <= self._polling.done:
                self._polling.progress.clear()
                waiting = asyncio.create_task(self._polling.progress.wait())
                await asyncio.wait({waiting, self._work}, return_when=asyncio.FIRST_COMPLETED)
                if self._work.done():
                    waiting.cancel()
                    self._work.result()
                    raise AssertionError("the bot has ended")

    def conversation(self, chat: int) -> ChatConversation:
        incoming = Incoming(TelegramAdapter.name, str(chat), "")
        return ChatConversation(self.adapter, incoming, self.store.load(str(chat)))


def chat_of(update: Json) -> int:
    message = update.get("message") or update["callback_query"].get("message")
    return int(message["chat"]["id"]) if message else int(update["callback_query"]["from"]["id"])
