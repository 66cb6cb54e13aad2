"""Saying a reply: as one message or many, with its buttons and files, or as it grows."""

from __future__ import annotations

import logging
import time

from telegram import Bot, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, Message
from telegram.error import BadRequest, TelegramError

from bot.adapters.telegram.attempts import attempt, attempt_formatted, means
from bot.adapters.telegram.rendering import keyboard
from bot.core.model import OutgoingFile, Reply, StreamedReply
from bot.core.richtext import Text, plain, split, units

log = logging.getLogger(__name__)

MESSAGE_UNITS_MAX = 4096
CAPTION_UNITS_MAX = 1024

# More often, and Telegram calls it a flood.
EDIT_INTERVAL_SECONDS = 1.5
UPLOAD_SECONDS = 60.0

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Speaker:
    """Says replies through `bot`. Everything raises ChatGone when nobody reads the chat any more."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def say(self, chat: str, reply: Reply) -> str:
        """Returns the id of the last message it took."""
        if len(reply.files) == 1 and units(reply.text.plain) <= CAPTION_UNITS_MAX:
            return await self._upload(chat, reply.files[0], reply.text, keyboard(reply.buttons))
        message = await self._write_all(chat, _pieces(reply.text), keyboard(reply.buttons))
        for file in reply.files:
            message = await self._upload(chat, file, Text(), None)
        return message

    async def rewrite(self, chat: str, message: str, reply: Reply) -> str:
        """Make `reply` of a message; what does not go into it is said after it."""
        first, *rest = _pieces(reply.text) or [plain("…")]
        markup = keyboard(reply.buttons)
        await self._edit(chat, message, first, None if rest else markup)
        if rest:
            message = await self._write_all(chat, rest, markup)
        for file in reply.files:
            message = await self._upload(chat, file, Text(), None)
        return message

    async def grow(self, chat: str, reply: StreamedReply) -> str:
        """Show what there is so far, by editing one message, and the final form at last."""
        message, shown_at = "", float("-inf")
        async for so_far in reply.pieces:
            if time.monotonic() - shown_at < EDIT_INTERVAL_SECONDS or not so_far.plain.strip():
                continue
            piece = split(so_far, MESSAGE_UNITS_MAX)[0]
            try:
                if message:
                    await self._edit(chat, message, piece, None)
                else:
                    message = await self._write(chat, piece, None)
            except TelegramError as failure:
                # The next piece, or the final form, says all of this again.
                log.warning("could not show a reply growing: %s", failure)
            shown_at = time.monotonic()
        if message:
            return await self.rewrite(chat, message, reply.final)
        return await self.say(chat, reply.final)

    async def _write_all(self, chat: str, pieces: list[Text], markup: InlineKeyboardMarkup | None) -> str:
        """The buttons go below the last piece."""
        message = ""
        for left, piece in zip(reversed(range(len(pieces))), pieces, strict=True):
            message = await self._write(chat, piece, None if left else markup)
        return message

    async def _write(self, chat: str, piece: Text, markup: InlineKeyboardMarkup | None) -> str:
        async def show(written: str, parse_mode: str | None) -> Message:
            return await self._bot.send_message(
                int(chat),
                written,
                parse_mode=parse_mode,
                reply_markup=markup,
                link_preview_options=_NO_PREVIEW,
            )

        return str((await attempt_formatted(piece, show)).message_id)

    async def _edit(self, chat: str, message: str, piece: Text, markup: InlineKeyboardMarkup | None) -> None:
        async def show(written: str, parse_mode: str | None) -> object:
            return await self._bot.edit_message_text(
                written,
                int(chat),
                int(message),
                parse_mode=parse_mode,
                reply_markup=markup,
                link_preview_options=_NO_PREVIEW,
            )

        try:
            await attempt_formatted(piece, show)
        except BadRequest as refusal:
            if not means(refusal, "message is not modified"):
                raise

    async def _upload(
        self, chat: str, file: OutgoingFile, caption: Text, markup: InlineKeyboardMarkup | None
    ) -> str:
        async def show(written: str, parse_mode: str | None) -> Message:
            return await self._bot.send_document(
                int(chat),
                InputFile(file.content, file.name),
                caption=written or None,
                parse_mode=parse_mode,
                reply_markup=markup,
                read_timeout=UPLOAD_SECONDS,
                write_timeout=UPLOAD_SECONDS,
            )

        return str((await attempt_formatted(caption, show)).message_id)

    async def delete(self, chat: str, message: str) -> None:
        try:
            await attempt(lambda: self._bot.delete_message(int(chat), int(message)))
        except BadRequest as refusal:
            log.warning("a message could not be deleted: %s", refusal)


def _pieces(text: Text) -> list[Text]:
    """Telegram takes no message without a visible character."""
    return [piece for piece in split(text, MESSAGE_UNITS_MAX) if piece.plain.strip()]
