"""How updates come to the bot: asked for, or sent to it. Either way one promise is kept.

An update is confirmed to Telegram only after it was handled. What a killed bot was working on is delivered
once more, with the same update id, and the core, which knows request ids, sees to it that nothing is done
twice. The library's own Updater confirms on receipt, by either way, which is why it is not used.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, NoReturn, Protocol

from telegram import Bot, Update

log = logging.getLogger(__name__)

ALLOWED_UPDATES = (Update.MESSAGE, Update.CALLBACK_QUERY)


def read_update(document: Any, bot: Bot) -> Update | None:
    """None when it is no update that we know how to read; what it says reaches no log."""
    try:
        return Update.de_json(document, bot)
    except Exception as unreadable:
        log.error("an update could not be read: %s", type(unreadable).__name__)
        return None


class Receiving(Protocol):
    """`handled` must be told of each update when it is done with."""

    async def open(self, bot: Bot, queue: asyncio.Queue[Any]) -> None:
        """Tell Telegram how updates shall come into `queue`. Raises TelegramError, OSError."""
        ...

    async def run(self) -> NoReturn:
        """Put updates into the queue until it is cancelled. Raises InvalidToken."""
        ...

    def handled(self, update_id: int) -> None: ...

    async def close(self) -> None:
        """Confirm what was handled; the rest will be delivered again. Precondition: it was opened."""
        ...
