"""From an update to what was said: pure, and the only place that reads Telegram's messages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from telegram import (
    Animation,
    Audio,
    CallbackQuery,
    Document,
    Message,
    PhotoSize,
    Update,
    User,
    Video,
    VideoNote,
    Voice,
)
from telegram.constants import ChatType

from bot.adapters.telegram.rendering import sendable
from bot.core.model import FileRef, Incoming

# "/help@some_bot" is said to that bot alone, in a chat where there are several.
_ADDRESSED = re.compile(r"/\w+@(\w+)")

FILE_NAME_CHARACTERS_MAX = 200
UNKNOWN_TYPE = "application/octet-stream"


def incoming_of(updates: Sequence[Update], adapter: str, username: str) -> Incoming | None:
    """What `updates` say to the bot called `username`; None when they say nothing to it.

    They are one update, or the parts of one album with the first of them first. An edited message says
    nothing: heard again, homework would be handed in twice. Nor does what Telegram itself tells of a chat.
    """
    query = updates[0].callback_query
    if query is not None:
        return _pressed(updates[0], query, adapter)
    messages = [update.message for update in updates if update.message is not None]
    if not messages:
        return None
    # The text of a file is its caption, and a command there is a command.
    worded = next((message for message in messages if message.text or message.caption), messages[0])
    text = worded.text or worded.caption or ""
    if _is_for_another(text, username) or not (text or any(one.effective_attachment for one in messages)):
        return None
    return Incoming(
        adapter,
        str(worded.chat.id),
        str(updates[0].update_id),
        text=text,
        files=tuple(file for message in messages for file in _files(message)),
        message=str(worded.message_id),
        reply_to=_answered(worded, username),
        private=worded.chat.type == ChatType.PRIVATE,
        language=_language(worded.from_user),
        parts=tuple(str(update.update_id) for update in updates) if len(updates) > 1 else (),
    )


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
        language=_language(query.from_user),
    )


def _is_for_another(text: str, username: str) -> bool:
    addressed = _ADDRESSED.match(text)
    return addressed is not None and addressed[1].lower() != username.lower()


def _answered(message: Message, username: str) -> str:
    answered = message.reply_to_message
    if answered is None or answered.from_user is None or answered.from_user.username != username:
        return ""
    return str(answered.message_id)


def _language(person: User | None) -> str:
    return (person.language_code or "") if person is not None else ""


def _files(message: Message) -> tuple[FileRef, ...]:
    """The file of a message, under a name of ours when it came without one.

    A sticker, a place, a contact and the like are no files.
    """
    number = message.message_id
    if message.photo:
        # The same picture in several sizes, the largest last.
        photo = message.photo[-1]
        return (_file(f"photo-{number}.jpg", "image/jpeg", photo),)
    if message.voice is not None:
        return (
            _file(f"voice-{number}.ogg", _readable(message.voice.mime_type) or "audio/ogg", message.voice),
        )
    if message.video_note is not None:
        return (_file(f"video-{number}.mp4", "video/mp4", message.video_note),)
    named = message.document or message.video or message.audio or message.animation
    if named is None:
        return ()
    name = _readable(named.file_name) or f"file-{number}"
    return (_file(name, _readable(named.mime_type) or UNKNOWN_TYPE, named),)


def _file(
    name: str, media_type: str, sent: PhotoSize | Voice | VideoNote | Document | Video | Audio | Animation
) -> FileRef:
    return FileRef(name, media_type, sent.file_size or 0, sent.file_id)


def _readable(name: str | None) -> str:
    """A name on one line; its end, where its type stands, is kept."""
    line = "".join(character if character.isprintable() else " " for character in sendable(name or ""))
    line = " ".join(line.split())
    if len(line) <= FILE_NAME_CHARACTERS_MAX:
        return line
    stem, dot, ending = line.rpartition(".")
    if not dot or len(ending) > 16:
        return line[:FILE_NAME_CHARACTERS_MAX]
    return f"{stem[: FILE_NAME_CHARACTERS_MAX - len(ending) - 1]}.{ending}"
