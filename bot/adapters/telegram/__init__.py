"""Telegram, spoken through python-telegram-bot. Nothing outside this package imports `telegram`."""

from bot.adapters.telegram.adapter import CannotStart, Menus, TelegramAdapter

__all__ = ["CannotStart", "Menus", "TelegramAdapter"]
