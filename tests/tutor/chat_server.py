"""An OpenAI-compatible server on loopback: the real protocol over HTTP, and the ways in which it fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Self

from aiohttp import web

Play = Callable[[web.StreamResponse], Awaitable[None]]
"""Writes a reply's body."""


class ChatServer:
    """Replies with `reply`, streamed in small pieces, or as `plays` and `statuses` say, one a request."""

    def __init__(self) -> None:
        self.reply = ""
        self.plays: list[Play] = []
        self.statuses: list[tuple[int, dict[str, str]]] = []
        """What the next requests are refused with, of whatever kind they are."""
        self.asked: list[dict[str, Any]] = []
        self.authorized: list[str] = []
        self.closed = asyncio.Event()
        """A reply's connection was closed before the reply was whole."""
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_get("/v1/models", self._models)
        application.router.add_post("/v1/chat/completions", self._completions)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _models(self, request: web.Request) -> web.StreamResponse:
        self.authorized.append(request.headers.get("Authorization", ""))
        return self._refusal() or web.json_response({"object": "list", "data": [{"id": "large"}]})

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        self.authorized.append(request.headers.get("Authorization", ""))
        if refusal := self._refusal():
            return refusal
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        play = self.plays.pop(0) if self.plays else self._whole
        try:
            await play(response)
        except (asyncio.CancelledError, ConnectionError):
            self.closed.set()
            raise
        return response

    def _refusal(self) -> web.Response | None:
        if not self.statuses:
            return None
        status, headers = self.statuses.pop(0)
        said = {"error": {"message": "Incorrect API key provided: sk-secret"}}
        return web.json_response(said, status=status, headers=headers)

    async def _whole(self, response: web.StreamResponse) -> None:
        await response.write(b": a comment\n\n" + event({"role": "assistant", "content": ""}))
        for at in range(0, len(self.reply), 7):
            await response.write(event({"content": self.reply[at : at + 7]}))
        last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        await response.write(f"data: {json.dumps(last)}\r\n\r\ndata: [DONE]\n\n".encode())


def event(delta: dict[str, Any]) -> bytes:
    """One piece of a reply, as it goes over the wire."""
    chunk = {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
    }
    return f"data: {json.dumps(chunk)}\n\n".encode()


async def cut_off(response: web.StreamResponse) -> None:
    """The connection is gone in the middle of a sentence."""
    await response.write(event({"content": "A Lamport clock is"}))
    transport = _transport(response)
    assert transport is not None
    transport.abort()


async def ended_early(response: web.StreamResponse) -> None:
    """The body is whole, and the reply is not."""
    await response.write(event({"content": "A Lamport clock is"}))


async def silent(response: web.StreamResponse) -> None:
    """Nothing more comes, and the connection stays."""
    await response.write(event({"content": "A Lamport"}))
    while _transport(response) is not None:  # noqa: ASYNC110  (what is waited for has no event)
        await asyncio.sleep(0.01)
    raise ConnectionError


async def endless(response: web.StreamResponse) -> None:
    """The same words, for ever."""
    while True:
        await response.write(event({"content": "The clocks agree with one another. "}))


async def endless_comments(response: web.StreamResponse) -> None:
    """Much, and no word among it."""
    while True:
        await response.write(b": still thinking\n" * 1000)


def raw(content: bytes) -> Play:
    async def play(response: web.StreamResponse) -> None:
        await response.write(content)

    return play


def _transport(response: web.StreamResponse) -> asyncio.WriteTransport | None:
    """Of the connection, which aiohttp tells nobody else; None when it is closed."""
    assert response._req is not None
    transport = response._req.transport
    assert transport is None or isinstance(transport, asyncio.WriteTransport)
    return transport
