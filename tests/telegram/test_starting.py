"""The adapter starts cleanly or says why not, ends cleanly, and never shows its token."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.adapters.telegram import CannotStart, TelegramAdapter
from bot.core.model import Incoming, Reply
from bot.core.richtext import plain
from tests.telegram.people import Person
from tests.telegram.protocol import Refusal
from tests.telegram.running import FIRST_MENU, Listener, Remembered, adapter_for, running
from tests.telegram.server import TOKEN, BotApiServer

LATER = 30.0


async def unheard(incoming: Incoming) -> None:
    raise AssertionError("nothing was said")


async def test_the_menu_of_somebody_unknown_is_shown_to_everybody_in_every_language(
    listener: Listener, server: BotApiServer
) -> None:
    assert server.menus == {"default": FIRST_MENU, "default en": FIRST_MENU, "default de": FIRST_MENU}


async def test_a_menu_that_cannot_be_set_does_not_keep_the_bot_from_starting(
    server: BotApiServer, ada: Person
) -> None:
    server.fail("setMyCommands", Refusal(400, "Bad Request: BOT_COMMAND_INVALID"))
    listener = Listener(adapter_for(server))
    async with running(listener.adapter.run(listener.handle), server):
        ada.say("hello")
        await ada.hears("heard hello")


async def test_a_wrong_token_is_refused_without_being_told(server: BotApiServer) -> None:
    adapter = TelegramAdapter("4242:AAwrong", server.url, lambda role: [], Remembered())
    with pytest.raises(CannotStart) as refused:
        await adapter.run(unheard)
    assert "AAwrong" not in str(refused.value)
    assert refused.value.__suppress_context__


async def test_a_server_that_is_not_there_is_named_as_the_reason() -> None:
    adapter = TelegramAdapter(TOKEN, "http://127.0.0.1:1", lambda role: [], Remembered())
    with pytest.raises(CannotStart, match="cannot be reached"):
        await adapter.run(unheard)


async def test_neither_token_nor_words_reach_a_log(
    server: BotApiServer, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    listener = Listener(adapter_for(server))
    async with running(listener.adapter.run(listener.handle), server):
        server.fail("sendMessage", Refusal(502, "Bad Gateway"))
        ada.say("correct horse ada")
        await ada.hears("heard correct horse ada")
        server.fail("sendMessage", Refusal(400, "Bad Request: something new"))
        ada.say("correct horse ada")
        ada.send_file("essay.md", b"text")
        await ada.hears("heard -")
        await listener.adapter.fetch(listener.heard[-1].files[0])
    assert "an update was not answered" in caplog.text
    assert TOKEN not in caplog.text
    assert "correct horse" not in caplog.text


async def test_ending_waits_for_the_answers_under_way(server: BotApiServer, ada: Person) -> None:
    adapter = adapter_for(server)
    begun, finish = asyncio.Event(), asyncio.Event()

    async def handle(incoming: Incoming) -> None:
        begun.set()
        await finish.wait()
        await adapter.send(incoming.chat, Reply(plain("answered")))

    async with running(adapter.run(handle), server):
        ada.say("hello")
        await begun.wait()
        asyncio.get_running_loop().call_soon(finish.set)
    assert [message.text for message in ada.messages()] == ["answered"]


async def test_an_answer_that_never_ends_does_not_keep_the_bot_from_ending(
    server: BotApiServer, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.telegram.adapter.STOP_SECONDS", 0.1)
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def handle(incoming: Incoming) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with asyncio.timeout(LATER), running(adapter_for(server).run(handle), server):
        ada.say("hello")
        await begun.wait()
    assert cancelled.is_set()


async def test_what_was_said_while_the_bot_was_away_is_heard_when_it_is_back(
    server: BotApiServer, ada: Person
) -> None:
    ada.say("hello")
    listener = Listener(adapter_for(server))
    async with running(listener.adapter.run(listener.handle), server):
        await ada.hears("heard hello")
    again = Listener(adapter_for(server))
    async with running(again.adapter.run(again.handle), server):
        ada.say("hello again")
        await ada.hears("heard hello again")
    assert [incoming.text for incoming in again.heard] == ["hello again"]
