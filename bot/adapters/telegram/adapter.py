"""The Adapter for Telegram: an Application begun and ended, and nothing of its dialogue machinery."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from telegram import Update
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, CallbackContext, TypeHandler
from telegram.helpers import create_deep_linked_url

from bot.adapters.telegram.attempts import ChatCalls, attempt, means
from bot.adapters.telegram.fairness import FairProcessor
from bot.adapters.telegram.hearing import Hearing, answered
from bot.adapters.telegram.limits import SpeedLimiter
from bot.adapters.telegram.menus import MenuBoard, Menus
from bot.adapters.telegram.polling import Polling
from bot.adapters.telegram.reactions import Reactions
from bot.adapters.telegram.receiving import Receiving
from bot.adapters.telegram.replies import MESSAGE_UNITS_MAX, Speaker
from bot.adapters.telegram.streaming import Streams
from bot.adapters.telegram.uploads import UPLOAD_BYTES_MAX, SentFiles
from bot.core.adapter import Capabilities, FileUnavailable, Handler
from bot.core.model import FileRef, Reply, Role, StreamedReply
from bot.core.text import places
from bot.core.text.dialogue import file_too_large

log = logging.getLogger(__name__)

DOWNLOAD_BYTES_MAX = 20 * 1024 * 1024
DOWNLOAD_SECONDS = 60.0
STOP_SECONDS = 10.0

UNKNOWN_TOKEN = "Telegram knows no bot with this token."  # noqa: S105 -- a sentence


class CannotStart(ConnectionError):
    """Telegram cannot be reached, or knows no such bot (any more); the message says which."""


class TelegramAdapter:
    """An Adapter. `base_url` is another Bot API server's, as "http://127.0.0.1:8081"."""

    name = "telegram"
    capabilities = Capabilities(
        edits=True,
        deletes=True,
        buttons=True,
        text_units_max=MESSAGE_UNITS_MAX,
        download_bytes_max=DOWNLOAD_BYTES_MAX,
        upload_bytes_max=UPLOAD_BYTES_MAX,
    )

    def __init__(
        self,
        token: str,
        base_url: str | None,
        menus: Menus,
        sent: SentFiles,
        receiving: Receiving | None = None,
    ) -> None:
        """Asks for updates, unless `receiving` has another way."""
        _quiet_loggers()
        self._receiving = receiving or Polling()
        self._processor = FairProcessor(self._receiving.handled)
        builder = (
            Application.builder()
            .token(token)
            .rate_limiter(SpeedLimiter())
            .concurrent_updates(self._processor)
            .updater(None)
            .job_queue(None)
        )
        if base_url:
            base = base_url.rstrip("/")
            builder = builder.base_url(f"{base}/bot").base_file_url(f"{base}/file/bot")
        self._application: Application[Any, Any, Any, Any, Any, Any] = builder.build()
        self._bot = self._application.bot
        calls = ChatCalls()
        self._speaker = Speaker(self._bot, calls, sent)
        self._streams = Streams(self._bot, calls, self._speaker)
        self._reactions = Reactions(self._bot, calls)
        self._menu_board = MenuBoard(self._bot, menus)
        self._hearing = Hearing(self._bot, self.name, self._reactions, self._receiving.handled)

    # --- hearing ---

    async def run(self, handle: Handler) -> None:
        """Cancelled, it answers what was heard before it ends, within a deadline. Raises CannotStart."""

        async def hear(update: Update, context: object) -> None:
            await self._hearing.hear(update, handle)

        self._application.add_handler(TypeHandler(Update, hear))
        self._application.add_error_handler(_log_failure)
        try:
            await self._open()
            try:
                await self._menu_board.show_everywhere(Role.ANYONE)
                await self._receive()
            finally:
                await self._receiving.close()
        finally:
            self._reactions.close()
            await self._application.shutdown()
            await self._bot.shutdown()

    async def _open(self) -> None:
        try:
            await self._application.initialize()
            await self._receiving.open(self._bot, self._application.update_queue)
        except InvalidToken:
            # The library's message holds the token.
            raise CannotStart(UNKNOWN_TOKEN) from None
        except BadRequest as refusal:
            raise CannotStart(f"Telegram refuses to begin: {refusal.message}") from refusal
        except NetworkError as failure:
            raise CannotStart(f"Telegram cannot be reached: {failure}") from failure

    async def _receive(self) -> None:
        await self._application.start()
        try:
            await self._receiving.run()
        except InvalidToken:
            raise CannotStart(UNKNOWN_TOKEN) from None
        finally:
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self._application.stop()
            except TimeoutError:
                log.warning("some answers were not finished in time; Telegram will deliver them again")
                await self._processor.shutdown()

    # --- saying ---

    async def send(self, chat: str, reply: Reply) -> tuple[str, ...]:
        messages = await self._speaker.say(chat, reply)
        await self._said(chat, reply)
        return messages

    async def edit(self, chat: str, message: str, reply: Reply) -> None:
        await self._speaker.rewrite(chat, message, reply)
        await self._said(chat, reply)

    async def stream(self, chat: str, reply: StreamedReply) -> tuple[str, ...]:
        messages = await self._streams.show(chat, reply)
        await self._said(chat, reply.final)
        return messages

    async def delete(self, chat: str, message: str) -> None:
        self._reactions.forget(chat, message)
        await self._speaker.delete(chat, message)

    async def _said(self, chat: str, reply: Reply) -> None:
        """What a reply means beside its words."""
        if reply.menu is not None:
            await self._menu_board.show(chat, reply.menu)
        message = answered()
        if message is None:
            # It is told by itself: what the chat expects next is as it was.
            return
        self._reactions.expect(chat, reply.secret_next)
        if reply.saved:
            self._reactions.saved(chat, message)

    # --- files ---

    async def fetch(self, file: FileRef) -> bytes:
        # Telegram serves nothing larger; whoever sent it is told before it is even asked for.
        if file.size > DOWNLOAD_BYTES_MAX:
            raise FileUnavailable(file_too_large(file.name, DOWNLOAD_BYTES_MAX))
        try:
            async with asyncio.timeout(DOWNLOAD_SECONDS):
                found = await attempt(lambda: self._bot.get_file(file.handle))
                content = await attempt(lambda: found.download_as_bytearray(read_timeout=DOWNLOAD_SECONDS))
        except BadRequest as refusal:
            if means(refusal, "file is too big"):
                raise FileUnavailable(file_too_large(file.name, DOWNLOAD_BYTES_MAX)) from refusal
            raise FileUnavailable(places.lost(file.name)) from refusal
        except (TelegramError, TimeoutError) as failure:
            raise FileUnavailable(places.lost(file.name)) from failure
        return bytes(content)

    # --- coming in ---

    def sign_in_link(self, code: str) -> str:
        return create_deep_linked_url(self._bot.username, code)


async def _log_failure(update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    log.error("an update was not answered", exc_info=context.error)


def _quiet_loggers() -> None:
    """httpx logs addresses, which hold the token; telegram logs updates, which hold passwords."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
