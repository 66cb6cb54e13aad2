"""Sending files: as documents, as pictures where Telegram shows them, and several of a kind as an album."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import groupby
from typing import Protocol, TypeVar

from telegram import Bot, InlineKeyboardMarkup, InputFile, InputMediaDocument, InputMediaPhoto, Message
from telegram.error import BadRequest

from bot.adapters.telegram.attempts import ChatCalls
from bot.adapters.telegram.rendering import sendable
from bot.core.model import OutgoingFile
from bot.core.richtext import Text

T = TypeVar("T")

log = logging.getLogger(__name__)

UPLOAD_BYTES_MAX = 50 * 1024 * 1024
PICTURE_BYTES_MAX = 10 * 1024 * 1024
ALBUM_FILES_MAX = 10
UPLOAD_SECONDS = 60.0


class SentFiles(Protocol):
    """What Telegram calls the files that it has been sent, by a key of ours."""

    def sent_file(self, key: str) -> str:
        """Empty when it is not known."""
        ...

    def keep_sent_file(self, key: str, file_id: str) -> None: ...
    def forget_sent_file(self, key: str) -> None: ...


class Uploads:
    """Everything returns the id of the last message it took, and raises as ChatCalls does.

    A file that Telegram has been sent before is named, and uploaded again only where Telegram will not have
    that.
    """

    def __init__(self, bot: Bot, calls: ChatCalls, sent: SentFiles) -> None:
        self._bot = bot
        self._calls = calls
        self._sent = sent

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
        keys = [_key(file, _shown(file)) for file in files]

        async def show(to: int) -> tuple[Message, ...]:
            return await self._bot.send_media_group(
                to,
                [_media(file, self._sent.sent_file(key)) for file, key in zip(files, keys, strict=True)],
                read_timeout=UPLOAD_SECONDS,
                write_timeout=UPLOAD_SECONDS,
            )

        messages = await self._named(keys, lambda: self._calls.attempt(chat, show))
        for key, message in zip(keys, messages, strict=True):
            self._keep(key, message)
        return str(messages[-1].message_id)

    async def _photo(
        self, chat: str, file: OutgoingFile, caption: Text, markup: InlineKeyboardMarkup | None
    ) -> str:
        key = _key(file, is_picture=True)

        async def show(to: int, written: str, parse_mode: str | None) -> Message:
            return await self._bot.send_photo(
                to,
                self._sent.sent_file(key) or _input(file),
                caption=written or None,
                parse_mode=parse_mode,
                reply_markup=markup,
                read_timeout=UPLOAD_SECONDS,
                write_timeout=UPLOAD_SECONDS,
            )

        return await self._one(chat, key, caption, show)

    async def _document(
        self, chat: str, file: OutgoingFile, caption: Text, markup: InlineKeyboardMarkup | None
    ) -> str:
        key = _key(file, is_picture=False)

        async def show(to: int, written: str, parse_mode: str | None) -> Message:
            return await self._bot.send_document(
                to,
                self._sent.sent_file(key) or _input(file),
                caption=written or None,
                parse_mode=parse_mode,
                reply_markup=markup,
                read_timeout=UPLOAD_SECONDS,
                write_timeout=UPLOAD_SECONDS,
            )

        return await self._one(chat, key, caption, show)

    async def _one(
        self, chat: str, key: str, caption: Text, show: Callable[[int, str, str | None], Awaitable[Message]]
    ) -> str:
        message = await self._named([key], lambda: self._calls.formatted(chat, caption, show))
        self._keep(key, message)
        return str(message.message_id)

    async def _named(self, keys: Sequence[str], send: Callable[[], Awaitable[T]]) -> T:
        """What `send` gives; once more, with the files' content, where Telegram does not take one by name."""
        try:
            return await send()
        except BadRequest:
            if not self._forgotten(keys):
                raise
            return await send()

    def _forgotten(self, keys: Sequence[str]) -> bool:
        """Whether any of these files was named, which Telegram may not have liked; they no more will be."""
        known = [key for key in keys if self._sent.sent_file(key)]
        for key in known:
            log.info("a file is uploaded again")
            self._sent.forget_sent_file(key)
        return bool(known)

    def _keep(self, key: str, message: Message) -> None:
        # The same picture in several sizes, the largest last.
        shown = message.photo[-1] if message.photo else message.document
        if shown is not None and self._sent.sent_file(key) != shown.file_id:
            self._sent.keep_sent_file(key, shown.file_id)


def _key(file: OutgoingFile, is_picture: bool) -> str:
    """Of what everybody gets to see: a file that Telegram has keeps its name there."""
    kind = "picture" if is_picture else "document"
    digest = hashlib.sha256(f"{kind}\0{sendable(file.name)}\0".encode())
    digest.update(file.content)
    return digest.hexdigest()


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


def _media(file: OutgoingFile, file_id: str) -> InputMediaPhoto | InputMediaDocument:
    content = file_id or _input(file, attach=True)
    return InputMediaPhoto(content) if _shown(file) else InputMediaDocument(content)
