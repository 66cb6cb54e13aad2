"""What is done in a Telegram app reaches the core once, in order, and as what was meant."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.telegram import fairness
from bot.core.model import Button, Incoming, Reply
from bot.core.richtext import plain
from tests.telegram.people import Person
from tests.telegram.running import Listener
from tests.telegram.server import BotApiServer


async def test_a_line_is_heard_with_its_chat_and_message(listener: Listener, ada: Person) -> None:
    update = ada.say("/help")
    await ada.hears("heard /help")
    (incoming,) = listener.heard
    assert incoming.adapter == "telegram"
    assert incoming.chat == str(ada.chat)
    assert incoming.text == "/help"
    assert incoming.message == str(update["message"]["message_id"])
    assert incoming.private


async def test_a_caption_is_the_text_of_its_file(listener: Listener, ada: Person) -> None:
    ada.send_file("essay.md", b"# Raft", caption="/submit A1")
    await ada.hears("heard /submit A1")
    (incoming,) = listener.heard
    (file,) = incoming.files
    assert (file.name, file.media_type, file.size) == ("essay.md", "text/markdown", 6)


async def test_of_a_photo_the_largest_size_is_heard(listener: Listener, ada: Person) -> None:
    ada.send_photo(b"a large picture", caption="/submit A1")
    await ada.hears("heard /submit A1")
    ((photo,),) = (incoming.files for incoming in listener.heard)
    assert photo.media_type == "image/jpeg"
    assert await listener.adapter.fetch(photo) == b"a large picture"


async def test_an_album_is_heard_file_by_file_in_order(listener: Listener, ada: Person) -> None:
    for number in range(3):
        ada.send_file(f"page-{number}.md", b"text", caption="/submit A1" if number == 0 else "", album="7")
    for _ in range(3):
        await ada.hears("heard")
    names = [file.name for incoming in listener.heard for file in incoming.files]
    assert names == ["page-0.md", "page-1.md", "page-2.md"]
    assert len({incoming.request_id for incoming in listener.heard}) == 3


async def test_an_edited_message_is_not_heard_again(listener: Listener, ada: Person) -> None:
    first = ada.say("/submit A1 done")
    await ada.hears("heard /submit A1 done")
    ada.edit(first, "/submit A1 done better")
    ada.say("/help")
    await ada.hears("heard /help")
    assert [incoming.text for incoming in listener.heard] == ["/submit A1 done", "/help"]


async def test_an_update_delivered_again_has_the_same_request_id(listener: Listener, ada: Person) -> None:
    ada.say("/submit A1")
    await ada.hears("heard")
    ada.redeliver()
    await ada.hears("heard")
    first, again = listener.heard
    assert first.request_id == again.request_id


async def test_a_tap_is_heard_as_the_buttons_data_and_answered(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    await listener.adapter.send(str(ada.chat), Reply(plain("Next?"), ((Button("Open", "materials:M1"),),)))
    ada.tap(ada.messages()[0], "Open")
    await ada.hears("heard materials:M1")
    assert listener.heard[0].press == "materials:M1"
    assert not listener.heard[0].text
    await server.until(lambda: server.answered_queries)


async def test_a_tap_too_old_to_be_answered_is_heard_all_the_same(
    listener: Listener, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    await listener.adapter.send(str(ada.chat), Reply(plain("Next?"), ((Button("Open", "materials:M1"),),)))
    ada.tap(ada.messages()[0], "Open", expired=True)
    await ada.hears("heard materials:M1")
    ada.say("still there?")
    await ada.hears("heard still there?")
    assert "could not be answered" not in caplog.text


async def test_a_reply_names_the_message_it_answers(listener: Listener, ada: Person) -> None:
    ada.say("hello")
    said = await ada.hears("heard hello")
    ada.say("a term is a period", reply_to=said)
    await ada.hears("heard a term is a period")
    assert listener.heard[-1].reply_to == str(said.id)


async def test_a_group_is_told_apart_from_a_private_chat(listener: Listener, server: BotApiServer) -> None:
    member = Person(server, 1001, group=-77)
    member.say("/help@homeroom_bot")
    await member.hears("heard")
    assert not listener.heard[0].private
    assert listener.heard[0].chat == "-77"


async def test_a_command_for_another_bot_of_the_group_is_not_heard(
    listener: Listener, server: BotApiServer
) -> None:
    member = Person(server, 1001, group=-77)
    member.say("/help@weather_bot")
    member.say("/help")
    await member.hears("heard /help")
    assert [incoming.text for incoming in listener.heard] == ["/help"]


async def test_a_slow_answer_delays_nobody_else(listener: Listener, ada: Person, grace: Person) -> None:
    slow = asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        if incoming.chat == str(ada.chat):
            await slow.wait()
        await listener.echo(incoming)

    listener.answer = answer
    ada.say("a question for the tutor")
    grace.say("/inbox")
    await grace.hears("heard /inbox")
    assert not ada.messages()
    slow.set()
    await ada.hears("heard a question for the tutor")


async def test_one_chat_is_handed_over_in_the_order_it_spoke(listener: Listener, ada: Person) -> None:
    lines = [f"line {number}" for number in range(20)]
    for line in lines:
        ada.say(line)
    for _ in lines:
        await ada.hears("heard")
    assert [incoming.text for incoming in listener.heard] == lines


async def test_a_flooding_chat_cannot_claim_every_place(
    listener: Listener, server: BotApiServer, ada: Person, grace: Person
) -> None:
    slow = asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        if incoming.chat == str(ada.chat):
            await slow.wait()
        else:
            await listener.echo(incoming)

    listener.answer = answer
    for number in range(3 * fairness.CHAT_UPDATES_MAX):
        ada.say(f"line {number}")
    grace.say("/inbox")
    await grace.hears("heard /inbox")
    assert len(listener.heard) == fairness.CHAT_UPDATES_MAX + 1
    slow.set()


async def test_typing_is_shown_while_an_answer_takes_long(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    slow = asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        await slow.wait()
        await listener.echo(incoming)

    listener.answer = answer
    ada.say("a question for the tutor")
    (shown, *_) = await server.until(lambda: server.called("sendChatAction"))
    assert (int(shown["chat_id"]), shown["action"]) == (ada.chat, "typing")
    slow.set()
    await ada.hears("heard")


async def test_an_answer_that_breaks_ends_nothing_else(listener: Listener, ada: Person) -> None:
    async def answer(incoming: Incoming) -> None:
        if incoming.text == "break":
            raise RuntimeError("broken")
        await listener.echo(incoming)

    listener.answer = answer
    ada.say("break")
    ada.say("hello")
    await ada.hears("heard hello")
