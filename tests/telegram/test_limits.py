"""The bot keeps Telegram's limits by itself: what it says to many, or much to one, is never refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.adapters.telegram import limits
from bot.core.model import OutgoingFile, Reply
from bot.core.richtext import plain
from tests.telegram.flood import CHAT_AT_ONCE, EVERYWHERE_MAX, FloodControl
from tests.telegram.people import Person
from tests.telegram.protocol import Refusal
from tests.telegram.running import Listener, adapter_for, running
from tests.telegram.server import BotApiServer

IN_A_SECOND, CHAT_BURST = limits.IN_A_SECOND, limits.CHAT_AT_ONCE

CHATS = 200


@pytest.fixture
def strict(server: BotApiServer) -> FloodControl:
    server.flood = FloodControl()
    return server.flood


@pytest_asyncio.fixture
async def speaker(
    server: BotApiServer, strict: FloodControl, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Listener]:
    """A bot that speaks as fast as it does in earnest."""
    monkeypatch.setattr(limits, "IN_A_SECOND", IN_A_SECOND)
    monkeypatch.setattr(limits, "CHAT_AT_ONCE", CHAT_BURST)
    speaker = Listener(adapter_for(server))
    async with running(speaker.adapter.run(speaker.handle), server):
        yield speaker


async def test_a_notice_to_two_hundred_chats_breaks_no_limit(
    speaker: Listener, server: BotApiServer, strict: FloodControl
) -> None:
    chats = range(3001, 3001 + CHATS)
    await asyncio.gather(*(speaker.adapter.send(str(chat), Reply(plain("🔔 Released"))) for chat in chats))
    assert sorted(message.chat for message in server.said) == list(chats)
    assert strict.violations == 0
    assert 0 < strict.most_in_a_second <= EVERYWHERE_MAX


async def test_much_to_one_chat_breaks_no_limit_and_holds_up_nobody_else(
    speaker: Listener, strict: FloodControl, server: BotApiServer, ada: Person, grace: Person
) -> None:
    numbers = range(CHAT_BURST + 2)

    async def much() -> None:
        for number in numbers:
            await speaker.adapter.send(str(ada.chat), Reply(plain(f"{number}")))

    speaking = asyncio.create_task(much())
    await ada.hears(f"{CHAT_BURST - 1}")
    await speaker.adapter.send(str(grace.chat), Reply(plain("Hello")))
    assert not speaking.done()
    await speaking
    assert [message.text for message in ada.messages()] == [str(number) for number in numbers]
    assert strict.violations == 0


async def test_an_album_counts_as_all_its_files(speaker: Listener, strict: FloodControl, ada: Person) -> None:
    files = tuple(OutgoingFile(f"{number}.md", "text/markdown", b"text") for number in range(10))
    await speaker.adapter.send(str(ada.chat), Reply(plain("S1"), files=files))
    await speaker.adapter.send(str(ada.chat), Reply(plain("S2"), files=files[:5]))
    assert len(ada.messages()) == 17
    assert strict.violations == 0


async def test_many_albums_at_once_wait_for_each_other_and_arrive(
    speaker: Listener, strict: FloodControl, server: BotApiServer
) -> None:
    files = tuple(OutgoingFile(f"{number}.md", "text/markdown", b"text") for number in range(10))
    await asyncio.gather(
        *(speaker.adapter.send(str(chat), Reply(plain(""), files=files)) for chat in range(3001, 3007))
    )
    assert len(server.said) == 60
    assert strict.violations == 0


async def test_chats_that_are_quiet_again_are_forgotten(
    speaker: Listener, server: BotApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CHATS_REMEMBERED_MAX", 2)
    monkeypatch.setattr(limits, "CHAT_AT_ONCE_SECONDS", 0.001)
    limiter = limits.SpeedLimiter()
    found = [limiter._limiter_of(chat) for chat in (1, 2, 3, 1)]
    assert found[0] is not found[3]


def test_the_server_does_refuse_whoever_is_too_fast() -> None:
    everywhere, chat = FloodControl(), FloodControl()
    for number in range(EVERYWHERE_MAX):
        everywhere.admit(number + 1, 1)
    with pytest.raises(Refusal, match="Too Many Requests"):
        everywhere.admit(EVERYWHERE_MAX + 1, 1)
    chat.admit(1, CHAT_AT_ONCE)
    with pytest.raises(Refusal, match="Too Many Requests"):
        chat.admit(1, 1)
    assert everywhere.violations == chat.violations == 1
