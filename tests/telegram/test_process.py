"""`python -m bot telegram`, as it is started: the process, its environment, its signals."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from lms_cluster.local.ports import free_ports
from tests.telegram.people import Person
from tests.telegram.protocol import flood
from tests.telegram.server import TOKEN, BotApiServer

# Nothing listens there: the bot must be there for people even while the course servers are not.
NO_NODE = "127.0.0.1:1"


@asynccontextmanager
async def bot_process(token: str, base_url: str, state: Path, **environment: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "telegram", "--nodes", NO_NODE, "--state", str(state)),
        env={**os.environ, "TELEGRAM_BOT_TOKEN": token, "TELEGRAM_BASE_URL": base_url, **environment},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_it_answers_and_ends_cleanly_when_told_to(
    server: BotApiServer, ada: Person, tmp_path: Path
) -> None:
    ada.say("/start")
    async with bot_process(TOKEN, server.url, tmp_path) as process:
        welcome = await ada.hears("Welcome to Homeroom")
        ada.tap(welcome, "Sign in")
        await ada.hears("What is your user name?")
        process.send_signal(signal.SIGTERM)
        output, log = await process.communicate()
    assert process.returncode == 0
    assert TOKEN.encode() not in output + log


async def test_told_where_to_it_is_sent_updates_and_shows_no_secret(
    server: BotApiServer, ada: Person, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    places = {
        "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/homeroom",
        "TELEGRAM_WEBHOOK_LISTEN": f"127.0.0.1:{port}",
    }
    async with bot_process(TOKEN, server.url, tmp_path, **places) as process:
        await server.until(lambda: server.delivery.webhook)
        ada.say("/start")
        await ada.hears("Welcome to Homeroom")
        process.send_signal(signal.SIGTERM)
        output, log = await process.communicate()
    assert process.returncode == 0
    assert not server.called("getUpdates")
    told = server.delivery.webhook
    for secret in (TOKEN, told["secret_token"], told["url"].rpartition("/")[2]):
        assert secret.encode() not in output + log


async def test_killed_before_it_could_answer_it_answers_when_it_is_back(
    server: BotApiServer, ada: Person, tmp_path: Path
) -> None:
    ada.say("/start")
    # Its first answer is turned away for longer than it will live.
    server.fail("sendMessage", flood(600))
    async with bot_process(TOKEN, server.url, tmp_path) as process:
        await server.until(lambda: server.called("sendMessage"))
        process.kill()
        await process.communicate()
    assert not ada.messages()
    async with bot_process(TOKEN, server.url, tmp_path):
        await ada.hears("Welcome to Homeroom")


async def test_a_token_that_telegram_does_not_know_is_said_plainly(
    server: BotApiServer, tmp_path: Path
) -> None:
    async with bot_process("4242:AAwrong", server.url, tmp_path) as process:
        output, log = await process.communicate()
    assert process.returncode == 2
    assert b"Telegram knows no bot with this token" in log
    assert b"Traceback" not in log
    assert b"AAwrong" not in output + log
