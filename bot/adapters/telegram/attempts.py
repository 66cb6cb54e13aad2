"""Calling the Bot API: what is tried again, and what its refusals mean to the core."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError

from bot.adapters.telegram.rendering import html
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
    except (Forbidden, ChatMigrated) as gone:
        raise ChatGone(str(gone)) from gone
    except BadRequest as refusal:
        if means(refusal, "chat not found"):
            raise ChatGone(str(refusal)) from refusal
        raise


async def attempt_formatted(text: Text, show: Callable[[str, str | None], Awaitable[T]]) -> T:
    """`show` gets `text` as HTML and the parse mode; if Telegram cannot read that, as it is and no mode."""
    try:
        return await attempt(lambda: show(html(text), ParseMode.HTML))
    except BadRequest as refusal:
        if not means(refusal, "can't parse entities"):
            raise
        log.warning("Telegram could not read our HTML: %s", refusal)
        return await attempt(lambda: show(text.plain, None))


def means(refusal: BadRequest, words: str) -> bool:
    """Telegram has no codes for its refusals, only sentences."""
    return words in refusal.message.lower()
