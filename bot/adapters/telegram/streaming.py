"""A reply that grows: as a draft where Telegram shows drafts, else by edits of a message, else at its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.adapters.telegram.attempts import ChatCalls
from bot.adapters.telegram.replies import MESSAGE_UNITS_MAX, Speaker
from bot.core.model import Reply, StreamedReply
from bot.core.richtext import Text, split

log = logging.getLogger(__name__)

DRAFT_INTERVAL_SECONDS = 1.0
# A draft vanishes after thirty seconds unless it is shown again.
DRAFT_REFRESH_SECONDS = 20.0
# More often, and Telegram calls it a flood.
EDIT_INTERVAL_SECONDS = 1.5


class Streams:
    """Shows growing replies. Everything raises ChatGone when nobody reads the chat any more."""

    def __init__(self, bot: Bot, calls: ChatCalls, speaker: Speaker) -> None:
        self._bot = bot
        self._calls = calls
        self._speaker = speaker
        self._draft_ids = count(1)
        self._drafts_known = True
        """Whether this server knows of drafts, as far as is known."""

    async def show(self, chat: str, reply: StreamedReply) -> tuple[str, ...]:
        """Show what there is so far, and the final form at last. Returns the ids of its messages."""
        growth = _Growth()
        reading = asyncio.create_task(growth.read(reply.pieces))
        message = ""
        try:
            # Telegram shows drafts in private chats alone; groups have negative ids.
            drafted = self._drafts_known and int(chat) > 0 and await self._draft(chat, growth, reading)
            if not drafted:
                message = await self._edit(chat, growth, reading)
            await reading
        finally:
            reading.cancel()
            await asyncio.wait([reading])
        return await self._finish(chat, message, reply.final)

    async def _draft(self, chat: str, growth: _Growth, reading: asyncio.Task[None]) -> bool:
        """Until the reply is whole; False as soon as a draft is refused."""
        draft_id = next(self._draft_ids)
        while (piece := await growth.next(DRAFT_REFRESH_SECONDS)) is not None:
            drawing = asyncio.create_task(self._draw(chat, draft_id, piece))
            # Once there is the final form, nobody waits for a draft.
            await asyncio.wait([drawing, reading], return_when=asyncio.FIRST_COMPLETED)
            if not drawing.done():
                drawing.cancel()
                await asyncio.wait([drawing])
            elif not drawing.result():
                growth.show_again()
                return False
            await growth.rest(DRAFT_INTERVAL_SECONDS)
        return True

    async def _draw(self, chat: str, draft_id: int, piece: Text) -> bool:
        async def show(to: int, written: str, parse_mode: str | None) -> bool:
            return await self._bot.send_message_draft(to, draft_id, written, parse_mode=parse_mode)

        try:
            return await self._calls.formatted(chat, piece, show)
        except InvalidToken:
            # So the library calls an answer "not found", which here is said of the method.
            log.warning("this Bot API server knows no drafts; replies grow by edits")
            self._drafts_known = False
        except TelegramError as refusal:
            log.info("a reply grows by edits: %s", refusal)
        return False

    async def _edit(self, chat: str, growth: _Growth, reading: asyncio.Task[None]) -> str:
        """Until the reply is whole, or Telegram refuses. Returns the message's id, if there is one."""
        message = ""
        while (piece := await growth.next()) is not None:
            try:
                if message:
                    await self._speaker.edit(chat, message, piece, None)
                else:
                    message = await self._speaker.write(chat, piece, None)
            except TelegramError as refusal:
                # The final form says all of it.
                log.warning("a reply is not shown growing: %s", refusal)
                return message
            await growth.rest(EDIT_INTERVAL_SECONDS)
        return message

    async def _finish(self, chat: str, message: str, final: Reply) -> tuple[str, ...]:
        if message:
            return await self._speaker.rewrite(chat, message, final)
        return await self._speaker.say(chat, final)


class _Growth:
    """The last piece read, which may be several further than the last one shown."""

    def __init__(self) -> None:
        self._piece = Text()
        self._fresh = asyncio.Event()
        """There is a piece that was not shown yet, or there will be none any more."""
        self._whole = asyncio.Event()

    async def read(self, pieces: AsyncIterator[Text]) -> None:
        try:
            async for piece in pieces:
                shown = split(piece, MESSAGE_UNITS_MAX)[0]
                if shown.plain.strip() and shown != self._piece:
                    self._piece = shown
                    self._fresh.set()
        finally:
            self._whole.set()
            self._fresh.set()

    async def next(self, refresh_seconds: float | None = None) -> Text | None:
        """A piece to show; the one shown last once it needs to be refreshed; None when all is read."""
        while True:
            try:
                async with asyncio.timeout(refresh_seconds if self._piece.spans else None):
                    await self._fresh.wait()
            except TimeoutError:
                return self._piece
            self._fresh.clear()
            if self._whole.is_set():
                return None
            return self._piece

    def show_again(self) -> None:
        """The last piece was not shown after all."""
        self._fresh.set()

    async def rest(self, seconds: float) -> None:
        """So long, or until all is read."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._whole.wait()
