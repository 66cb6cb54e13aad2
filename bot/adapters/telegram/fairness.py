"""How many updates are worked on at once, and how many of them one chat may claim."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

log = logging.getLogger(__name__)

UPDATES_MAX = 1024
# More than the core lets wait in one chat, so that it is the core that tells a person to slow down.
CHAT_UPDATES_MAX = 48


class FairProcessor(BaseUpdateProcessor):
    """Works on the updates of all chats at once, so that one slow answer blocks nobody else.

    Those of one chat are handed over in the order they came, and the core's lock per chat keeps them so. No
    chat can claim every place: what it says beyond its share is dropped.
    """

    def __init__(self, handled: Callable[[int], None]) -> None:
        """`handled` is told the id of every update that is done with; not of one that was cancelled."""
        super().__init__(max_concurrent_updates=UPDATES_MAX)
        self._handled = handled
        self._claimed: Counter[int] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def initialize(self) -> None:
        """Nothing is to be prepared."""

    async def shutdown(self) -> None:
        """End what is still worked on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        assert isinstance(update, Update)  # noqa: S101 - nothing else is ever queued
        chat = update.effective_chat.id if update.effective_chat else 0
        if self._claimed[chat] < CHAT_UPDATES_MAX:
            await self._work(chat, coroutine)
        else:
            log.warning("chat %d floods the bot; an update was dropped", chat)
            if isinstance(coroutine, Coroutine):
                coroutine.close()
        self._handled(update.update_id)

    async def _work(self, chat: int, coroutine: Awaitable[Any]) -> None:
        self._claimed[chat] += 1
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._tasks.add(task)
        try:
            await coroutine
        finally:
            self._tasks.discard(task)
            self._claimed[chat] -= 1
            if not self._claimed[chat]:
                del self._claimed[chat]
