"""The whole bot as it serves Telegram, over a classroom in one process; and what it has handled so far."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.adapters.telegram import Receiving, TelegramAdapter
from bot.app import Classroom, converse
from bot.awaited import AwaitedAnswers
from bot.client.api import LmsClient
from bot.commands import Calendar, build_registry
from bot.core.adapter import Handler
from bot.core.model import Incoming
from bot.store import BotStore
from tests.telegram.protocol import Json
from tests.telegram.running import Remembered
from tests.telegram.server import TOKEN, BotApiServer


class WatchedAdapter(TelegramAdapter):
    """Tells which updates the core has handled."""

    def __init__(self, base_url: str, room: Classroom, receiving: Receiving | None) -> None:
        super().__init__(
            TOKEN,
            base_url,
            lambda role: [(command.name, str(command.summary)) for command in room.registry.for_role(role)],
            Remembered(),
            receiving,
        )
        self.handled: list[str] = []
        self.progress = asyncio.Condition()

    async def run(self, handle: Handler) -> None:
        async def watched(incoming: Incoming) -> None:
            await handle(incoming)
            async with self.progress:
                self.handled.extend(incoming.parts or (incoming.request_id,))
                self.progress.notify_all()

        await super().run(watched)


class Chatting:
    def __init__(
        self, server: BotApiServer, client: LmsClient, store: Path, receiving: Receiving | None = None
    ) -> None:
        awaited = AwaitedAnswers()
        calendar = Calendar(lambda: datetime.now(UTC), ZoneInfo("UTC"))
        self._room = Classroom(client, build_registry(client, calendar, awaited), awaited, calendar)
        self._store = store
        self._adapter = WatchedAdapter(server.url, self._room, receiving)

    async def converse(self) -> None:
        """Until it is cancelled."""
        store = BotStore(self._store, TelegramAdapter.name)
        try:
            await converse(self._adapter, self._room, store)
        finally:
            store.close()

    async def handled(self, update: Json, times: int = 1) -> None:
        """Returns when the core has handled `update`, as many times as it was delivered."""
        request_id = str(update["update_id"])
        async with asyncio.timeout(20), self._adapter.progress:
            await self._adapter.progress.wait_for(lambda: self._adapter.handled.count(request_id) >= times)
