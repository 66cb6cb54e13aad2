"""Asking Telegram for updates. Asking for the next ones confirms those before: only what was handled."""

from __future__ import annotations

import asyncio
import logging
import warnings
from datetime import timedelta
from typing import Any, NoReturn

from telegram import Bot
from telegram.error import (
    Conflict,
    EndPointNotFound,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.warnings import PTBUserWarning

from bot.adapters.telegram.attempts import attempt
from bot.adapters.telegram.fairness import UPDATES_MAX
from bot.adapters.telegram.receiving import ALLOWED_UPDATES, read_update

log = logging.getLogger(__name__)

# See Polling._page for why not.
warnings.filterwarnings("ignore", "Please use 'Bot.get_updates'", PTBUserWarning)

LONG_POLL_SECONDS = 10
ANSWER_SECONDS = 5
# Telegram gives this many unconfirmed updates at most.
PAGE_MAX = 100
# While something is worked on, Telegram answers at once, with what we know already.
PAUSE_SECONDS = 0.2
BACKOFF_SECONDS_MIN = 1.0
BACKOFF_SECONDS_MAX = 30.0


class Polling:
    """A Receiving."""

    _bot: Bot
    _queue: asyncio.Queue[Any]

    def __init__(self) -> None:
        self._offset = 0
        self._received: dict[int, bool] = {}
        """Whether it was handled, of every update received and not confirmed yet."""
        self._left_behind: set[int] = set()
        """Confirmed, and still being worked on."""
        self._progress = asyncio.Event()

    async def open(self, bot: Bot, queue: asyncio.Queue[Any]) -> None:
        self._bot, self._queue = bot, queue
        # A webhook left over from an earlier run would get the updates in our stead.
        await attempt(bot.delete_webhook)

    def handled(self, update_id: int) -> None:
        self._left_behind.discard(update_id)
        if update_id in self._received:
            self._received[update_id] = True
            self._progress.set()

    async def run(self) -> NoReturn:
        backoff = BACKOFF_SECONDS_MIN
        while True:
            try:
                await self._receive()
                backoff = BACKOFF_SECONDS_MIN
            except InvalidToken:
                raise
            except TimedOut:
                continue
            except TelegramError as failure:
                _complain(failure)
                await asyncio.sleep(_demanded_seconds(failure) or backoff)
                backoff = min(2 * backoff, BACKOFF_SECONDS_MAX)
            if self._received:
                await self._some_progress()

    async def close(self) -> None:
        try:
            await self._bot.get_updates(offset=self._next_offset(), limit=1, timeout=0)
        except TelegramError as failure:
            log.warning("the last updates could not be confirmed and will come again: %s", failure)

    async def _receive(self) -> None:
        page = await self._page()
        new = [document for document in page if document["update_id"] not in self._received]
        if len(page) == PAGE_MAX and not new:
            self._leave_behind()
        for document in new:
            update = read_update(document, self._bot)
            # One that cannot be read would be no better when it came again.
            self._received[document["update_id"]] = update is None
            if update is not None:
                await self._queue.put(update)

    async def _page(self) -> list[dict[str, Any]]:
        """Unread: for one update that it cannot read the library refuses a page, and logs what it says."""
        wanted = {
            "offset": self._next_offset(),
            "limit": PAGE_MAX,
            "timeout": LONG_POLL_SECONDS,
            "allowed_updates": ALLOWED_UPDATES,
        }
        try:
            page: list[dict[str, Any]] = await self._bot.do_api_request(
                "get_updates", wanted, read_timeout=LONG_POLL_SECONDS + ANSWER_SECONDS
            )
        except EndPointNotFound:
            # So the library calls a token that is not known in this place.
            raise InvalidToken from None
        return page

    def _leave_behind(self) -> None:
        """Serve the others: confirm what takes long before its end, unless too much takes long already."""
        unfinished = {update_id for update_id, handled in self._received.items() if not handled}
        if len(self._left_behind) + len(unfinished) > UPDATES_MAX:
            log.warning("more than %d updates are worked on; no more are asked for", UPDATES_MAX)
            return
        log.warning("%d updates wait for one that takes long; they are confirmed before it", PAGE_MAX)
        self._left_behind |= unfinished
        self._offset = max(self._received) + 1
        self._received.clear()

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


def _complain(failure: TelegramError) -> None:
    if isinstance(failure, Conflict):
        log.error(
            "another program gets this bot's updates: only one can, so please stop the other (%s)", failure
        )
    else:
        log.warning("polling Telegram: %s", failure)


def _demanded_seconds(failure: TelegramError) -> float:
    """How long Telegram wants us to wait; 0 when it does not say."""
    if not isinstance(failure, RetryAfter):
        return 0.0
    demanded = failure.retry_after
    return demanded.total_seconds() if isinstance(demanded, timedelta) else float(demanded)
