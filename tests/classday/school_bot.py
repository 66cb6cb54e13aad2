"""The whole bot over a cluster, as one thing that is started, spoken to, and started again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.awaited import AwaitedAnswers
from bot.client.grpc_client import GrpcLmsClient
from bot.commands import Calendar, build_registry
from bot.core.engine import Engine
from bot.core.model import Incoming
from bot.notify import Notifier
from bot.store import BotStore
from tests.classday.clock import SchoolClock
from tests.classday.place import Place

ZONE = ZoneInfo("Europe/Berlin")
STORE_FILE = "bot.db"


class SchoolBot:
    """`nodes` maps node ids to addresses. What is remembered lies in `folder`, whichever run it is."""

    def __init__(self, nodes: Mapping[str, str], folder: Path, place: Place, clock: SchoolClock) -> None:
        self.calendar = Calendar(clock, ZONE)
        self._client = GrpcLmsClient(nodes)
        self._store = BotStore(folder / STORE_FILE, place.name)
        awaited = AwaitedAnswers()
        self._notifier = Notifier(self._client, place, self._store, awaited, self.calendar)
        registry = build_registry(self._client, self.calendar, awaited)
        self._engine = Engine(place, registry, self._store, clock.seconds, self._notifier.session_changed)

    def start(self) -> None:
        self._notifier.start()

    async def hear(self, incoming: Incoming) -> None:
        await self._engine.handle(incoming)

    async def stop(self) -> None:
        await self._notifier.stop()
        await self._client.close()
        self._store.close()
