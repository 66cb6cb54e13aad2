"""How fast the bot may speak: Telegram's limits over all chats and in each, kept before they are broken."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from aiolimiter import AsyncLimiter
from telegram.ext import AIORateLimiter

# Telegram allows about thirty messages in any second. What may be sent at once counts towards the second too.
AT_ONCE = 5
AT_ONCE_SECONDS = 0.2
# One a second in one chat; a few at once are tolerated, as an answer in several parts needs them.
CHAT_AT_ONCE = 20
CHAT_AT_ONCE_SECONDS = 20.0
CHATS_REMEMBERED_MAX = 1024

FLOOD_RETRIES = 5

_Answer = bool | dict[str, Any] | list[dict[str, Any]]

_NOT_COUNTED = frozenset({"sendChatAction", "sendMessageDraft"})


class SpeedLimiter(AIORateLimiter):
    """Waits before a call rather than be refused; when Telegram demands a pause, keeps it and tries again.

    The library's limiter knows the limits over all chats and in groups. This adds the limit in private chats.
    """

    def __init__(self) -> None:
        super().__init__(
            overall_max_rate=AT_ONCE, overall_time_period=AT_ONCE_SECONDS, max_retries=FLOOD_RETRIES
        )
        self._chats: dict[int, AsyncLimiter] = {}

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, _Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> _Answer:
        chat = data.get("chat_id")
        speaks = endpoint.startswith("send") and endpoint not in _NOT_COUNTED
        if speaks and isinstance(chat, int) and chat > 0:
            # An album counts as many messages as it has.
            await self._limiter_of(chat).acquire(len(data.get("media") or "1"))
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)

    def _limiter_of(self, chat: int) -> AsyncLimiter:
        if chat not in self._chats:
            if len(self._chats) >= CHATS_REMEMBERED_MAX:
                # One that could send everything at once has nothing to remember.
                self._chats = {
                    known: limiter
                    for known, limiter in self._chats.items()
                    if not limiter.has_capacity(CHAT_AT_ONCE)
                }
            self._chats[chat] = AsyncLimiter(CHAT_AT_ONCE, CHAT_AT_ONCE_SECONDS)
        return self._chats[chat]
