"""A Bot API server on loopback: the real protocol over HTTP, for one bot and the people of a test."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Self, TypeVar

from aiohttp import web

from tests.telegram.delivery import Delivery
from tests.telegram.flood import FloodControl
from tests.telegram.methods import METHODS
from tests.telegram.protocol import BotMessage, Draft, Json, Refusal, parameters_of

TOKEN = "4242:AAtest_token_that_no_log_may_show"
PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.02

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
        self.refused: list[tuple[str, str]] = []
        """Method and description of every refusal."""
        self.deleted: list[tuple[int, int]] = []
        """Chat and id of every message deleted."""
        self.answered_queries: list[str] = []
        self.expired_queries: set[str] = set()
        self.menus: dict[str, list[tuple[str, str]]] = {}
        """Commands by scope: "default" or a chat's id, and a language when they are for one alone."""
        self.blocked: set[int] = set()
        self._changed = asyncio.Event()
        self.on_said: Callable[[BotMessage], None] = lambda message: None
        self._hanging: list[str] = []
        self._failures: dict[str, list[Refusal]] = defaultdict(list)
        self._message_ids: dict[int, count[int]] = defaultdict(lambda: count(1))
        self.delivery = Delivery()
        self.flood: FloodControl | None = None
        """Telegram's limits, when they are enforced."""
        self.files: dict[str, bytes] = {}
        """What people sent, by id."""
        self.sent_files: dict[str, BotMessage] = {}
        """What the bot has uploaded, by id, with the message that it was sent in first."""
        self.moved: dict[int, int] = {}
        """Groups that became supergroups, and their new ids."""
        self.drafts: list[Draft] = []
        """Every draft shown, the oldest first."""
        self.draft_seconds = 30.0
        """How long a draft stays when it is not shown again."""
        self.drafts_lapsed = 0
        """How many had vanished before they were shown again."""
        self.drafts_known = True
        """Whether this is a server that knows the method."""
        self.reactions: list[tuple[int, int, str]] = []
        """Chat, message and reaction, in the order they were set."""
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
        await self.delivery.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # --- what a test does ---

    def deliver(self, update: Json) -> Json:
        """Queue an update for the bot. Returns it with its id."""
        return self.delivery.deliver(update)

    def deliver_again(self, update: Json) -> Json:
        """Once more, though it was confirmed: as when the confirmation was lost."""
        return self.delivery.deliver_again(update)

    def keep_file(self, content: bytes) -> str:
        """Returns the file's id."""
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = content
        return file_id

    def next_message_id(self, chat: int) -> int:
        return next(self._message_ids[chat])

    def fail(self, method: str, *refusals: Refusal) -> None:
        """The next calls of `method` are refused, first to last."""
        self._failures[method].extend(refusals)

    def hang(self, method: str) -> None:
        """The next call of `method` is not answered at all."""
        self._hanging.append(method)

    def called(self, method: str) -> list[Json]:
        return [call.parameters for call in self.calls if call.method == method]

    def message(self, chat: int, message_id: int) -> BotMessage | None:
        return next((one for one in self.said if (one.chat, one.id) == (chat, message_id)), None)

    async def until(self, look: Callable[[], T | None]) -> T:
        """What `look` finds, looking again whenever the bot has called. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := look()):
                self._changed.clear()
                with suppress(TimeoutError):
                    # What is not a call, as an answer to a webhook, is noticed by looking again.
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._changed.wait()
        return found

    # --- the protocol ---

    async def _called(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        try:
            if request.match_info["token"] != TOKEN:
                raise Refusal(401, "Unauthorized")
            parameters = await parameters_of(request)
            act = METHODS.get(method)
            if act is None:
                raise Refusal(404, "Not Found: method not found")
            self.calls.append(Call(method, parameters))
            self._changed.set()
            if method in self._hanging:
                self._hanging.remove(method)
                await asyncio.Event().wait()
            if self._failures[method]:
                raise self._failures[method].pop(0)
            result = await act(self, parameters)
        except Refusal as refusal:
            self.refused.append((method, refusal.description))
            answer: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters:
                answer["parameters"] = refusal.parameters
            return web.json_response(answer, status=refusal.code)
        except ConnectionError:
            # The bot changed its mind: nobody reads an answer.
            return web.Response()
        finally:
            self._changed.set()
        return web.json_response({"ok": True, "result": result})

    async def _downloaded(self, request: web.Request) -> web.Response:
        file_id = request.match_info["path"].removeprefix("documents/")
        if request.match_info["token"] != TOKEN or file_id not in self.files:
            raise web.HTTPNotFound
        return web.Response(body=self.files[file_id])
