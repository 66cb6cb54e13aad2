"""Waiting for the tutor: shown when it comes, kept when it does not, told once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest

from bot.awaited import AwaitedAnswers
from bot.client.api import Answer, Citation, LmsError, Query, Recipient
from bot.commands import tutor_replies
from bot.commands.answers import answer_text
from bot.core.model import Reply, StreamedReply
from protos.tutor_pb2 import Passage
from tests.bot_commands.chat import Chat, labels
from tests.solo.classroom import SoloClassroom

Chats = Callable[[str], Awaitable[Chat]]

QUOTATION = Answer(
    text="Clocks drift. They are set anew.",
    author="",
    by_tutor=True,
    citations=(
        Citation("M1", "Clocks", "page 1", "Clocks drift."),
        Citation("M2", "Time", "section 3", "They are set anew."),
    ),
    model="small",
    abstained=False,
    generated=False,
)


def tutor(question: str, materials: Sequence[Passage]) -> Answer:
    return QUOTATION


async def ask(chat: Chat) -> Reply:
    return await chat.run("ask", to=Recipient.TUTOR, question="Why do clocks drift?")


async def test_each_sentence_of_the_tutor_stands_with_its_source(
    chat: Chats, classroom: SoloClassroom
) -> None:
    classroom.set_tutor(tutor)
    reply = await ask(await chat("ada"))
    assert "Clocks drift. (M1, page 1)\nThey are set anew. (M2, section 3)" in reply.text.plain
    assert "From the tutor" in reply.text.plain
    sources = ["Open M1, page 1", "Open M2, section 3"]
    assert labels(reply) == [*sources, "Helpful", "Wrong", "Ask the instructor"]


async def test_the_answer_grows_under_the_receipt(chat: Chats, classroom: SoloClassroom) -> None:
    classroom.set_tutor(tutor)
    ada = await chat("ada")
    values = {"to": Recipient.TUTOR, "anon": None, "question": "Why do clocks drift?"}
    reply = await ada.command("ask").run(ada, values)
    assert isinstance(reply, StreamedReply)
    pieces = [piece.plain async for piece in reply.pieces]
    assert "Q1" in pieces[0]
    assert reply.final.text.plain.startswith(pieces[-1])


async def test_an_answer_that_comes_while_it_is_waited_for_is_shown_and_needs_no_notice(
    chat: Chats, classroom: SoloClassroom, awaited: AwaitedAnswers
) -> None:
    ada = await chat("ada")
    reply = await ada.command("ask").run(
        ada, {"to": Recipient.TUTOR, "anon": None, "question": "Why do clocks drift?"}
    )
    assert isinstance(reply, StreamedReply)
    await anext(reply.pieces)
    assert awaited.waits("chat", "Q1")
    classroom.set_tutor(tutor)
    async for _ in reply.pieces:
        assert awaited.waits("chat", "Q1")
    assert "Clocks drift." in reply.final.text.plain
    assert not awaited.waits("chat", "Q1")


async def test_with_the_tutor_away_the_question_is_kept(
    chat: Chats, classroom: SoloClassroom, awaited: AwaitedAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tutor_replies, "AWAY_SECONDS", 0.0)
    reply = await ask(await chat("ada"))
    assert "The tutor is away; your question Q1 is kept" in reply.text.plain
    assert not awaited.waits("chat", "Q1")


async def test_a_slow_tutor_is_not_waited_for_without_end(
    chat: Chats, classroom: SoloClassroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tutor_replies, "ANSWER_SECONDS", 0.0)
    reply = await ask(await chat("ada"))
    assert "you will be told when it is answered" in reply.text.plain


async def test_a_question_is_never_lost_to_a_failure_of_looking(
    chat: Chats, classroom: SoloClassroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_quorum(token: str, query_id: str) -> Query:
        raise LmsError("UNAVAILABLE", "NO_QUORUM", "Electing a leader.")

    monkeypatch.setattr(classroom.client, "query", no_quorum)
    reply = await ask(await chat("ada"))
    assert "you will be told when it is answered" in reply.text.plain


def test_what_the_tutor_made_up_is_labelled_as_such() -> None:
    made_up = Answer("Clocks sing.", "", True, QUOTATION.citations, "small", False, generated=True)
    shown = answer_text(made_up).plain
    assert "may be wrong" in shown
    assert "Sources: M1, page 1; M2, section 3" in shown


def test_a_lapsed_wait_mutes_nothing() -> None:
    awaited = AwaitedAnswers()
    awaited.begin("chat", "Q1", seconds=0.0)
    assert not awaited.waits("chat", "Q1")
