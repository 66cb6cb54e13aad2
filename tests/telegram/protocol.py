"""The Bot API's words: parameters as they arrive, refusals as they are worded, messages as they stand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.core.richtext import units
from tests.telegram.markup import CannotParse, Entity, read_html

Json = dict[str, Any]


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
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            found[name] = {"name": value.filename, "content": value.file.read()}
        else:
            found[name] = _decoded(name, str(value))
    for name, value in found.items():
        if isinstance(value, str) and value.startswith("attach://"):
            found[name] = found[value.removeprefix("attach://")]
    return found


def _decoded(name: str, value: str) -> Any:
    if name in {"allowed_updates", "commands", "reply_markup", "scope", "link_preview_options"}:
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
    scope = parameters.get("scope", {"type": "default"})
    return str(scope["chat_id"]) if scope["type"] == "chat" else "default"
