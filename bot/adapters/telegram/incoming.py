"""From an update to what was said: pure, and the only place that reads Telegram's messages."""

from __future__ import annotations

import re

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType

from bot.core.model import FileRef, Incoming

# "/help@some_bot" is said to that bot alone, in a chat where there are several.
_ADDRESSED = re.compile(r"/\w+@(\w+)")


def incoming_of(update: Update, adapter: str, username: str) -> Incoming | None:
    """What `update` says to the bot called `username`; None when it says nothing to it.

    An edited message says nothing: heard again, homework would be handed in twice. Each file of an album
    arrives as an update, and so an Incoming, of its own.
    """
    if update.callback_query is not None:
        return _pressed(update, update.callback_query, adapter)
    if update.message is not None:
        return _said(update, update.message, adapter, username)
    return None


def _pressed(update: Update, query: CallbackQuery, adapter: str) -> Incoming | None:
    if query.message is None or not query.data:
        return None
    chat = query.message.chat
    return Incoming(
        adapter,
        str(chat.id),
        str(update.update_id),
        press=query.data,
        private=chat.type == ChatType.PRIVATE,
        language=query.from_user.language_code or "",
    )


def _said(update: Update, message: Message, adapter: str, username: str) -> Incoming | None:
    # The text of a file is its caption, and a command there is a command.
    text = message.text or message.caption or ""
    addressed = _ADDRESSED.match(text)
    if addressed is not None and addressed[1].lower() != username.lower():
        return None
    answered = message.reply_to_message
    if answered is not None and (answered.from_user is None or answered.from_user.username != username):
        answered = None
    return Incoming(
        adapter,
        str(message.chat.id),
        str(update.update_id),
        text=text,
        files=_files(message),
        message=str(message.message_id),
        reply_to=str(answered.message_id) if answered is not None else "",
        private=message.chat.type == ChatType.PRIVATE,
        language=(message.from_user.language_code if message.from_user else None) or "",
    )


def _files(message: Message) -> tuple[FileRef, ...]:
    if message.photo:
        # The same picture in several sizes, the largest last.
        photo = message.photo[-1]
        name = f"photo-{message.message_id}.jpg"
        return (FileRef(name, "image/jpeg", photo.file_size or 0, photo.file_id),)
    sent = message.document or message.video or message.audio
    if sent is None:
        return ()
    name = sent.file_name or f"file-{message.message_id}"
    media_type = sent.mime_type or "application/octet-stream"
    return (FileRef(name, media_type, sent.file_size or 0, sent.file_id),)
