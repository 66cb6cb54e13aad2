"""The core's front door: everything said, in each chat's own order, heard exactly once.

A message is *heard*, and then what the chat has come to is saved together with the message's request id, in
one step. If the bot dies in between, the message is delivered again and heard again from the same state: its
act has the same request id, so the classroom answers with the first outcome. If it dies afterwards, the
request id is known and the message is not heard again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.core.adapter import Adapter, ChatGone
from bot.core.chat import ChatStore, Session
from bot.core.command import Registry
from bot.core.conversation import ChatConversation
from bot.core.model import Incoming, Reply
from bot.core.reader import reading_as
from bot.core.richtext import plain
from bot.core.text import dialogue as text
from bot.core.turn import Turn

log = logging.getLogger(__name__)

WAITING_MAX = 32
HANDLED_MAX = 64

SessionListener = Callable[[str, Session | None], None]
"""Told the chat, and who is signed in there from now on; also when how it is told of things has changed."""


@dataclass(slots=True)
class _Line:
    """Those who wait for their turn in one chat."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0


class Engine:
    """Hears what `adapter` delivers. `clock` gives seconds since the epoch."""

    def __init__(
        self,
        adapter: Adapter,
        registry: Registry,
        chats: ChatStore,
        clock: Callable[[], float],
        on_session: SessionListener = lambda chat, session: None,
    ) -> None:
        self._adapter = adapter
        self._registry = registry
        self._chats = chats
        self._clock = clock
        self._on_session = on_session
        self._lines: dict[str, _Line] = {}
        self._secrets: dict[str, dict[str, str]] = {}

    async def run(self) -> None:
        """Until the adapter's place closes."""
        await self._adapter.run(self.handle)

    async def handle(self, incoming: Incoming) -> None:
        """Returns when the message is answered; one chat's messages are, in the order of these calls."""
        line = self._lines.setdefault(incoming.chat, _Line())
        if line.length >= WAITING_MAX:
            await self._turn_away(incoming)
            return
        line.length += 1
        try:
            async with line.lock:
                await self._hear(incoming)
        finally:
            line.length -= 1
            if line.length == 0:
                del self._lines[incoming.chat]

    async def _hear(self, incoming: Incoming) -> None:
        before = self._chats.load(incoming.chat)
        request_ids = incoming.parts or (incoming.request_id,)
        if all(request_id in before.handled for request_id in request_ids):
            log.info("request %s in chat %s was delivered again", incoming.request_id, incoming.chat)
            return
        before = replace(before, language=incoming.language or before.language)
        conversation = ChatConversation(self._adapter, incoming, before)
        secrets = self._secrets.setdefault(incoming.chat, {})
        on_reply = self._chats.on_reply(incoming.chat, incoming.reply_to) if incoming.reply_to else ""
        try:
            with reading_as(before):
                await Turn(self._registry, conversation, secrets, self._clock(), on_reply).hear()
        except Exception:
            # The place would not take our reply. What was done is done, and is kept.
            log.exception("could not answer request %s in chat %s", incoming.request_id, incoming.chat)
        finally:
            if conversation.chat.dialogue is None:
                self._secrets.pop(incoming.chat, None)
        for message, begun in conversation.answerable.items():
            self._chats.keep_on_reply(incoming.chat, message, begun)
        handled = (*conversation.chat.handled, *request_ids)[-HANDLED_MAX:]
        self._chats.save(incoming.chat, replace(conversation.chat, handled=handled))
        told_differently = conversation.chat.settings != before.settings
        if conversation.chat.session != before.session or told_differently:
            self._on_session(incoming.chat, conversation.chat.session)

    async def _turn_away(self, incoming: Incoming) -> None:
        log.warning("chat %s says more than %d things at once", incoming.chat, WAITING_MAX)
        try:
            with reading_as(self._chats.load(incoming.chat)):
                await self._adapter.send(incoming.chat, Reply(plain(text.TOO_FAST), refused=True))
        except ChatGone:
            log.info("nobody reads chat %s any more", incoming.chat)
