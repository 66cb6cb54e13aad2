"""A reply that grows is shown growing, as well as Telegram can, and whole at last in every case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from bot.adapters.telegram import streaming
from bot.core.adapter import ChatGone
from bot.core.model import Button, Reply, StreamedReply
from bot.core.richtext import Text, plain
from tests.telegram.people import Person
from tests.telegram.protocol import Refusal, flood
from tests.telegram.running import Listener
from tests.telegram.server import BotApiServer

PIECES = ["A term", "A term is a period", "A term is a period <of> time"]

Shown = Callable[[str], Awaitable[object]]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever came is shown at once."""
    monkeypatch.setattr(streaming, "DRAFT_INTERVAL_SECONDS", 0.0)
    monkeypatch.setattr(streaming, "EDIT_INTERVAL_SECONDS", 0.0)


@pytest.fixture
def group(server: BotApiServer) -> Person:
    return Person(server, 1001, group=-77)


def growing(pieces: Sequence[str], final: str, shown: Shown | None = None) -> StreamedReply:
    """Each piece comes after the one before it is `shown`."""

    async def grow() -> AsyncIterator[Text]:
        for piece in pieces:
            yield plain(piece)
            if shown is not None:
                await shown(piece)
        reply.final = Reply(plain(final), ((Button("Ask the instructor", "ask:instructor"),),))

    reply = StreamedReply(grow())
    return reply


def in_a_draft(server: BotApiServer) -> Shown:
    return lambda piece: server.until(lambda: server.drafts and server.drafts[-1].text == piece)


def in_a_message(server: BotApiServer) -> Shown:
    return lambda piece: server.until(lambda: server.said and server.said[-1].text == piece)


