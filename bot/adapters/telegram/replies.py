"""Saying a reply: as one message or many, with its buttons and files; or as another message's new form."""

from __future__ import annotations

import logging

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.error import BadRequest

from bot.adapters.telegram.attempts import ChatCalls, means
from bot.adapters.telegram.rendering import keyboard
from bot.adapters.telegram.uploads import SentFiles, Uploads
from bot.core.model import Reply
from bot.core.richtext import Text, plain, split, units

log = logging.getLogger(__name__)

MESSAGE_UNITS_MAX = 4096
CAPTION_UNITS_MAX = 1024

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Speaker:
    """Says replies through `bot`. Everything raises ChatGone when nobody reads the chat any more."""

    def __init__(self, bot: Bot, calls: ChatCalls, sent: SentFiles) -> None:
        self._bot = bot
        self._calls = calls
        self._uploads = Uploads(bot, calls, sent)

    async def say(self, chat: str, reply: Reply) -> tuple[str, ...]:
        """Returns the ids of the messages with its words; of the last file where it has none."""
        if len(reply.files) == 1 and units(reply.text.plain) <= CAPTION_UNITS_MAX:
            return (await self._uploads.send(chat, reply.files[0], reply.text, keyboard(reply.buttons)),)
        messages = await self.write_all(chat, _pieces(reply.text), keyboard(reply.buttons))
        file = await self._uploads.send_all(chat, reply.files)
        return messages or ((file,) if file else ())

    async def rewrite(self, chat: str, message: str, reply: Reply) -> tuple[str, ...]:
        """Make `reply` of a message; what does not go into it is said after it. Returns the ids of all.

        A message that cannot be changed (any more) is followed by a new one.
        """
        first, *rest = _pieces(reply.text) or [plain("…")]
        markup = keyboard(reply.buttons)
        messages: tuple[str, ...] = (message,)
        try:
            await self.edit(chat, message, first, None if rest else markup)
        except BadRequest as refusal:
            log.info("a message is said anew: %s", refusal)
            rest = [first, *rest]
            messages = ()
        messages += await self.write_all(chat, rest, markup)
        await self._uploads.send_all(chat, reply.files)
        return messages

    async def write_all(
        self, chat: str, pieces: list[Text], markup: InlineKeyboardMarkup | None
    ) -> tuple[str, ...]:
        """The buttons go below the last piece."""
        written = []
        for left, piece in zip(reversed(range(len(pieces))), pieces, strict=True):
            written.append(await self.write(chat, piece, None if left else markup))
        return tuple(written)

    async def write(self, chat: str, piece: Text, markup: InlineKeyboardMarkup | None) -> str:
        async def show(to: int, written: str, parse_mode: str | None) -> Message:
            return await self._bot.send_message(
                to,
                written,
                parse_mode=parse_mode,
                reply_markup=markup,
                link_preview_options=_NO_PREVIEW,
            )

        return str((await self._calls.formatted(chat, piece, show)).message_id)

    async def edit(self, chat: str, message: str, piece: Text, markup: InlineKeyboardMarkup | None) -> None:
        """Raises BadRequest when the message is not there, or too old, to be changed."""

        async def show(to: int, written: str, parse_mode: str | None) -> object:
            return await self._bot.edit_message_text(
                written,
                to,
                int(message),
                parse_mode=parse_mode,
                reply_markup=markup,
                link_preview_options=_NO_PREVIEW,
            )

        try:
            await self._calls.formatted(chat, piece, show)
        except BadRequest as refusal:
            if not means(refusal, "message is not modified"):
                raise

    async def delete(self, chat: str, message: str) -> None:
        try:
            await self._calls.attempt(chat, lambda to: self._bot.delete_message(to, int(message)))
        except BadRequest as refusal:
            log.warning("a message could not be deleted: %s", refusal)


def _pieces(text: Text) -> list[Text]:
    """Telegram takes no message without a visible character."""
    return [piece for piece in split(text, MESSAGE_UNITS_MAX) if piece.plain.strip()]
