"""The adapter at work, watched: what the core says is compared with what the server then shows."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.adapters.telegram import Menus, TelegramAdapter
from bot.adapters.telegram.polling import Polling
from bot.core.model import Reply, StreamedReply
from bot.core.richtext import Style
from tests.telegram.protocol import BotMessage, Json
from tests.telegram.running import Remembered
from tests.telegram.server import TOKEN, BotApiServer

_KINDS = {Style.BOLD: "bold", Style.ITALIC: "italic", Style.CODE: "code", Style.QUOTE: "blockquote"}


@dataclass(slots=True)
class Heard:
    """What came of one thing done in one chat, while other things were done in others."""

    chat: int
    updates: Sequence[Json]
    replies: list[Reply] = field(default_factory=list)
    """In the chat itself, notices apart."""
    written: set[str] = field(default_factory=set)
    """The tables that have other rows for it."""
    troubles: list[str] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return any(reply.refused for reply in self.replies)


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

    def has_confirmed(self, update_ids: Iterable[int]) -> bool:
        """To Telegram; whichever of them comes all the same is heard anew."""
        return self._received.keys().isdisjoint(update_ids)


class WatchedAdapter(TelegramAdapter):
    """Notes in `hearing`, by chat, what is said there, and in `troubles` what is shown otherwise than it was
    meant."""

    def __init__(self, server: BotApiServer, menus: Menus, polling: WatchedPolling) -> None:
        super().__init__(TOKEN, server.url, menus, Remembered(), polling)
        self.hearing: dict[int, Heard] = {}
        self.troubles: list[str] = []
        self._server = server
        self._lines: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def send(self, chat: str, reply: Reply) -> tuple[str, ...]:
        async with self._lines[chat]:
            before = len(self._server.said)
            message = await super().send(chat, reply)
            self._note(int(chat), reply, before)
        return message

    async def stream(self, chat: str, reply: StreamedReply) -> tuple[str, ...]:
        async with self._lines[chat]:
            before = len(self._server.said)
            message = await super().stream(chat, reply)
            self._note(int(chat), reply.final, before)
        return message

    def _note(self, chat: int, reply: Reply, before: int) -> None:
        shown = [message for message in self._server.said[before:] if message.chat == chat]
        troubles = self.troubles
        if chat in self.hearing and not reply.text.plain.startswith("🔔"):
            self.hearing[chat].replies.append(reply)
            troubles = self.hearing[chat].troubles
        troubles.extend(_differences(reply, shown))


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
