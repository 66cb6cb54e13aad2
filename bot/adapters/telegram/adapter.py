"""The Adapter for Telegram: an Application that polls, and nothing of its dialogue machinery."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from telegram import BotCommand, BotCommandScopeChat, CallbackQuery, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError
from telegram.ext import AIORateLimiter, Application, CallbackContext, TypeHandler

from bot.adapters.telegram.attempts import attempt, means
from bot.adapters.telegram.fairness import FairProcessor
from bot.adapters.telegram.incoming import incoming_of
from bot.adapters.telegram.polling import Polling
from bot.adapters.telegram.replies import MESSAGE_UNITS_MAX, Speaker
from bot.core.adapter import Capabilities, ChatGone, FileUnavailable, Handler
from bot.core.language import LANGUAGES, speaking
from bot.core.model import FileRef, Reply, Role, StreamedReply
from bot.core.text import places
from bot.core.text.dialogue import file_too_large

log = logging.getLogger(__name__)

DOWNLOAD_BYTES_MAX = 20 * 1024 * 1024
DOWNLOAD_SECONDS = 60.0
UPLOAD_BYTES_MAX = 50 * 1024 * 1024

FLOOD_RETRIES = 5
# Telegram shows it for five seconds. Most answers come before it need be shown at all.
TYPING_AFTER_SECONDS = 0.5
TYPING_INTERVAL_SECONDS = 4.5
STOP_SECONDS = 10.0

UNKNOWN_TOKEN = "Telegram knows no bot with this token."  # noqa: S105 -- a sentence

Menus = Callable[[Role], Sequence[tuple[str, str]]]
"""The commands that a role may use, as names and summaries."""


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

    def __init__(self, token: str, base_url: str | None, menus: Menus) -> None:
        _quiet_loggers()
        self._menus = menus
        self._polling = Polling()
        self._processor = FairProcessor(self._polling.handled)
        builder = (
            Application.builder()
            .token(token)
            .rate_limiter(AIORateLimiter(max_retries=FLOOD_RETRIES))
            .concurrent_updates(self._processor)
            .updater(None)
            .job_queue(None)
        )
        if base_url:
            base = base_url.rstrip("/")
            builder = builder.base_url(f"{base}/bot").base_file_url(f"{base}/file/bot")
        self._application: Application[Any, Any, Any, Any, Any, Any] = builder.build()
        self._bot = self._application.bot
        self._speaker = Speaker(self._bot)

    # --- hearing ---

    async def run(self, handle: Handler) -> None:
        """Cancelled, it answers what was heard before it ends, within a deadline. Raises CannotStart."""

        async def deliver(update: Update, context: object) -> None:
            await self._deliver(update, handle)

        self._application.add_handler(TypeHandler(Update, deliver))
        self._application.add_error_handler(_log_failure)
        try:
            await self._initialize()
            await self._show_first_menus()
            await self._poll()
        finally:
            await self._application.shutdown()
            await self._bot.shutdown()

    async def _initialize(self) -> None:
        try:
            await self._application.initialize()
            # A webhook left over from another program would get the updates in our stead.
            await attempt(self._bot.delete_webhook)
        except InvalidToken:
            # The library's message holds the token.
            raise CannotStart(UNKNOWN_TOKEN) from None
        except NetworkError as failure:
            raise CannotStart(f"Telegram cannot be reached: {failure}") from failure

    async def _poll(self) -> None:
        await self._application.start()
        try:
            await self._polling.run(self._bot, self._application.update_queue)
        except InvalidToken:
            raise CannotStart(UNKNOWN_TOKEN) from None
        finally:
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self._application.stop()
            except TimeoutError:
                log.warning("some answers were not finished in time; Telegram will deliver them again")
                await self._processor.shutdown()
            await self._polling.confirm(self._bot)

    async def _deliver(self, update: Update, handle: Handler) -> None:
        incoming = incoming_of(update, self.name, self._bot.username)
        async with asyncio.TaskGroup() as meanwhile:
            if update.callback_query is not None:
                meanwhile.create_task(self._stop_spinner(update.callback_query))
            if incoming is None:
                return
            typing = meanwhile.create_task(self._type(incoming.chat))
            try:
                await handle(incoming)
            finally:
                typing.cancel()

    async def _stop_spinner(self, query: CallbackQuery) -> None:
        """A tap is shown as waiting until it is answered, whatever comes of it."""
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

    # --- saying ---

    async def send(self, chat: str, reply: Reply) -> str:
        message = await self._speaker.say(chat, reply)
        await self._follow_role(chat, reply)
        return message

    async def edit(self, chat: str, message: str, reply: Reply) -> None:
        await self._speaker.rewrite(chat, message, reply)
        await self._follow_role(chat, reply)

    async def stream(self, chat: str, reply: StreamedReply) -> str:
        message = await self._speaker.grow(chat, reply)
        await self._follow_role(chat, reply.final)
        return message

    async def delete(self, chat: str, message: str) -> None:
        await self._speaker.delete(chat, message)

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

    # --- menus ---

    async def _follow_role(self, chat: str, reply: Reply) -> None:
        if reply.menu is not None:
            await self._show_menu(chat, reply.menu)

    async def _show_first_menus(self) -> None:
        """What a chat sees that has no menu of its own: Telegram chooses by the person's language."""
        await self._show_menu(None, Role.ANYONE)
        for language in LANGUAGES:
            with speaking(language):
                await self._show_menu(None, Role.ANYONE, language)

    async def _show_menu(self, chat: str | None, role: Role, language: str | None = None) -> None:
        """Without a chat, the menu is that of every chat which has none of its own."""
        described = BotCommand.MAX_DESCRIPTION
        commands = [BotCommand(name, summary[:described]) for name, summary in self._menus(role)]
        try:
            if chat is None:
                await attempt(lambda: self._bot.set_my_commands(commands, language_code=language))
            elif role is Role.ANYONE:
                scope = BotCommandScopeChat(int(chat))
                await attempt(lambda: self._bot.delete_my_commands(scope))
            else:
                scope = BotCommandScopeChat(int(chat))
                await attempt(lambda: self._bot.set_my_commands(commands, scope))
        except TelegramError as failure:
            # A menu is a convenience: the reply was said, and every command works without it.
            log.warning("a menu could not be set: %s", failure)


async def _log_failure(update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    log.error("an update was not answered", exc_info=context.error)


def _quiet_loggers() -> None:
    """httpx logs addresses, which hold the token; telegram logs updates, which hold passwords."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
