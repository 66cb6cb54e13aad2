"""Asking Telegram for updates, and confirming none before it was handled.

The library's own polling confirms an update as soon as it has received it: a bot killed while it worked on a
submission would never hear of it again. Here Telegram delivers such an update once more, and the core, which
knows request ids, sees to it that nothing is done twice.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any, NoReturn

from telegram import Bot, Update
from telegram.error import InvalidToken, RetryAfter, TelegramError, TimedOut

log = logging.getLogger(__name__)

LONG_POLL_SECONDS = 10
# Telegram gives this many unconfirmed updates at most.
PAGE_MAX = 100
# While something is worked on, Telegram answers at once, with what we know already.
PAUSE_SECONDS = 0.2
BACKOFF_SECONDS_MIN = 1.0
BACKOFF_SECONDS_MAX = 30.0


class Polling:
    """`handled` must be told of each update when it is done with."""

    def __init__(self) -> None:
        self._offset = 0
        self._received: dict[int, bool] = {}
        """Whether it was handled, of every update received and not confirmed yet."""
        self._progress = asyncio.Event()

    def handled(self, update_id: int) -> None:
        if update_id in self._received:
            self._received[update_id] = True
            self._progress.set()

    async def run(self, bot: Bot, queue: asyncio.Queue[Any]) -> NoReturn:
        """Put updates into `queue` until it is cancelled.

        Raises InvalidToken when Telegram does not know the bot any more.
        """
        backoff = BACKOFF_SECONDS_MIN
        while True:
            try:
                await self._receive(bot, queue)
                backoff = BACKOFF_SECONDS_MIN
            except InvalidToken:
                raise
            except TimedOut:
                continue
            except TelegramError as failure:
                log.warning("polling Telegram: %s", failure)
                await asyncio.sleep(_demanded_seconds(failure) or backoff)
                backoff = min(2 * backoff, BACKOFF_SECONDS_MAX)
            if self._received:
                await self._some_progress()

    async def confirm(self, bot: Bot) -> None:
        """Tell Telegram what was handled, without waiting for more."""
        try:
            await bot.get_updates(offset=self._next_offset(), limit=1, timeout=0)
        except TelegramError as failure:
            log.warning("the last updates could not be confirmed and will come again: %s", failure)

    async def _receive(self, bot: Bot, queue: asyncio.Queue[Any]) -> None:
        page = await bot.get_updates(
            offset=self._next_offset(),
            limit=PAGE_MAX,
            timeout=LONG_POLL_SECONDS,
            allowed_updates=[Update.MESSAGE, Update.CALLBACK_QUERY],
        )
        new = [update for update in page if update.update_id not in self._received]
        if len(page) == PAGE_MAX and not new:
            log.warning("%d updates wait for one that takes long; they are confirmed before it", PAGE_MAX)
            self._offset = max(self._received) + 1
            self._received.clear()
        for update in new:
            self._received[update.update_id] = False
            await queue.put(update)

    def _next_offset(self) -> int:
        """Asking from here on confirms everything before: only what was handled."""
        for update_id in sorted(self._received):
            if not self._received[update_id]:
                break
            del self._received[update_id]
            self._offset = max(self._offset, update_id + 1)
        return self._offset

    async def _some_progress(self) -> None:
        try:
            async with asyncio.timeout(PAUSE_SECONDS):
                await self._progress.wait()
        except TimeoutError:
            pass
        self._progress.clear()


def _demanded_seconds(failure: TelegramError) -> float:
    """How long Telegram wants us to wait; 0 when it does not say."""
    if not isinstance(failure, RetryAfter):
        return 0.0
    demanded = failure.retry_after
    return demanded.total_seconds() if isinstance(demanded, timedelta) else float(demanded)
