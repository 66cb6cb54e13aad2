"""A message is marked as received and, when what came of it is saved, as saved; never one with a secret."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.telegram import hearing, reactions
from bot.core.model import Incoming, Reply
from bot.core.richtext import plain
from tests.telegram.people import Person
from tests.telegram.protocol import Json, Refusal, flood
from tests.telegram.running import Listener
from tests.telegram.server import BotApiServer

RECEIVED, SAVED = "👀", "👍"


def number(update: Json) -> int:
    message_id: int = update["message"]["message_id"]
    return message_id


def replying(listener: Listener, **replies: Reply) -> None:
    """The core answers every line with the reply of that name."""

    async def answer(incoming: Incoming) -> None:
        await listener.adapter.send(incoming.chat, replies[incoming.text or incoming.press or "file"])

    listener.answer = answer


async def test_a_file_is_marked_as_received(listener: Listener, server: BotApiServer, ada: Person) -> None:
    sent = ada.send_file("essay.md", b"text")
    await server.until(lambda: server.reactions)
    assert server.reactions == [(ada.chat, number(sent), RECEIVED)]


async def test_what_is_saved_is_marked_on_every_message_it_came_from(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    replying(
        listener,
        file=Reply(plain("Got it")),
        confirm=Reply(plain("Handed in S1"), saved=True),
        more=Reply(plain("Handed in S2"), saved=True),
    )
    first, second = (ada.send_file(name, b"text") for name in ("1.md", "2.md"))
    last = ada.say("confirm")
    await ada.hears("Handed in S1")
    await server.until(lambda: len(server.reactions) == 5)
    assert server.reactions[2:] == [(ada.chat, number(update), SAVED) for update in (first, second, last)]
    again = ada.say("more")
    await server.until(lambda: len(server.reactions) == 6)
    assert server.reactions[-1] == (ada.chat, number(again), SAVED)


async def test_what_took_long_is_marked_as_received_and_then_as_saved(
    listener: Listener, server: BotApiServer, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "LONG_SECONDS", 0.0)
    done = asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        await done.wait()
        await listener.adapter.send(incoming.chat, Reply(plain("Answered"), saved=True))

    listener.answer = answer
    asked = ada.say("/ask What is a term?")
    await server.until(lambda: server.reactions)
    done.set()
    await server.until(lambda: len(server.reactions) == 2)
    assert server.reactions == [(ada.chat, number(asked), mark) for mark in (RECEIVED, SAVED)]


async def test_what_is_neither_long_nor_saved_is_not_marked(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    ada.say("/help")
    await ada.hears("heard /help")
    ada.say("/whoami")
    await ada.hears("heard /whoami")
    assert not server.called("setMessageReaction")


async def test_nothing_is_shown_on_a_password(
    listener: Listener, server: BotApiServer, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "LONG_SECONDS", 0.0)
    typed = asyncio.Event()
    taken = asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        if incoming.text == "login":
            await listener.adapter.send(incoming.chat, Reply(plain("Password?"), secret_next=True))
        else:
            await listener.adapter.delete(incoming.chat, incoming.message)
            typed.set()
            await taken.wait()
            await listener.adapter.send(incoming.chat, Reply(plain("Welcome"), saved=False))

    await listener.adapter.send(str(ada.chat), Reply(plain("🔔 A notice")))
    listener.answer = answer
    ada.say("login")
    await ada.hears("Password?")
    # A notice meanwhile does not make the next message any less of a secret.
    await listener.adapter.send(str(ada.chat), Reply(plain("🔔 Another")))
    password = ada.say("correct horse")
    await typed.wait()
    await server.until(lambda: server.called("sendChatAction"))
    taken.set()
    await ada.hears("Welcome")
    assert number(password) not in [message for _, message, _ in server.reactions]


async def test_a_file_in_a_group_is_not_marked_unless_it_is_for_the_bot(
    listener: Listener, server: BotApiServer
) -> None:
    member = Person(server, 1001, group=-77)
    member.send_file("holiday.jpg", b"text")
    await member.hears("heard")
    assert not server.called("setMessageReaction")


async def test_a_reaction_that_telegram_refuses_is_no_failure(
    listener: Listener, server: BotApiServer, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = Refusal(400, "Bad Request: REACTION_INVALID")
    server.fail("setMessageReaction", refusal, refusal)
    replying(listener, file=Reply(plain("Got it"), saved=True))
    ada.send_file("essay.md", b"text")
    await ada.hears("Got it")
    await server.until(lambda: len(server.called("setMessageReaction")) == 2)
    assert not server.reactions
    assert not [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}]


async def test_nobody_waits_for_a_reaction(listener: Listener, server: BotApiServer, ada: Person) -> None:
    server.fail("setMessageReaction", flood(600))
    replying(listener, confirm=Reply(plain("Handed in"), saved=True), next=Reply(plain("Next")))
    ada.say("confirm")
    await ada.hears("Handed in")
    await server.until(lambda: server.called("setMessageReaction"))
    ada.say("next")
    await ada.hears("Next")


async def test_what_is_remembered_of_a_chat_is_bounded(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    replying(listener, file=Reply(plain("Got it")), confirm=Reply(plain("Handed in"), saved=True))
    for name in range(reactions.MESSAGES_MAX + 5):
        ada.send_file(f"{name}.md", b"text")
    ada.say("confirm")
    await ada.hears("Handed in")
    await server.until(lambda: server.reactions and server.reactions[-1][1] == reactions.MESSAGES_MAX + 6)
    assert [mark for _, _, mark in server.reactions].count(SAVED) == reactions.MESSAGES_MAX + 1
