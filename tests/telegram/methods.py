"""The methods of the Bot API: what each does, and what it refuses, in Telegram's words."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.telegram.protocol import (
    BOT,
    BotMessage,
    Draft,
    Json,
    Refusal,
    checked_picture,
    formatted,
    message_json,
    rows_of,
    scope_of,
)

if TYPE_CHECKING:
    from tests.telegram.server import BotApiServer

DOWNLOAD_BYTES_MAX = 20 * 1024 * 1024
TEXT_UNITS_MAX = 4096
CAPTION_UNITS_MAX = 1024

_album_ids = count(1)


async def get_me(server: BotApiServer, parameters: Json) -> Json:
    return BOT


async def get_updates(server: BotApiServer, parameters: Json) -> list[Json]:
    return await server.delivery.get_updates(parameters)


async def set_webhook(server: BotApiServer, parameters: Json) -> bool:
    return await server.delivery.set_webhook(parameters)


async def delete_webhook(server: BotApiServer, parameters: Json) -> bool:
    return await server.delivery.delete_webhook(parameters)


# --- saying ---


async def send_message(server: BotApiServer, parameters: Json) -> Json:
    message = _composed(server, parameters, "text", TEXT_UNITS_MAX)
    if not message.text:
        raise Refusal(400, "Bad Request: message text is empty")
    return _say(server, message)


async def send_document(server: BotApiServer, parameters: Json) -> Json:
    message = _composed(server, parameters, "caption", CAPTION_UNITS_MAX)
    _attach(server, message, parameters["document"])
    return _say(server, message)


async def send_photo(server: BotApiServer, parameters: Json) -> Json:
    message = _composed(server, parameters, "caption", CAPTION_UNITS_MAX)
    message.picture = True
    _attach(server, message, parameters["photo"])
    checked_picture(message.content)
    return _say(server, message)


async def send_media_group(server: BotApiServer, parameters: Json) -> list[Json]:
    chat = int(parameters["chat_id"])
    media = parameters["media"]
    _admit(server, chat, len(media))
    if not 2 <= len(media) <= 10:
        raise Refusal(400, "Bad Request: there must be 2 to 10 media to send")
    kinds = {one["type"] for one in media}
    if "document" in kinds and len(kinds) > 1:
        raise Refusal(400, "Bad Request: document can't be mixed with other media types")
    album, messages = f"album-{next(_album_ids)}", []
    for one in media:
        message = BotMessage(0, chat, "", (), [], album=album, versions=[""])
        message.picture = one["type"] == "photo"
        _attach(server, message, parameters.get(one["media"].removeprefix("attach://"), one["media"]))
        if message.picture:
            checked_picture(message.content)
        messages.append(message)
    return [_say(server, message) for message in messages]


async def send_message_draft(server: BotApiServer, parameters: Json) -> bool:
    if not server.drafts_known:
        raise Refusal(404, "Not Found: method not found")
    chat = _reachable(server, parameters)
    if chat < 0:
        raise Refusal(400, "Bad Request: TEXTDRAFT_PEER_INVALID")
    draft_id = int(parameters["draft_id"])
    if draft_id == 0:
        raise Refusal(400, "Bad Request: draft identifier must be non-zero")
    text, entities = formatted(parameters, "text", TEXT_UNITS_MAX)
    now = time.monotonic()
    former = [draft for draft in server.drafts if (draft.chat, draft.id) == (chat, draft_id)]
    if former and now - former[-1].at > server.draft_seconds:
        server.drafts_lapsed += 1
    server.drafts.append(Draft(chat, draft_id, text, entities, now))
    return True


def _composed(server: BotApiServer, parameters: Json, name: str, units_max: int) -> BotMessage:
    """A message that is not said yet."""
    chat = _reachable(server, parameters)
    _admit(server, chat, 1)
    text, entities = formatted(parameters, name, units_max)
    return BotMessage(0, chat, text, entities, rows_of(parameters), versions=[text])


def _attach(server: BotApiServer, message: BotMessage, file: Json | str) -> None:
    """A file that is uploaded, or one of the same kind that was sent before, by its id."""
    if isinstance(file, str):
        named = server.sent_files.get(file)
        if named is None or named.picture != message.picture:
            raise Refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")
        message.file_name, message.content, message.file_id = named.file_name, named.content, file
        return
    if not file["content"]:
        raise Refusal(400, "Bad Request: file must be non-empty")
    message.file_name, message.content = file["name"], file["content"]
    message.file_id = f"sent-{len(server.sent_files) + 1}"
    server.sent_files[message.file_id] = message


def _say(server: BotApiServer, message: BotMessage) -> Json:
    message.id = server.next_message_id(message.chat)
    server.said.append(message)
    server.on_said(message)
    return message_json(message)


# --- changing what was said ---


async def edit_message_text(server: BotApiServer, parameters: Json) -> Json:
    chat = _reachable(server, parameters)
    message = server.message(chat, int(parameters["message_id"]))
    if message is None or message.deleted or message.file_name:
        raise Refusal(400, "Bad Request: message to edit not found")
    text, entities = formatted(parameters, "text", TEXT_UNITS_MAX)
    rows = rows_of(parameters)
    if (text, entities, rows) == (message.text, message.entities, message.rows):
        raise Refusal(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are "
            "exactly the same as a current content and reply markup of the message",
        )
    message.text, message.entities, message.rows = text, entities, rows
    message.versions.append(text)
    return message_json(message)


async def delete_message(server: BotApiServer, parameters: Json) -> bool:
    place = (int(parameters["chat_id"]), int(parameters["message_id"]))
    if place in server.deleted:
        raise Refusal(400, "Bad Request: message to delete not found")
    message = server.message(*place)
    if message is not None:
        message.deleted = True
    server.deleted.append(place)
    return True


async def set_message_reaction(server: BotApiServer, parameters: Json) -> bool:
    chat, message_id = _reachable(server, parameters), int(parameters["message_id"])
    if (chat, message_id) in server.deleted:
        raise Refusal(400, "Bad Request: message to react not found")
    for reaction in parameters["reaction"]:
        server.reactions.append((chat, message_id, reaction["emoji"]))
    return True


# --- around it ---


async def answer_callback_query(server: BotApiServer, parameters: Json) -> bool:
    query = parameters["callback_query_id"]
    server.answered_queries.append(query)
    if query in server.expired_queries:
        raise Refusal(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    return True


async def set_my_commands(server: BotApiServer, parameters: Json) -> bool:
    commands = [(one["command"], one["description"]) for one in parameters["commands"]]
    if not all(0 < len(description) <= 256 for _, description in commands):
        raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    server.menus[scope_of(parameters)] = commands
    return True


async def delete_my_commands(server: BotApiServer, parameters: Json) -> bool:
    server.menus.pop(scope_of(parameters), None)
    return True


async def send_chat_action(server: BotApiServer, parameters: Json) -> bool:
    _reachable(server, parameters)
    return True


async def get_file(server: BotApiServer, parameters: Json) -> Json:
    file_id = parameters["file_id"]
    if file_id not in server.files:
        raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    size = len(server.files[file_id])
    if size > DOWNLOAD_BYTES_MAX:
        raise Refusal(400, "Bad Request: file is too big")
    return {
        "file_id": file_id,
        "file_unique_id": f"unique-{file_id}",
        "file_size": size,
        "file_path": f"documents/{file_id}",
    }


def _reachable(server: BotApiServer, parameters: Json) -> int:
    """The chat. Raises Refusal when the bot can say nothing there."""
    chat = int(parameters["chat_id"])
    if chat in server.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    if chat in server.moved:
        raise Refusal(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=server.moved[chat],
        )
    return chat


def _admit(server: BotApiServer, chat: int, messages: int) -> None:
    if server.flood is not None:
        server.flood.admit(chat, messages)


METHODS: dict[str, Callable[[BotApiServer, Json], Awaitable[Any]]] = {
    "answerCallbackQuery": answer_callback_query,
    "deleteMessage": delete_message,
    "deleteMyCommands": delete_my_commands,
    "deleteWebhook": delete_webhook,
    "editMessageText": edit_message_text,
    "getFile": get_file,
    "getMe": get_me,
    "getUpdates": get_updates,
    "sendChatAction": send_chat_action,
    "sendDocument": send_document,
    "sendMediaGroup": send_media_group,
    "sendMessage": send_message,
    "sendMessageDraft": send_message_draft,
    "sendPhoto": send_photo,
    "setMessageReaction": set_message_reaction,
    "setMyCommands": set_my_commands,
    "setWebhook": set_webhook,
}
