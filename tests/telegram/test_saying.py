"""What the core replies is shown as it was meant, and nothing that somebody typed becomes markup."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.adapter import ChatGone
from bot.core.model import Button, OutgoingFile, Reply
from bot.core.richtext import Text, bold, code, italic, join, plain, quote, units
from tests.telegram.markup import Entity
from tests.telegram.people import Person
from tests.telegram.protocol import Refusal, flood
from tests.telegram.running import Listener
from tests.telegram.server import BotApiServer

# Each would be read as markup, or as none at all, were it not escaped.
HOSTILE = ("<b>free</b> points &amp; <i>more</i>", "<a href='tg://user?id=1'>me</a> </code> & *x* _y_ `z`")


async def test_every_style_becomes_its_entity(listener: Listener, ada: Person) -> None:
    said = join([bold("S1"), " is ", italic("late"), ": ", code("a < b"), "\n", quote("well & good")])
    await listener.adapter.send(str(ada.chat), Reply(said))
    (message,) = ada.messages()
    assert message.text == "S1 is late: a < b\nwell & good"
    assert message.entities == (
        Entity("bold", "S1"),
        Entity("italic", "late"),
        Entity("code", "a < b"),
        Entity("blockquote", "well & good"),
    )


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("styled", [plain, bold, code, quote])
async def test_what_was_typed_never_becomes_markup(
    styled: Callable[[str], Text], typed: str, listener: Listener, server: BotApiServer, ada: Person
) -> None:
    await listener.adapter.send(str(ada.chat), Reply(styled(typed)))
    (message,) = ada.messages()
    assert message.text == typed
    assert all(entity.text == typed for entity in message.entities)
    assert len(server.called("sendMessage")) == 1


async def test_what_telegram_cannot_parse_is_said_without_markup(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    server.fail(
        "sendMessage", Refusal(400, "Bad Request: can't parse entities: Unexpected end tag at byte 3")
    )
    await listener.adapter.send(str(ada.chat), Reply(join([bold("a < b"), " & c"])))
    (message,) = ada.messages()
    assert (message.text, message.entities) == ("a < b & c", ())


async def test_a_long_reply_is_split_and_its_buttons_are_under_the_last_part(
    listener: Listener, ada: Person
) -> None:
    # Each 🎓 counts twice, as Telegram counts.
    long = bold("\n".join(f"🎓 line {number} <of> many" for number in range(400)))
    said = await listener.adapter.send(str(ada.chat), Reply(long, ((Button("Next", "grade:S1:next"),),)))
    messages = ada.messages()
    assert len(messages) > 1
    assert all(units(message.text) <= 4096 for message in messages)
    assert "".join(message.text for message in messages).replace("\n", "") == long.plain.replace("\n", "")
    assert [message.labels for message in messages] == [[]] * (len(messages) - 1) + [["Next"]]
    assert said == tuple(str(message.id) for message in messages)


async def test_a_button_with_unfit_data_does_not_lose_the_reply(listener: Listener, ada: Person) -> None:
    bad = (Button("Long", "é" * 33), Button("Empty", ""), Button("Half", "a\ud800"))
    await listener.adapter.send(
        str(ada.chat), Reply(plain("Next?"), ((Button("Good", "materials:M1"), *bad),))
    )
    assert ada.messages()[0].labels == ["Good"]


async def test_half_a_character_does_not_lose_the_reply(listener: Listener, ada: Person) -> None:
    rows = ((Button("La\udfffbel", "materials:M1"), Button(" \n", "materials:M2")),)
    await listener.adapter.send(str(ada.chat), Reply(bold("a\ud800b"), rows))
    (message,) = ada.messages()
    assert (message.text, message.labels) == ("a?b", ["La?bel", "…"])


async def test_a_flood_is_waited_out(listener: Listener, server: BotApiServer, ada: Person) -> None:
    server.fail("sendMessage", flood(1), flood(1))
    await listener.adapter.send(str(ada.chat), Reply(plain("Released")))
    assert [message.text for message in ada.messages()] == ["Released"]
    assert len(server.called("sendMessage")) == 3


async def test_a_failing_network_is_tried_again(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    server.fail("sendMessage", Refusal(502, "Bad Gateway"))
    await listener.adapter.send(str(ada.chat), Reply(plain("Released")))
    assert [message.text for message in ada.messages()] == ["Released"]


async def test_a_call_that_is_not_answered_is_made_again(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    server.hang("sendMessage")
    await listener.adapter.send(str(ada.chat), Reply(plain("Released")))
    assert [message.text for message in ada.messages()] == ["Released"]


async def test_a_group_that_became_a_supergroup_is_spoken_to_where_it_is(
    listener: Listener, server: BotApiServer
) -> None:
    server.moved[-77] = -100777
    await listener.adapter.send("-77", Reply(plain("Released")))
    await listener.adapter.send("-77", Reply(plain("Graded")))
    assert [message.text for message in server.said if message.chat == -100777] == ["Released", "Graded"]
    assert len(server.called("sendMessage")) == 3


async def test_who_has_blocked_the_bot_is_gone(listener: Listener, ada: Person) -> None:
    ada.block()
    with pytest.raises(ChatGone):
        await listener.adapter.send(str(ada.chat), Reply(plain("Released")))


async def test_a_chat_that_is_not_found_is_gone(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    server.fail("sendMessage", Refusal(400, "Bad Request: chat not found"))
    with pytest.raises(ChatGone):
        await listener.adapter.send(str(ada.chat), Reply(plain("Released")))


async def test_one_file_carries_the_reply_as_its_caption(listener: Listener, ada: Person) -> None:
    file = OutgoingFile("raft “notes”.md", "text/markdown", b"# Raft")
    await listener.adapter.send(
        str(ada.chat), Reply(bold("M1 <Raft>"), ((Button("Materials", "materials"),),), (file,))
    )
    (message,) = ada.messages()
    assert (message.text, message.labels) == ("M1 <Raft>", ["Materials"])
    assert (message.file_name, message.content) == ("raft “notes”.md", b"# Raft")


async def test_a_file_too_long_described_for_a_caption_follows_its_reply(
    listener: Listener, ada: Person
) -> None:
    file = OutgoingFile("raft.md", "text/markdown", b"# Raft")
    await listener.adapter.send(str(ada.chat), Reply(plain("x" * 1025), files=(file,)))
    assert [(len(message.text), message.file_name) for message in ada.messages()] == [
        (1025, ""),
        (0, "raft.md"),
    ]


async def test_a_message_edited_to_the_same_text_is_no_failure(listener: Listener, ada: Person) -> None:
    (message,) = await listener.adapter.send(str(ada.chat), Reply(plain("Graded")))
    await listener.adapter.edit(str(ada.chat), message, Reply(plain("Graded")))
    await listener.adapter.edit(str(ada.chat), message, Reply(plain("Released")))
    assert [one.versions for one in ada.messages()] == [["Graded", "Released"]]


async def test_a_message_that_is_not_there_any_more_is_said_anew(listener: Listener, ada: Person) -> None:
    (message,) = await listener.adapter.send(str(ada.chat), Reply(plain("Graded")))
    await listener.adapter.delete(str(ada.chat), message)
    await listener.adapter.edit(
        str(ada.chat), message, Reply(plain("Released"), ((Button("Grades", "grades"),),))
    )
    assert [(one.text, one.labels) for one in ada.messages()] == [("Graded", []), ("Released", ["Grades"])]


async def test_a_message_that_cannot_be_deleted_is_no_failure(listener: Listener, ada: Person) -> None:
    (message,) = await listener.adapter.send(str(ada.chat), Reply(plain("Graded")))
    await listener.adapter.delete(str(ada.chat), message)
    await listener.adapter.delete(str(ada.chat), message)
