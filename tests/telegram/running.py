"""Running the adapter for as long as a test needs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from bot.adapters.telegram import Receiving, SentFiles, SqliteShelf, TelegramAdapter, Webhook
from bot.core.model import Incoming, Reply
from bot.core.richtext import plain
from tests.telegram.server import TOKEN, BotApiServer

FIRST_MENU = [("help", "What I can do"), ("login", "Sign in")]


def adapter_for(
    server: BotApiServer, receiving: Receiving | None = None, sent: SentFiles | None = None
) -> TelegramAdapter:
    return TelegramAdapter(TOKEN, server.url, lambda role: FIRST_MENU, sent or Remembered(), receiving)


class Remembered(dict[str, str]):
    """SentFiles for as long as a test runs."""

    def sent_file(self, key: str) -> str:
        return self.get(key, "")

    def keep_sent_file(self, key: str, file_id: str) -> None:
        self[key] = file_id

    def forget_sent_file(self, key: str) -> None:
        self.pop(key, None)


def webhook_in(folder: Path, port: int) -> Webhook:
    """Listens at `port`, with its shelf in `folder`."""
    shelf = SqliteShelf(folder / "albums.db")
    return Webhook(f"http://127.0.0.1:{port}/homeroom/", "127.0.0.1", port, shelf)


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None], server: BotApiServer) -> AsyncIterator[None]:
    """Run `work`, which runs an adapter, from when it receives updates until the block ends."""
    before = server.delivery.asked
    task = asyncio.create_task(work)
    try:
        receiving = asyncio.create_task(server.until(lambda: server.delivery.asked > before))
        await asyncio.wait({task, receiving}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            receiving.cancel()
            task.result()
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


MakeListener = Callable[[], "Listener"]


class Listener:
    """Stands for the core: keeps what is heard, and answers as it is told."""

    def __init__(self, adapter: TelegramAdapter) -> None:
        self.adapter = adapter
        self.heard: list[Incoming] = []
        self.answer: Callable[[Incoming], Awaitable[None]] = self.echo

    async def handle(self, incoming: Incoming) -> None:
        self.heard.append(incoming)
        await self.answer(incoming)

    async def echo(self, incoming: Incoming) -> None:
        await self.adapter.send(
            incoming.chat, Reply(plain(f"heard {incoming.text or incoming.press or '-'}"))
        )
