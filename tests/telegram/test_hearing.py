"""What is done in a Telegram app reaches the core once, in order, and as what was meant."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.telegram import fairness, hearing
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


async def test_a_file_without_name_or_type_gets_both(listener: Listener, ada: Person) -> None:
    update = ada.send_nameless_file(b"# Raft", caption="/submit A1")
    await ada.hears("heard /submit A1")
    ((file,),) = (incoming.files for incoming in listener.heard)
    assert file.name == f"file-{update['message']['message_id']}"
    assert (file.media_type, file.size) == ("application/octet-stream", 0)
    assert await listener.adapter.fetch(file) == b"# Raft"


async def test_a_name_that_is_no_name_is_made_readable(listener: Listener, ada: Person) -> None:
    ada.send_file("a\u202eb\nc\ud800.md", b"text")
    ada.send_file("x" * 500 + ".tar", b"text")
    ada.send_file("\n", b"text")
    for _ in range(3):
        await ada.hears("heard")
    odd, long, empty = (incoming.files[0].name for incoming in listener.heard)
    assert odd == "a b c?.md"
    assert len(long) == 200
    assert long.endswith("x.tar")
    assert empty.startswith("file-")


async def test_what_was_spoken_or_filmed_is_a_file(listener: Listener, ada: Person) -> None:
    ada.send_voice(b"spoken")
    ada.send_video_note(b"filmed")
    for _ in range(2):
        await ada.hears("heard")
    voice, note = (incoming.files[0] for incoming in listener.heard)
    assert (voice.media_type, note.media_type) == ("audio/ogg", "video/mp4")
    assert voice.name.endswith(".ogg")
    assert note.name.endswith(".mp4")
    assert await listener.adapter.fetch(voice) == b"spoken"


async def test_a_sticker_is_heard_as_nothing_said_so_that_somebody_answers(
    listener: Listener, ada: Person
) -> None:
    ada.send_sticker()
    await ada.hears("heard -")
    assert listener.heard[0].files == ()


async def test_what_telegram_tells_of_a_chat_is_not_said_by_anybody(listener: Listener, ada: Person) -> None:
    ada.pin_something()
    ada.say("/help")
    await ada.hears("heard /help")
    assert [incoming.text for incoming in listener.heard] == ["/help"]


async def test_what_is_forwarded_is_said_by_whoever_forwards_it(listener: Listener, ada: Person) -> None:
    ada.say("/ask What is a term?", forwarded=True)
    await ada.hears("heard /ask What is a term?")
    assert listener.heard[0].chat == str(ada.chat)


async def test_the_language_of_a_person_is_heard_in_words_and_taps(
    listener: Listener, server: BotApiServer
) -> None:
    jana = Person(server, 1003, language="de-AT")
    await listener.adapter.send(str(jana.chat), Reply(plain("Next?"), ((Button("Open", "materials:M1"),),)))
    jana.say("/help")
    jana.tap(jana.messages()[0], "Open")
    await jana.hears("heard materials:M1")
    assert [incoming.language for incoming in listener.heard] == ["de-AT", "de-AT"]


async def test_an_edited_message_is_not_heard_again(listener: Listener, ada: Person) -> None:
    first = ada.say("/submit A1 done")
    await ada.hears("heard /submit A1 done")
    ada.edit(first, "/submit A1 done better")
    ada.say("/help")
    await ada.hears("heard /help")
    assert [incoming.text for incoming in listener.heard] == ["/submit A1 done", "/help"]


async def test_an_edited_caption_is_not_heard_again(listener: Listener, ada: Person) -> None:
    sent = ada.send_file("essay.md", b"text", caption="/submit A1")
    await ada.hears("heard /submit A1")
    ada.edit(sent, "/submit A2")
    ada.say("/help")
    await ada.hears("heard /help")
    assert [incoming.text for incoming in listener.heard] == ["/submit A1", "/help"]


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


async def test_typing_is_shown_again_and_again_while_an_answer_takes_long(
    listener: Listener, server: BotApiServer, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "TYPING_INTERVAL_SECONDS", 0.01)
    slow = asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        await slow.wait()
        await listener.echo(incoming)

    listener.answer = answer
    ada.say("a question for the tutor")
    await server.until(lambda: len(server.called("sendChatAction")) >= 3)
    shown = server.called("sendChatAction")[-1]
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
