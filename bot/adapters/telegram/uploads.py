"""Sending files: as documents, as pictures where Telegram shows them, and several of a kind as an album."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from itertools import groupby

from telegram import Bot, InlineKeyboardMarkup, InputFile, InputMediaDocument, InputMediaPhoto, Message
from telegram.error import BadRequest

from bot.adapters.telegram.attempts import ChatCalls
from bot.adapters.telegram.rendering import sendable
from bot.core.model import OutgoingFile
from bot.core.richtext import Text

log = logging.getLogger(__name__)

UPLOAD_BYTES_MAX = 50 * 1024 * 1024
PICTURE_BYTES_MAX = 10 * 1024 * 1024
ALBUM_FILES_MAX = 10
UPLOAD_SECONDS = 60.0


class Uploads:
    """Everything returns the id of the last message it took, and raises as ChatCalls does."""

    def __init__(self, bot: Bot, calls: ChatCalls) -> None:
        self._bot = bot
        self._calls = calls

    async def send(
        self, chat: str, file: OutgoingFile, caption: Text, markup: InlineKeyboardMarkup | None
    ) -> str:
        """One file. A picture that Telegram will not show is sent as the file that it is."""
        if file.picture and len(file.content) <= PICTURE_BYTES_MAX:
            try:
                return await self._photo(chat, file, caption, markup)
            except BadRequest as refusal:
                log.info("a picture goes as a file: %s", refusal)
        return await self._document(chat, file, caption, markup)

    async def send_all(self, chat: str, files: Sequence[OutgoingFile]) -> str:
        """Any number of files, without a caption: no button can stand under an album."""
        message = ""
        for together in _albums(files):
            message = await self._album(chat, together)
        return message

    async def _album(self, chat: str, files: Sequence[OutgoingFile]) -> str:
        if len(files) > 1:
            try:
                return await self._media_group(chat, files)
            except BadRequest as refusal:
                log.info("the files of an album go one by one: %s", refusal)
        message = ""
        for file in files:
            message = await self.send(chat, file, Text(), None)
        return message

    async def _media_group(self, chat: str, files: Sequence[OutgoingFile]) -> str:
        async def show(to: int) -> tuple[Message, ...]:
            return await self._bot.send_media_group(
                to,
                [_media(file) for file in files],
                read_timeout=UPLOAD_SECONDS,
                write_timeout=UPLOAD_SECONDS,
            )

        return str((await self._calls.attempt(chat, show))[-1].message_id)

    async def _photo(
        self, chat: str, file: OutgoingFile, caption: Text, markup: InlineKeyboardMarkup | None
    ) -> str:
        async def show(to: int, written: str, parse_mode: str | None) -> Message:
            return await self._bot.send_photo(
                to,
                _input(file),
                caption=written or None,
                parse_mode=parse_mode,
                reply_markup=markup,
                read_timeout=UPLOAD_SECONDS,
                write_timeout=UPLOAD_SECONDS,
            )

        return str((await self._calls.formatted(chat, caption, show)).message_id)

    async def _document(
        self, chat: str, file: OutgoingFile, caption: Text, markup: InlineKeyboardMarkup | None
    ) -> str:
        async def show(to: int, written: str, parse_mode: str | None) -> Message:
            return await self._bot.send_document(
                to,
                _input(file),
                caption=written or None,
                parse_mode=parse_mode,
                reply_markup=markup,
                read_timeout=UPLOAD_SECONDS,
                write_timeout=UPLOAD_SECONDS,
            )

        return str((await self._calls.formatted(chat, caption, show)).message_id)


def _albums(files: Sequence[OutgoingFile]) -> Iterator[list[OutgoingFile]]:
    """Files in their order, together as far as Telegram takes them: pictures or documents, never both."""
    for _, alike in groupby(files, key=_shown):
        together: list[OutgoingFile] = []
        for file in alike:
            size = sum(len(each.content) for each in together)
            if together and (len(together) == ALBUM_FILES_MAX or size + len(file.content) > UPLOAD_BYTES_MAX):
                yield together
                together = []
            together.append(file)
        yield together


def _shown(file: OutgoingFile) -> bool:
    return file.picture and len(file.content) <= PICTURE_BYTES_MAX


def _input(file: OutgoingFile, *, attach: bool = False) -> InputFile:
    return InputFile(file.content, sendable(file.name), attach=attach)


def _media(file: OutgoingFile) -> InputMediaPhoto | InputMediaDocument:
    content = _input(file, attach=True)
    return InputMediaPhoto(content) if _shown(file) else InputMediaDocument(content)
