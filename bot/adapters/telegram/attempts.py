"""Calling the Bot API: what is tried again, and what its refusals mean to the core."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError

from bot.adapters.telegram.rendering import html, sendable
from bot.core.adapter import ChatGone
from bot.core.richtext import Text

log = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_PAUSES_SECONDS = (0.5, 2.0)


async def attempt(call: Callable[[], Awaitable[T]]) -> T:
    """The outcome of `call`, which is made again when the network fails.

    The first try may have arrived all the same: then something is said twice, which is better than never.
    Floods are not dealt with here; the rate limiter waits for as long as Telegram demands.

    Raises ChatGone when nobody reads the chat any more, BadRequest, and what the last try raised.
    """
    for pause in RETRY_PAUSES_SECONDS:
        try:
            return await _once(call)
        except BadRequest:
            raise
        except NetworkError as failure:
            log.warning("Telegram did not answer (%s); trying again", type(failure).__name__)
            await asyncio.sleep(pause)
    return await _once(call)


async def _once(call: Callable[[], Awaitable[T]]) -> T:
    try:
        return await call()
    except Forbidden as gone:
        raise ChatGone(str(gone)) from gone
    except BadRequest as refusal:
        if means(refusal, "chat not found"):
            raise ChatGone(str(refusal)) from refusal
        raise


class ChatCalls:
    """Calls that concern one chat, wherever it has moved: a group that grows gets a new id."""

    def __init__(self) -> None:
        self._moved: dict[str, int] = {}

    async def attempt(self, chat: str, call: Callable[[int], Awaitable[T]]) -> T:
        """`attempt`, `call` being given the chat's id."""
        try:
            return await attempt(lambda: call(self._moved.get(chat, int(chat))))
        except ChatMigrated as moved:
            log.info("chat %s has become %d", chat, moved.new_chat_id)
            self._moved[chat] = moved.new_chat_id
        return await attempt(lambda: call(self._moved[chat]))

    async def formatted(
        self, chat: str, text: Text, show: Callable[[int, str, str | None], Awaitable[T]]
    ) -> T:
        """`show` gets the chat's id, `text` as HTML, and the parse mode.

        If Telegram cannot read that, it gets the text as it is and no mode.
        """
        try:
            return await self.attempt(chat, lambda to: show(to, html(text), ParseMode.HTML))
        except BadRequest as refusal:
            if not means(refusal, "can't parse entities"):
                raise
            log.warning("Telegram could not read our HTML: %s", refusal)
            return await self.attempt(chat, lambda to: show(to, sendable(text.plain), None))


def means(refusal: BadRequest, words: str) -> bool:
    """Telegram has no codes for its refusals, only sentences."""
    return words in refusal.message.lower()
