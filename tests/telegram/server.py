"""A Bot API server on loopback: the real protocol over HTTP, for one bot and the people of a test."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.telegram.protocol import (
    BOT,
    BotMessage,
    Json,
    Refusal,
    chat_json,
    formatted,
    parameters_of,
    rows_of,
    scope_of,
)

TOKEN = "4242:AAtest_token_that_no_log_may_show"
DOWNLOAD_BYTES_MAX = 20 * 1024 * 1024
LONG_POLL_SECONDS_MAX = 50.0
PATIENCE_SECONDS = 20.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    parameters: Json


class BotApiServer:
    """What the bot calls is in `calls`; what it said, in `said`. `fail` makes coming calls fail."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.said: list[BotMessage] = []
        self.deleted: list[tuple[int, int]] = []
        """Chat and id of every message deleted."""
        self.answered_queries: list[str] = []
        self.expired_queries: set[str] = set()
        self.menus: dict[str, list[tuple[str, str]]] = {}
        """Commands by scope: "default", or a chat's id."""
        self.blocked: set[int] = set()
        self._changed = asyncio.Event()
        self.on_said: Callable[[BotMessage], None] = lambda message: None
        self._failures: dict[str, list[Refusal]] = defaultdict(list)
        self._files: dict[str, bytes] = {}
        self._updates: list[Json] = []
        self._again: list[Json] = []
        self._update_ids = count(700_001)
        self._message_ids: dict[int, count[int]] = defaultdict(lambda: count(1))
        self._arrived = asyncio.Event()
        self.polls = 0
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_post("/bot{token}/{method}", self._called)
        application.router.add_get("/file/bot{token}/{path:.+}", self._downloaded)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    # --- what a test does ---

    def deliver(self, update: Json) -> Json:
        """Queue an update for the bot. Returns it with its id."""
        update = {"update_id": next(self._update_ids), **update}
        self._updates.append(update)
        self._arrived.set()
        return update

    def deliver_again(self, update: Json) -> Json:
        """Once more, though it was confirmed: as when the confirmation was lost."""
        self._again.append(update)
        self._arrived.set()
        return update

    def keep_file(self, content: bytes) -> str:
        """Returns the file's id."""
        file_id = f"file-{len(self._files) + 1}"
        self._files[file_id] = content
        return file_id

    def next_message_id(self, chat: int) -> int:
        return next(self._message_ids[chat])

    def fail(self, method: str, *refusals: Refusal) -> None:
        """The next calls of `method` are refused, first to last."""
        self._failures[method].extend(refusals)

    def called(self, method: str) -> list[Json]:
        return [call.parameters for call in self.calls if call.method == method]

    def message(self, chat: int, message_id: int) -> BotMessage | None:
        return next((one for one in self.said if (one.chat, one.id) == (chat, message_id)), None)

    async def until(self, look: Callable[[], T | None]) -> T:
        """What `look` finds, looking again whenever the bot has called. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := look()):
                self._changed.clear()
                await self._changed.wait()
        return found

    # --- the protocol ---

    async def _called(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        try:
            if request.match_info["token"] != TOKEN:
                raise Refusal(401, "Unauthorized")
            parameters = await parameters_of(request)
            act = _METHODS.get(method)
            if act is None:
                raise Refusal(404, "Not Found: method not found")
            self.calls.append(Call(method, parameters))
            if self._failures[method]:
                raise self._failures[method].pop(0)
            result = await act(self, parameters)
        except Refusal as refusal:
            answer: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters:
                answer["parameters"] = refusal.parameters
            return web.json_response(answer, status=refusal.code)
        finally:
            self._changed.set()
        return web.json_response({"ok": True, "result": result})

    async def _downloaded(self, request: web.Request) -> web.Response:
        file_id = request.match_info["path"].removeprefix("documents/")
        if request.match_info["token"] != TOKEN or file_id not in self._files:
            raise web.HTTPNotFound
        return web.Response(body=self._files[file_id])

    async def _get_me(self, parameters: Json) -> Json:
        return BOT

    async def _true(self, parameters: Json) -> bool:
        return True

    async def _get_updates(self, parameters: Json) -> list[Json]:
        self.polls += 1
        self._changed.set()
        poll = self.polls
        offset = int(parameters.get("offset", 0))
        # Asking for later updates confirms the earlier ones.
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        wanted = set(parameters.get("allowed_updates", ()))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(float(parameters.get("timeout", 0)), LONG_POLL_SECONDS_MAX)
        while True:
            if poll != self.polls:
                raise Refusal(409, "Conflict: terminated by other getUpdates request")
            again, self._again = self._again, []
            found = [update for update in again + self._updates if not wanted or wanted & update.keys()]
            if found or loop.time() >= deadline:
                return found[:100]
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._arrived.wait()
            except TimeoutError:
                continue

    async def _send_message(self, parameters: Json) -> Json:
        return self._say(parameters, "text", units_max=4096)

    async def _send_document(self, parameters: Json) -> Json:
        document = parameters["document"]
        if not document["content"]:
            raise Refusal(400, "Bad Request: file must be non-empty")
        return self._say(parameters, "caption", units_max=1024, document=document)

    def _say(self, parameters: Json, field_name: str, units_max: int, document: Json | None = None) -> Json:
        chat = int(parameters["chat_id"])
        self._reachable(chat)
        text, entities = formatted(parameters, field_name, units_max)
        if not text and document is None:
            raise Refusal(400, "Bad Request: message text is empty")
        rows = rows_of(parameters)
        message = BotMessage(self.next_message_id(chat), chat, text, entities, rows, versions=[text])
        if document is not None:
            message.file_name, message.content = document["name"], document["content"]
        self.said.append(message)
        self.on_said(message)
        return self._as_json(message)

    async def _edit_message_text(self, parameters: Json) -> Json:
        chat = int(parameters["chat_id"])
        self._reachable(chat)
        message = self.message(chat, int(parameters["message_id"]))
        if message is None or message.deleted or message.file_name:
            raise Refusal(400, "Bad Request: message to edit not found")
        text, entities = formatted(parameters, "text", units_max=4096)
        rows = rows_of(parameters)
        if (text, entities, rows) == (message.text, message.entities, message.rows):
            raise Refusal(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message",
            )
        message.text, message.entities, message.rows = text, entities, rows
        message.versions.append(text)
        return self._as_json(message)

    async def _delete_message(self, parameters: Json) -> bool:
        place = (int(parameters["chat_id"]), int(parameters["message_id"]))
        if place in self.deleted:
            raise Refusal(400, "Bad Request: message to delete not found")
        message = self.message(*place)
        if message is not None:
            message.deleted = True
        self.deleted.append(place)
        return True

    async def _answer_callback_query(self, parameters: Json) -> bool:
        query = parameters["callback_query_id"]
        self.answered_queries.append(query)
        if query in self.expired_queries:
            raise Refusal(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        return True

    async def _set_my_commands(self, parameters: Json) -> bool:
        commands = [(one["command"], one["description"]) for one in parameters["commands"]]
        if not all(0 < len(description) <= 256 for _, description in commands):
            raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.menus[scope_of(parameters)] = commands
        return True

    async def _delete_my_commands(self, parameters: Json) -> bool:
        self.menus.pop(scope_of(parameters), None)
        return True

    async def _send_chat_action(self, parameters: Json) -> bool:
        self._reachable(int(parameters["chat_id"]))
        return True

    async def _get_file(self, parameters: Json) -> Json:
        file_id = parameters["file_id"]
        if file_id not in self._files:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self._files[file_id])
        if size > DOWNLOAD_BYTES_MAX:
            raise Refusal(400, "Bad Request: file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": f"unique-{file_id}",
            "file_size": size,
            "file_path": f"documents/{file_id}",
        }

    def _reachable(self, chat: int) -> None:
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")

    def _as_json(self, message: BotMessage) -> Json:
        found: Json = {
            "message_id": message.id,
            "date": 1_800_000_000,
            "chat": chat_json(message.chat),
            "from": BOT,
        }
        if message.file_name:
            found["document"] = {
                "file_id": f"sent-{message.id}",
                "file_unique_id": f"unique-sent-{message.id}",
                "file_name": message.file_name,
                "file_size": len(message.content),
            }
            found["caption"] = message.text
        else:
            found["text"] = message.text
        return found


_METHODS: dict[str, Callable[[BotApiServer, Json], Any]] = {
    "getMe": BotApiServer._get_me,
    "getUpdates": BotApiServer._get_updates,
    "deleteWebhook": BotApiServer._true,
    "sendMessage": BotApiServer._send_message,
    "sendDocument": BotApiServer._send_document,
    "editMessageText": BotApiServer._edit_message_text,
    "deleteMessage": BotApiServer._delete_message,
    "answerCallbackQuery": BotApiServer._answer_callback_query,
    "setMyCommands": BotApiServer._set_my_commands,
    "deleteMyCommands": BotApiServer._delete_my_commands,
    "sendChatAction": BotApiServer._send_chat_action,
    "getFile": BotApiServer._get_file,
}
