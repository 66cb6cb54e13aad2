"""Messages in the order they came, the files of an album as one: Telegram sends them one by one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from telegram import Update

# The parts of an album come together; when no more has come for so long, it is whole.
ALBUM_SECONDS = 0.7
PARTS_MAX = 10

Hear = Callable[[Sequence[Update]], Coroutine[Any, Any, None]]


class Gathering:
    """Has each chat's updates heard in the order they came, and the parts of an album together.

    The caption of an album, and so the command, stands on one of its parts: which, nobody promises.
    """

    def __init__(self) -> None:
        self._lines: dict[int, asyncio.Lock] = {}
        self._waiting: Counter[int] = Counter()
        self._albums: dict[tuple[int, str], _Album] = {}

    async def hear(self, update: Update, hear: Hear) -> None:
        """Returns when `hear` has heard `update`, alone or as the first part of its album.

        For a further part, when the album was heard; cancelled when that was.
        """
        chat = update.effective_chat.id if update.effective_chat else 0
        group = update.message.media_group_id if update.message else None
        album = self._albums.get((chat, group)) if group else None
        if album is not None:
            album.add(update)
            await asyncio.shield(album.heard)
        elif group:
            album = self._albums[chat, group] = _Album(update)
            try:
                await self._in_turn(chat, lambda: self._gathered(chat, group, album), hear)
            except asyncio.CancelledError:
                album.heard.cancel()
                raise
            finally:
                if not album.heard.done():
                    album.heard.set_result(None)
        else:
            await self._in_turn(chat, lambda: _alone(update), hear)

    async def _in_turn(
        self, chat: int, gather: Callable[[], Coroutine[Any, Any, Sequence[Update]]], hear: Hear
    ) -> None:
        """Only the beginning is in turn: the core has a lock of its own for the rest."""
        line = self._lines.setdefault(chat, asyncio.Lock())
        self._waiting[chat] += 1
        try:
            async with line:
                hearing = asyncio.create_task(hear(await gather()))
        finally:
            self._waiting[chat] -= 1
            if not self._waiting[chat]:
                del self._waiting[chat], self._lines[chat]
        await hearing

    async def _gathered(self, chat: int, group: str, album: _Album) -> Sequence[Update]:
        try:
            await album.whole()
        finally:
            del self._albums[chat, group]
        return album.parts


class _Album:
    def __init__(self, first: Update) -> None:
        self.parts = [first]
        self.heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._grown = asyncio.Event()

    def add(self, part: Update) -> None:
        self.parts.append(part)
        self.parts.sort(key=lambda update: update.update_id)
        self._grown.set()

    async def whole(self) -> None:
        """Returns when no part has come for a while, or there can be no more."""
        with suppress(TimeoutError):
            while len(self.parts) < PARTS_MAX:
                self._grown.clear()
                async with asyncio.timeout(ALBUM_SECONDS):
                    await self._grown.wait()


async def _alone(update: Update) -> Sequence[Update]:
    return (update,)
