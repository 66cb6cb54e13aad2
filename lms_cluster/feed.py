"""The event feed: one look at the applied state for all who watch, however many they are.

Every applied batch wakes the feed, which then asks once whether there are new events and which watched
sessions have ended, and wakes those watchers whom it concerns. Under load it looks once for many batches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from peewee import fn

from lms_cluster.overload import Overloaded
from lms_cluster.reader import Reader
from lms_cluster.refusal import Refused
from lms_cluster.viewer import viewer_of
from storage.models.history import Event

PAUSE_SECONDS = 0.02
WATCHERS_MAX = 1_000


class Watcher:
    """One open watch: `wake` is set when it should look again."""

    __slots__ = ("token_sha256", "wake")

    def __init__(self, token_sha256: bytes) -> None:
        self.token_sha256 = token_sha256
        self.wake = asyncio.Event()


class Feed:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._applied = asyncio.Event()
        self._watchers: set[Watcher] = set()
        self._newest_event = 0

    def notify(self) -> None:
        """Entries were applied. Called on the event loop."""
        self._applied.set()

    @contextmanager
    def watching(self, token_sha256: bytes) -> Iterator[Watcher]:
        """Raises Overloaded."""
        if len(self._watchers) >= WATCHERS_MAX:
            raise Overloaded("Too many people watch this node.", 5.0)
        watcher = Watcher(token_sha256)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    async def run(self) -> None:
        """Until cancelled."""
        self._applied.set()  # a run before this one may have failed over its last look
        while True:
            await self._applied.wait()
            self._applied.clear()
            if self._watchers:
                await self._look()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _look(self) -> None:
        tokens = {watcher.token_sha256 for watcher in self._watchers}
        newest, ended = await self._reader.read(lambda: (_newest_event(), _ended(tokens)))
        moved = newest != self._newest_event
        self._newest_event = newest
        for watcher in self._watchers:
            if moved or watcher.token_sha256 in ended:
                watcher.wake.set()


def _newest_event() -> int:
    """The log index of the newest event; 0 before the first."""
    return Event.select(fn.MAX(Event.log_index)).scalar() or 0


def _ended(tokens: set[bytes]) -> set[bytes]:
    return {token for token in tokens if not _alive(token)}


def _alive(token_sha256: bytes) -> bool:
    try:
        viewer_of(token_sha256)
    except Refused:
        return False
    return True
