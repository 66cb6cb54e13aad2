"""The real adapter, and the real Application in it, against a Bot API server on loopback."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.adapters.telegram import TelegramAdapter
from bot.awaited import AwaitedAnswers
from bot.client.fake import FakeLmsClient
from bot.commands import Calendar, build_registry
from bot.core.engine import Engine
from bot.notify import Notifier
from bot.store import BotStore
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.telegram.people import Person
from tests.telegram.running import Listener, adapter_for, running
from tests.telegram.server import BotApiServer
from tests.world import PEOPLE


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest_asyncio.fixture
async def listener(server: BotApiServer) -> AsyncIterator[Listener]:
    """The adapter with no core behind it."""
    listener = Listener(adapter_for(server))
    async with running(listener.adapter, listener.handle, server):
        yield listener


@pytest.fixture
def client() -> FakeLmsClient:
    client = FakeLmsClient(tutor=quoting_tutor)
    for person in PEOPLE.values():
        client.seat(person.username, person.display_name, person.role, person.password)
    return client


@dataclass(frozen=True, slots=True)
class Classroom:
    """The whole core over the classroom in memory; it hears nothing before `adapter` runs."""

    adapter: TelegramAdapter
    engine: Engine


@pytest_asyncio.fixture
async def classroom(server: BotApiServer, client: FakeLmsClient, tmp_path: Path) -> AsyncIterator[Classroom]:
    awaited = AwaitedAnswers()
    registry = build_registry(client, Calendar(lambda: datetime.now(UTC), ZoneInfo("UTC")), awaited)
    adapter = adapter_for(server, registry)
    store = BotStore(tmp_path / "bot.db", adapter.name)
    notifier = Notifier(client, adapter, store, awaited)
    yield Classroom(adapter, Engine(adapter, registry, store, time.time, notifier.session_changed))
    await notifier.stop()
    store.close()


@pytest.fixture
def ada(server: BotApiServer) -> Person:
    return Person(server, 1001)


@pytest.fixture
def grace(server: BotApiServer) -> Person:
    return Person(server, 1002)
