"""One update heard: with the rest of its album, and with what is shown in the chat meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextvars import ContextVar
from typing import Any

from telegram import Bot, CallbackQuery, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

from bot.adapters.telegram.albums import Gathering
from bot.adapters.telegram.attempts import attempt, means
from bot.adapters.telegram.incoming import incoming_of
from bot.adapters.telegram.reactions import Reactions
from bot.core.adapter import ChatGone, Handler
from bot.core.model import Incoming

log = logging.getLogger(__name__)

# Telegram shows it for five seconds. Most answers come before it need be shown at all.
TYPING_AFTER_SECONDS = 0.5
TYPING_INTERVAL_SECONDS = 4.5
# What takes longer is marked as received.
LONG_SECONDS = 2.0

_answered: ContextVar[str | None] = ContextVar("answered", default=None)


def answered() -> str | None:
    """The message that whoever calls is answering; empty when it is a tap; None when it is nothing."""
    return _answered.get()


class Hearing:
    """Hands updates to the core. `handled` is told the id of each one that is done with."""

    def __init__(self, bot: Bot, adapter: str, reactions: Reactions, handled: Callable[[int], None]) -> None:
        self._bot = bot
        self._adapter = adapter
        self._reactions = reactions
        self._handled = handled
        self._gathering = Gathering()

    async def hear(self, update: Update, handle: Handler) -> None:
        """Raises what `handle` raises."""
        if update.callback_query is not None:
            # A tap is shown as waiting until it is answered, whatever comes of it.
            spinner = asyncio.create_task(self._stop_spinner(update.callback_query))
            try:
                await self._gathering.hear(update, lambda updates: self._hear(updates, handle))
            finally:
                await asyncio.wait([spinner])
        else:
            await self._gathering.hear(update, lambda updates: self._hear(updates, handle))

    async def _hear(self, updates: Sequence[Update], handle: Handler) -> None:
        incoming = incoming_of(updates, self._adapter, self._bot.username)
        if incoming is None:
            return
        _answered.set(incoming.message)
        meanwhile = [asyncio.create_task(shown) for shown in self._shown_meanwhile(incoming)]
        try:
            await handle(incoming)
        finally:
            for showing in meanwhile:
                showing.cancel()
        # The parts of an album are done with all at once: delivered again, it is whole or not there.
        for update in updates:
            self._handled(update.update_id)

    def _shown_meanwhile(self, incoming: Incoming) -> list[Coroutine[Any, Any, None]]:
        shown = [self._type(incoming.chat)]
        if not incoming.message or self._reactions.expects_secret(incoming.chat):
            return shown
        if incoming.files and incoming.private:
            self._reactions.received(incoming.chat, incoming.message)
        else:
            shown.append(self._mark_received_when_long(incoming))
        return shown

    async def _mark_received_when_long(self, incoming: Incoming) -> None:
        await asyncio.sleep(LONG_SECONDS)
        self._reactions.received(incoming.chat, incoming.message)

    async def _stop_spinner(self, query: CallbackQuery) -> None:
        try:
            await attempt(query.answer)
        except BadRequest as refusal:
            if not means(refusal, "query is too old"):
                log.warning("a tap could not be answered: %s", refusal)
        except (TelegramError, ChatGone) as failure:
            log.warning("a tap could not be answered: %s", failure)

    async def _type(self, chat: str) -> None:
        await asyncio.sleep(TYPING_AFTER_SECONDS)
        while True:
            try:
                await self._bot.send_chat_action(int(chat), ChatAction.TYPING)
            except TelegramError as failure:
                log.debug("typing could not be shown: %s", failure)
            await asyncio.sleep(TYPING_INTERVAL_SECONDS)
