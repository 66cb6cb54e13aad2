"""The real adapter, and the real Application in it, against a Bot API server on loopback."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.client.fake import FakeLmsClient
from bot.commands import Calendar, build_registry
from bot.core.engine import Engine
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


@pytest.fixture
def engine(server: BotApiServer, client: FakeLmsClient, tmp_path: Path) -> Engine:
    """The whole core over the classroom in memory; it does not run yet."""
    registry = build_registry(client, Calendar(lambda: datetime.now(UTC), ZoneInfo("UTC")))
    adapter = adapter_for(server, registry)
    return Engine(adapter, registry, BotStore(tmp_path / "bot.db", adapter.name), time.time)


@pytest.fixture
def ada(server: BotApiServer) -> Person:
    return Person(server, 1001)


@pytest.fixture
def grace(server: BotApiServer) -> Person:
    return Person(server, 1002)