async def test_in_a_private_chat_it_grows_as_a_draft_and_ends_as_a_message(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    reply = growing(PIECES, "A term. [M1]", in_a_draft(server))
    last = await listener.adapter.stream(str(ada.chat), reply)
    assert [draft.text for draft in server.drafts] == PIECES
    assert len({draft.id for draft in server.drafts}) == 1
    (message,) = ada.messages()
    assert message.versions == ["A term. [M1]"]
    assert message.labels == ["Ask the instructor"]
    assert last == (str(message.id),)


async def test_two_replies_in_one_chat_are_two_drafts(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    for word in ("one", "two"):
        await listener.adapter.stream(str(ada.chat), growing([word], word, in_a_draft(server)))
    assert len({draft.id for draft in server.drafts}) == 2


async def test_a_draft_is_shown_again_before_it_vanishes(
    listener: Listener, server: BotApiServer, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "DRAFT_REFRESH_SECONDS", 0.01)
    server.draft_seconds = 5.0

    async def shown_long(piece: str) -> None:
        await server.until(lambda: len(server.drafts) >= 5)

    await listener.adapter.stream(str(ada.chat), growing(["A term"], "A term.", shown_long))
    assert {draft.text for draft in server.drafts} == {"A term"}
    assert not server.drafts_lapsed


async def test_pieces_that_come_fast_are_not_all_shown(
    listener: Listener, server: BotApiServer, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "DRAFT_INTERVAL_SECONDS", 3600.0)
    await listener.adapter.stream(str(ada.chat), growing([*"abcdef"], "abcdef."))
    assert len(server.drafts) <= 1
    assert [message.versions for message in ada.messages()] == [["abcdef."]]


async def test_a_draft_that_hangs_does_not_hold_the_answer_back(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    server.hang("sendMessageDraft")

    async def asked_for(piece: str) -> None:
        await server.until(lambda: server.called("sendMessageDraft"))

    await listener.adapter.stream(str(ada.chat), growing(["A"], "A term.", asked_for))
    assert [message.versions for message in ada.messages()] == [["A term."]]


async def test_in_a_group_it_grows_by_edits_of_one_message(
    listener: Listener, server: BotApiServer, group: Person
) -> None:
    reply = growing(PIECES, "A term. [M1]", in_a_message(server))
    await listener.adapter.stream("-77", reply)
    (message,) = group.messages()
    assert message.versions == [*PIECES, "A term. [M1]"]
    assert message.labels == ["Ask the instructor"]
    assert not server.called("sendMessageDraft")


async def test_a_refused_draft_becomes_edits_from_the_same_piece_on(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    server.fail("sendMessageDraft", Refusal(400, "Bad Request: TEXTDRAFT_PEER_INVALID"))
    await listener.adapter.stream(str(ada.chat), growing(PIECES, "A term.", in_a_message(server)))
    assert [message.versions for message in ada.messages()] == [[*PIECES, "A term."]]
    await listener.adapter.stream(str(ada.chat), growing(["B"], "B.", in_a_draft(server)))
    assert len(server.called("sendMessageDraft")) == 2


async def test_a_flood_of_drafts_becomes_edits_and_holds_nobody_up(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    server.fail("sendMessageDraft", flood(600))
    await listener.adapter.stream(str(ada.chat), growing(PIECES, "A term.", in_a_message(server)))
    assert [message.versions for message in ada.messages()] == [[*PIECES, "A term."]]


async def test_a_server_that_knows_no_drafts_is_asked_once(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    server.drafts_known = False
    for word in ("one", "two"):
        await listener.adapter.stream(str(ada.chat), growing([word], f"{word}.", in_a_message(server)))
    assert [message.versions for message in ada.messages()] == [["one", "one."], ["two", "two."]]
    assert len(server.called("sendMessageDraft")) == 1


async def test_edits_keep_their_distance(
    listener: Listener, server: BotApiServer, group: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "EDIT_INTERVAL_SECONDS", 3600.0)

    async def first_shown(piece: str) -> None:
        await server.until(lambda: server.said)

    await listener.adapter.stream("-77", growing(["A", "A term", "A term is"], "A term is.", first_shown))
    assert [message.versions for message in group.messages()] == [["A", "A term is."]]


async def test_refused_edits_leave_one_final_message(
    listener: Listener, server: BotApiServer, group: Person
) -> None:
    server.fail("editMessageText", Refusal(400, "Bad Request: something new"))

    async def tried(piece: str) -> None:
        await server.until(lambda: server.said and (piece == "A" or server.called("editMessageText")))

    await listener.adapter.stream("-77", growing(["A", "A term", "A term is"], "A term is.", tried))
    assert [message.versions for message in group.messages()] == [["A", "A term is."]]
    assert len(server.called("editMessageText")) == 2


async def test_what_cannot_be_said_at_first_is_said_at_last(
    listener: Listener, server: BotApiServer, group: Person
) -> None:
    server.fail("sendMessage", Refusal(400, "Bad Request: something new"))

    async def tried(piece: str) -> None:
        await server.until(lambda: server.called("sendMessage"))

    await listener.adapter.stream("-77", growing(["A"], "A term.", tried))
    assert [message.versions for message in group.messages()] == [["A term."]]


@pytest.mark.parametrize("chat", [1001, -77], ids=["private", "group"])
async def test_a_long_answer_outgrows_its_message_into_more(
    chat: int, listener: Listener, server: BotApiServer
) -> None:
    reader = Person(server, 1001, group=min(chat, 0))
    final = "word " * 1500
    shown = in_a_draft(server) if chat > 0 else in_a_message(server)
    await listener.adapter.stream(str(chat), growing(["word"], final, shown))
    messages = reader.messages()
    assert " ".join(message.text for message in messages) == final.strip()
    assert [message.labels for message in messages] == [[], ["Ask the instructor"]]


async def test_an_answer_without_pieces_is_said_at_once(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    await listener.adapter.stream(str(ada.chat), growing([], "The materials do not cover this."))
    assert [message.versions for message in ada.messages()] == [["The materials do not cover this."]]
    assert not server.drafts


async def test_who_blocks_the_bot_meanwhile_is_gone(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    async def blocked(piece: str) -> None:
        ada.block()
        await asyncio.Event().wait()

    reply = growing(["A", "A term"], "A term.", blocked)
    server.blocked.add(ada.chat)
    with pytest.raises(ChatGone):
        await listener.adapter.stream(str(ada.chat), reply)


async def test_an_answer_that_breaks_off_says_so_to_the_core(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    async def broken(piece: str) -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        await listener.adapter.stream(str(ada.chat), growing(["A"], "A term.", broken))
    assert not ada.messages()
