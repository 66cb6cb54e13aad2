"""What a person sees on their own message: that it was received, and that what came of it is saved."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict

from telegram import Bot
from telegram.constants import ReactionEmoji
from telegram.error import TelegramError

from bot.adapters.telegram.attempts import ChatCalls
from bot.core.adapter import ChatGone

log = logging.getLogger(__name__)

RECEIVED = ReactionEmoji.EYES
SAVED = ReactionEmoji.THUMBS_UP

CHATS_MAX = 1024
MESSAGES_MAX = 10


class Reactions:
    """Reactions are a courtesy: one that cannot be shown is no failure, and a restart forgets them."""

    def __init__(self, bot: Bot, calls: ChatCalls) -> None:
        self._bot = bot
        self._calls = calls
        self._received: OrderedDict[str, dict[str, asyncio.Task[None]]] = OrderedDict()
        """By chat and message, the showing of each that was received and has come to nothing yet."""
        self._secret_next: set[str] = set()
        self._marking: set[asyncio.Task[None]] = set()
        """Nobody waits for them: Telegram may demand a long pause before a reaction."""

    def expect(self, chat: str, secret: bool) -> None:
        """Whether the chat's next message is a `secret`: it is taken away, and nothing is shown on it."""
        if secret:
            self._secret_next.add(chat)
        else:
            self._secret_next.discard(chat)

    def expects_secret(self, chat: str) -> bool:
        return chat in self._secret_next

    def received(self, chat: str, message: str) -> None:
        messages = self._received.setdefault(chat, {})
        messages[message] = asyncio.create_task(self._react(chat, message, RECEIVED))
        while len(messages) > MESSAGES_MAX:
            del messages[next(iter(messages))]
        self._received.move_to_end(chat)
        while len(self._received) > CHATS_MAX:
            self._received.popitem(last=False)

    def saved(self, chat: str, answered: str) -> None:
        """What was `answered`, and everything received before it, has come to something that is saved."""
        marking = asyncio.create_task(self._mark_saved(chat, self._received.pop(chat, {}), answered))
        self._marking.add(marking)
        marking.add_done_callback(self._marking.discard)

    def forget(self, chat: str, message: str) -> None:
        """The message is no more."""
        self._received.get(chat, {}).pop(message, None)

    def close(self) -> None:
        received = (showing for messages in self._received.values() for showing in messages.values())
        for task in (*received, *self._marking):
            task.cancel()

    async def _mark_saved(self, chat: str, shown: dict[str, asyncio.Task[None]], answered: str) -> None:
        if shown:
            # The later reaction is the one that stays.
            await asyncio.wait(shown.values())
        for message in dict.fromkeys([*shown, answered]):
            if message:
                await self._react(chat, message, SAVED)

    async def _react(self, chat: str, message: str, reaction: str) -> None:
        try:
            await self._calls.attempt(
                chat, lambda to: self._bot.set_message_reaction(to, int(message), reaction)
            )
        except (TelegramError, ChatGone) as refusal:
            log.debug("a reaction could not be shown: %s", refusal)
