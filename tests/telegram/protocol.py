"""The Bot API's words: parameters as they arrive, refusals as they are worded, messages as they stand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.core.richtext import units
from tests.telegram.form import fields_of
from tests.telegram.markup import CannotParse, Entity, read_html

Json = dict[str, Any]


_JSON = frozenset(
    {"allowed_updates", "commands", "link_preview_options", "media", "reaction", "reply_markup", "scope"}
)

BOT: Json = {"id": 4242, "is_bot": True, "first_name": "Homeroom", "username": "homeroom_bot"}


class Refusal(Exception):
    """What the Bot API answers instead of a result; `description` as it words it."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def flood(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


@dataclass(frozen=True, slots=True)
class Draft:
    """What was shown of a message that is being written."""

    chat: int
    id: int
    text: str
    entities: tuple[Entity, ...]
    at: float


@dataclass(slots=True)
class BotMessage:
    """What the bot said in a chat, as it stands now."""

    id: int
    chat: int
    text: str
    entities: tuple[Entity, ...]
    rows: list[list[tuple[str, str]]]
    """Buttons as label and data."""
    file_name: str = ""
    content: bytes = b""
    picture: bool = False
    file_id: str = ""
    album: str = ""
    versions: list[str] = field(default_factory=list)
    """Every text it has shown, the first to the last."""
    deleted: bool = False

    @property
    def labels(self) -> list[str]:
        return [label for row in self.rows for label, _ in row]


def chat_json(chat: int) -> Json:
    """Groups have negative ids."""
    if chat < 0:
        return {"id": chat, "type": "supergroup", "title": "A group"}
    return {"id": chat, "type": "private", "first_name": f"Person {chat}"}


async def parameters_of(request: web.Request) -> Json:
    """Form fields, JSON-encoded where they are not strings, and files as name and content."""
    found: Json = {}
    async for name, file_name, content in fields_of(request):
        if file_name:
            found[name] = {"name": file_name, "content": content}
        else:
            found[name] = _decoded(name, content.decode())
    for name, value in found.items():
        if isinstance(value, str) and value.startswith("attach://"):
            found[name] = found[value.removeprefix("attach://")]
    return found


def _decoded(name: str, value: str) -> Any:
    if name in _JSON:
        return json.loads(value)
    return value


def formatted(parameters: Json, name: str, units_max: int) -> tuple[str, tuple[Entity, ...]]:
    written = parameters.get(name, "")
    entities: tuple[Entity, ...] = ()
    if parameters.get("parse_mode") == "HTML":
        try:
            written, entities = read_html(written)
        except CannotParse as unreadable:
            raise Refusal(400, f"Bad Request: can't parse entities: {unreadable}") from None
    if units(written) > units_max:
        raise Refusal(400, "Bad Request: message is too long")
    return written.strip(), entities


def rows_of(parameters: Json) -> list[list[tuple[str, str]]]:
    keyboard = parameters.get("reply_markup", {}).get("inline_keyboard", [])
    rows = [[(button["text"], button["callback_data"]) for button in row] for row in keyboard]
    if any(not 1 <= len(data.encode()) <= 64 for row in rows for _, data in row):
        raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows


def scope_of(parameters: Json) -> str:
    """ "default" or a chat's id, and the language when it is for one alone."""
    scope = parameters.get("scope", {"type": "default"})
    place = str(scope["chat_id"]) if scope["type"] == "chat" else "default"
    return f"{place} {parameters.get('language_code', '')}".strip()


def checked_picture(content: bytes) -> None:
    """Raises Refusal for what Telegram does not show as a picture."""
    if len(content) > 10 * 1024 * 1024:
        raise Refusal(413, "Request Entity Too Large")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise Refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    elif not content.startswith(b"\xff\xd8"):
        raise Refusal(400, "Bad Request: IMAGE_PROCESS_FAILED")


def message_json(message: BotMessage) -> Json:
    """As the Bot API shows what a bot has said."""
    found: Json = {
        "message_id": message.id,
        "date": 1_800_000_000,
        "chat": chat_json(message.chat),
        "from": BOT,
    }
    if message.album:
        found["media_group_id"] = message.album
    file = {"file_id": message.file_id, "file_unique_id": f"unique-{message.file_id}"}
    if message.picture:
        found |= {"photo": [{**file, "width": 90, "height": 90}], "caption": message.text}
    elif message.file_name:
        document = {**file, "file_name": message.file_name, "file_size": len(message.content)}
        found |= {"document": document, "caption": message.text}
    else:
        found["text"] = message.text
    return found
