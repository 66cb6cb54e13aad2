"""How fast the bot may speak: Telegram's limits over all chats and in each, kept before they are broken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from aiolimiter import AsyncLimiter
from telegram.ext import AIORateLimiter

# Telegram allows about thirty messages in any second.
IN_A_SECOND = 30
# Half as many drafts: they come often, and must not hold messages back.
DRAFTS_IN_A_SECOND = 15
# One a second in one chat; a few at once are tolerated, as an answer in several parts needs them.
CHAT_AT_ONCE = 15
CHAT_AT_ONCE_SECONDS = 15.0
GROUP_IN_A_MINUTE = 20
CHATS_REMEMBERED_MAX = 1024

FLOOD_RETRIES = 5

_Answer = bool | dict[str, Any] | list[dict[str, Any]]
_Call = Callable[..., Coroutine[Any, Any, _Answer]]

_MESSAGES = frozenset({"sendMessage", "sendDocument", "sendPhoto", "sendMediaGroup", "editMessageText"})
_COURTESIES = frozenset({"sendChatAction", "sendMessageDraft", "setMessageReaction"})


class SpeedLimiter(AIORateLimiter):
    """Waits before a call rather than be refused; when Telegram demands a pause, keeps it and tries again.

    The pauses, and how it counts in groups, are the library's. Its limit over all chats counts when a call
    begins, and calls that are late meet the next ones: here what counts is when they have arrived.
    """

    def __init__(self) -> None:
        super().__init__(
            overall_max_rate=0,
            group_max_rate=GROUP_IN_A_MINUTE,
            group_time_period=60.0,
            max_retries=FLOOD_RETRIES,
        )
        self._messages = _Second(IN_A_SECOND)
        self._drafts = _Second(DRAFTS_IN_A_SECOND)
        self._chats: dict[int, AsyncLimiter] = {}

    async def process_request(
        self,
        callback: _Call,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> _Answer:
        if endpoint in _COURTESIES:
            # Refused for a flood it is left out: waiting for it, the library would hold back everything else.
            if endpoint == "sendMessageDraft":
                callback = self._drafts.paced(callback, 1)
            return await callback(*args, **kwargs)
        if endpoint in _MESSAGES:
            # An album counts as many messages as it has.
            messages = len(data["media"]) if endpoint == "sendMediaGroup" else 1
            await self._in_chat(data["chat_id"], messages)
            callback = self._messages.paced(callback, messages)
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)

    async def _in_chat(self, chat: int, messages: int) -> None:
        """Groups, which have negative ids, have limits of their own."""
        if chat > 0:
            await self._limiter_of(chat).acquire(messages)

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


class _Second:
    """So many messages in any second at the other end, however long they are on their way.

    Each takes a place from before it is sent until a second after it was answered: those that arrive within
    one second all have a place at its end.
    """

    def __init__(self, messages_max: int) -> None:
        self._places = asyncio.Semaphore(messages_max)
        self._turn = asyncio.Lock()

    def paced(self, call: _Call, messages: int) -> _Call:
        async def paced(*args: Any, **kwargs: Any) -> _Answer:
            taken = 0
            try:
                # One collects its places at a time, or several might wait for each other's.
                async with self._turn:
                    while taken < messages:
                        await self._places.acquire()
                        taken += 1
                return await _seen_through(call(*args, **kwargs))
            finally:
                asyncio.get_running_loop().call_later(1.0, self._leave, taken)

        return paced

    def _leave(self, places: int) -> None:
        for _ in range(places):
            self._places.release()


async def _seen_through(call: Coroutine[Any, Any, _Answer]) -> _Answer:
    """Once its turn has come a call is made to its end, even for a sender who is cancelled meanwhile: so
    whoever is cancelled has said nothing, and whoever has said something knows it."""
    made = asyncio.ensure_future(call)
    try:
        return await asyncio.shield(made)
    except asyncio.CancelledError:
        await asyncio.wait({made})
        return made.result()
