"""An announcement to two hundred chats: within Telegram's limits, and once, over a restart in its middle."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from pathlib import Path

import pytest

from bot import chat_watch
from bot.adapters.telegram import TelegramAdapter, limits
from bot.client.api import LmsClient
from bot.core.chat import Chat, Session
from bot.core.model import Role
from bot.store import BotStore
from tests.telegram.chatting import Chatting
from tests.telegram.flood import FloodControl
from tests.telegram.people import Person
from tests.telegram.running import running
from tests.telegram.server import BotApiServer
from tests.world import sign_in

CHATS = range(5001, 5201)
BLOCKED = range(5001, 5011)
IN_A_SECOND = limits.IN_A_SECOND


async def signed_in_everywhere(client: LmsClient, path: Path) -> None:
    """Ada has a session in each chat."""
    store = BotStore(path, TelegramAdapter.name)
    for chat in CHATS:
        token = await sign_in(client, "ada")
        store.save(str(chat), Chat(session=Session(token, "ada", Role.STUDENT)))
    store.close()


async def is_watched_everywhere(path: Path) -> None:
    store = BotStore(path, TelegramAdapter.name)
    while not all(store.told(str(chat), "ada").cursor for chat in CHATS):  # noqa: ASYNC110 -- another's file
        await asyncio.sleep(0.05)
    store.close()


@pytest.mark.timeout(180)
async def test_a_broadcast_goes_on_where_the_bot_was_stopped_and_skips_who_has_blocked_it(
    server: BotApiServer, client: LmsClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "IN_A_SECOND", IN_A_SECOND)
    monkeypatch.setattr(chat_watch, "FINISH_SECONDS", 0.1)
    path = tmp_path / "bot.db"
    await signed_in_everywhere(client, path)
    for chat in BLOCKED:
        Person(server, chat).block()
    first = Chatting(server, client, path)
    async with running(first.converse(), server):
        await is_watched_everywhere(path)
        server.flood = first_life = FloodControl()
        grace = await sign_in(client, "grace")
        await client.announce(grace, secrets.token_hex(16), "No class on Friday.")
        await server.until(lambda: len(server.said) >= len(CHATS) // 4)
    told_before = len(server.said)
    assert told_before < len(CHATS) - len(BLOCKED), "it was to be stopped in the middle"
    # It cannot know what was said in the second before it began, and obeys if Telegram has it wait for that.
    server.flood = second_life = FloodControl()
    second = Chatting(server, client, path)
    async with running(second.converse(), server):
        await server.until(lambda: len(server.said) >= len(CHATS) - len(BLOCKED))
    told = Counter(message.chat for message in server.said)
    assert told == Counter(chat for chat in CHATS if chat not in BLOCKED)
    assert first_life.violations == second_life.violations == 0
