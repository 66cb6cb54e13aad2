"""A classroom in one process whose clock the test holds, and chats of the people in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.awaited import AwaitedAnswers
from bot.client.api import LmsClient
from bot.commands import Calendar, build_registry
from bot.core.command import Registry
from tests.bot_commands.chat import Chat, chat_of
from tests.solo.classroom import SoloClassroom, seated


@dataclass(slots=True)
class Clock:
    """Stands on Tuesday, 3 November 2026, noon in UTC, until it is moved."""

    time: datetime = field(default_factory=lambda: datetime(2026, 11, 3, 12, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, span: timedelta) -> None:
        self.time += span


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def calendar(clock: Clock) -> Calendar:
    return Calendar(clock, ZoneInfo("Europe/Berlin"))


@pytest_asyncio.fixture
async def classroom(clock: Clock) -> AsyncIterator[SoloClassroom]:
    async with seated(clock) as classroom:
        yield classroom


@pytest.fixture
def client(classroom: SoloClassroom) -> LmsClient:
    return classroom.client


@pytest.fixture
def awaited() -> AwaitedAnswers:
    return AwaitedAnswers()


@pytest.fixture
def registry(client: LmsClient, calendar: Calendar, awaited: AwaitedAnswers) -> Registry:
    return build_registry(client, calendar, awaited)


@pytest.fixture
def chat(client: LmsClient, registry: Registry) -> Callable[[str], Awaitable[Chat]]:
    """A chat of the person with this username."""
    return lambda username: chat_of(client, registry, username)
