"""The webhook is open to everybody: who is not Telegram, or sends what nobody can read, achieves nothing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.adapters.telegram import webhook
from tests.telegram.people import Person
from tests.telegram.running import Listener, MakeListener, adapter_for, running, webhook_in
from tests.telegram.server import BotApiServer

SECRET = "X-Telegram-Bot-Api-Secret-Token"


@pytest_asyncio.fixture
async def listener(server: BotApiServer, another: MakeListener) -> AsyncIterator[Listener]:
    listener = another()
    async with running(listener.adapter.run(listener.handle), server):
        yield listener


async def test_whoever_is_not_telegram_finds_nothing_there(
    listener: Listener, server: BotApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    url, secret = server.delivery.webhook["url"], server.delivery.webhook["secret_token"]
    update = {"update_id": 1, "message": {"text": "/users"}}
    somewhere = url.rpartition("/")[0] + "/" + "x" * 32
    async with aiohttp.ClientSession() as session:
        for method, place, headers in (
            ("POST", url, {}),
            ("POST", url, {SECRET: "x" * len(secret)}),
            ("POST", url, {SECRET: "é"}),
            ("POST", somewhere, {SECRET: secret}),
            ("GET", url, {SECRET: secret}),
            ("PUT", url, {SECRET: secret}),
        ):
            async with session.request(method, place, json=update, headers=headers) as answer:
                assert answer.status == 404
                assert await answer.read() == b""
                assert "Server" not in answer.headers
    assert not listener.heard
    assert url.rpartition("/")[2] not in caplog.text


async def test_an_update_that_cannot_be_read_does_not_block_its_chat(
    listener: Listener, server: BotApiServer, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    url, secret = server.delivery.webhook["url"], server.delivery.webhook["secret_token"]
    hostile = [b"", b"{", b"\xff", b"[]", b"7", b'{"update_id": 1, "message": {}}', b"[" * 100_000]
    async with aiohttp.ClientSession() as session:
        for body in hostile:
            async with session.post(url, data=body, headers={SECRET: secret}) as answer:
                assert answer.status == 200
    ada.say("hello")
    await ada.hears("heard hello")
    assert len(listener.heard) == 1
    assert "could not be read" in caplog.text


async def test_a_body_beyond_all_measure_is_not_even_read(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    url, secret = server.delivery.webhook["url"], server.delivery.webhook["secret_token"]
    body = b'{"update_id": 1, "text": "' + b"x" * webhook.BODY_BYTES_MAX + b'"}'
    async with aiohttp.ClientSession() as session:
        try:
            async with session.post(url, data=body, headers={SECRET: secret}) as answer:
                assert answer.status >= 400
        except aiohttp.ClientError:
            """Hung up on in the middle of it, which is as good."""
    ada.say("hello")
    await ada.hears("heard hello")


async def test_more_connections_than_there_is_room_for_are_hung_up_on(
    listener: Listener, server: BotApiServer, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "CONNECTIONS_MAX", 4)
    host, port = server.delivery.webhook["url"].split("/")[2].split(":")
    idle = [await asyncio.open_connection(host, int(port)) for _ in range(4)]
    reader, writer = await asyncio.open_connection(host, int(port))
    assert await reader.read() == b""
    writer.close()
    for _, open_one in idle:
        open_one.close()
    ada.say("hello")
    await ada.hears("heard hello")


async def test_a_port_that_is_taken_is_named(server: BotApiServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        listener = Listener(adapter_for(server, webhook_in(tmp_path, port)))
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1 port {port}: "):
            await listener.adapter.run(listener.handle)
    assert not server.called("setWebhook")
