"""Telegram, spoken through python-telegram-bot. Nothing outside this package imports `telegram`."""

from bot.adapters.telegram.adapter import CannotStart, TelegramAdapter
from bot.adapters.telegram.menus import Menus
from bot.adapters.telegram.receiving import Receiving
from bot.adapters.telegram.shelf import SqliteShelf
from bot.adapters.telegram.uploads import SentFiles
from bot.adapters.telegram.webhook import Webhook

__all__ = ["CannotStart", "Menus", "Receiving", "SentFiles", "SqliteShelf", "TelegramAdapter", "Webhook"]
