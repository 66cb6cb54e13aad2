"""The commands that Telegram offers as somebody types: by role in each chat, in the language spoken there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from bot.adapters.telegram.attempts import attempt
from bot.core.language import LANGUAGES, speaking
from bot.core.model import Role

log = logging.getLogger(__name__)

Menus = Callable[[Role], Sequence[tuple[str, str]]]
"""The commands that a role may use, as names and summaries."""


class MenuBoard:
    """Shows menus. One that cannot be set is no failure: every command works without."""

    def __init__(self, bot: Bot, menus: Menus) -> None:
        self._bot = bot
        self._menus = menus

    async def show_everywhere(self, role: Role) -> None:
        """The menu of every chat that has none of its own: Telegram chooses by the person's language."""
        await self._show_everywhere(role)
        for language in LANGUAGES:
            with speaking(language):
                await self._show_everywhere(role, language)

    async def show(self, chat: str, role: Role) -> None:
        """The menu of one chat. Raises ChatGone."""
        scope = BotCommandScopeChat(int(chat))
        try:
            if role is Role.ANYONE:
                await attempt(lambda: self._bot.delete_my_commands(scope))
            else:
                await attempt(lambda: self._bot.set_my_commands(self._commands(role), scope))
        except TelegramError as failure:
            log.warning("the menu of a chat could not be set: %s", failure)

    async def _show_everywhere(self, role: Role, language: str | None = None) -> None:
        commands = self._commands(role)
        try:
            await attempt(lambda: self._bot.set_my_commands(commands, language_code=language))
        except TelegramError as failure:
            log.warning("the menu could not be set: %s", failure)

    def _commands(self, role: Role) -> list[BotCommand]:
        described = BotCommand.MAX_DESCRIPTION
        return [BotCommand(name, summary[:described]) for name, summary in self._menus(role)]
