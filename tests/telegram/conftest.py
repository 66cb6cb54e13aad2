"""The real adapter, and the real Application in it, against a Bot API server on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.adapters.telegram import limits
from bot.client.api import LmsClient
from lms_cluster.local.ports import free_ports
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.solo.classroom import SoloClassroom, seated
from tests.telegram.chatting import Chatting
from tests.telegram.people import Person
from tests.telegram.running import Listener, MakeListener, adapter_for, running, webhook_in
from tests.telegram.server import BotApiServer


@pytest.fixture(autouse=True)
def at_any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """People of a test say more in a second than real ones do, and nobody here minds."""
    monkeypatch.setattr(limits, "IN_A_SECOND", 1000)
    monkeypatch.setattr(limits, "CHAT_AT_ONCE", 1000)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest_asyncio.fixture
async def listener(server: BotApiServer) -> AsyncIterator[Listener]:
    """The adapter with no core behind it."""
    listener = Listener(adapter_for(server))
    async with running(listener.adapter.run(listener.handle), server):
        yield listener


@pytest_asyncio.fixture
async def classroom() -> AsyncIterator[SoloClassroom]:
    async with seated(tutor=quoting_tutor) as classroom:
        yield classroom


@pytest.fixture
def client(classroom: SoloClassroom) -> LmsClient:
    return classroom.client


@pytest_asyncio.fixture
async def chatting(server: BotApiServer, client: LmsClient, tmp_path: Path) -> AsyncIterator[Chatting]:
    """The whole bot over a classroom in one process."""
    chatting = Chatting(server, client, tmp_path / "bot.db")
    async with running(chatting.converse(), server):
        yield chatting


@pytest.fixture
def ada(server: BotApiServer) -> Person:
    return Person(server, 1001)


@pytest.fixture
def grace(server: BotApiServer) -> Person:
    return Person(server, 1002)


@pytest.fixture
def another(server: BotApiServer, tmp_path: Path) -> MakeListener:
    """Makes bots that are sent updates. Each listens where the one before it did, and has the same shelf."""
    (port,) = free_ports(1)

    def make() -> Listener:
        return Listener(adapter_for(server, webhook_in(tmp_path, port)))

    return make
