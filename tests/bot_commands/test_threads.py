"""Threads in the chat: what is shown to whom, what can be done next, and what was answered before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.client.api import Answer, Citation, LmsClient, LmsError, Rating, Recipient
from bot.core import parse
from bot.core.command import BadValue
from bot.core.model import Reply
from protos.tutor_pb2 import Passage
from tests.bot_commands.chat import Chat, labels
from tests.bot_commands.conftest import Clock
from tests.solo.classroom import SoloClassroom

Chats = Callable[[str], Awaitable[Chat]]

OF_TUTOR = Answer(
    "Clocks drift by heat.",
    "",
    True,
    (Citation("Q7", "FAQ", "", "Clocks drift by heat."),),
    "small",
    False,
    False,
)


def tutor(question: str, passages: Sequence[Passage]) -> Answer:
    return OF_TUTOR


def silent(question: str, passages: Sequence[Passage]) -> Answer:
    return replace(OF_TUTOR, text="Nothing on this.", citations=(), abstained=True)


async def ask(chat: Chat, question: str = "Why do clocks drift?", **values: Any) -> Reply:
    return await chat.run("ask", **{"to": Recipient.INSTRUCTOR, "question": question, **values})


async def similar(chat: Chat, question: str) -> Reply | None:
    confirm = chat.command("ask").confirm
    assert confirm is not None
    card = await confirm(chat, {"to": Recipient.TUTOR, "anon": None, "question": question})
    assert card is None or isinstance(card, Reply)
    return card


def data(reply: Reply, label: str) -> str:
    found = [button for row in reply.buttons for button in row if button.label == label]
    assert found, labels(reply)
    return found[0].data


# --- before asking ---


async def test_a_question_is_kept_from_classmates_in_every_language(chat: Chats) -> None:
    ada = await chat("ada")
    for word in ("anon", "anonym"):
        line = parse.arguments(f"instructor {word} Why?", ada.command("ask").args)
        assert line.words == {"to": "instructor", "anon": word, "question": "Why?"}


async def test_at_most_three_similar_questions_are_shown_each_once(chat: Chats, clock: Clock) -> None:
    ada, grace = await chat("ada"), await chat("grace")
    for number in range(4):
        await ask(ada, f"Why do clocks drift in room {number}?")
        await grace.run("answer", question=f"Q{number + 1}", text="By heat.", faq=True)
    card = await similar(ada, "Why do clocks drift in this room?")
    assert card is not None
    assert len(labels(card)) == 3
    assert len({button.data for row in card.buttons for button in row}) == 3
    assert card.text.plain.count("By heat.") == 3


async def test_ones_own_answered_question_is_similar_too_and_a_waiting_one_is_not(chat: Chats) -> None:
    ada, linus, grace = await chat("ada"), await chat("linus"), await chat("grace")
    await ask(ada)
    assert await similar(ada, "Why do clocks drift?") is None
    await grace.run("answer", question="Q1", text="By heat.")
    card = await similar(ada, "Do clocks drift?")
    assert card is not None
    assert data(card, "Open Q1") == "questions:Q1"
    assert await similar(linus, "Do clocks drift?") is None


@pytest.mark.parametrize("code", ["UNAVAILABLE", "UNAUTHENTICATED"])
async def test_a_failing_search_keeps_nobody_from_asking(
    chat: Chats, client: LmsClient, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    ada = await chat("ada")

    async def fail(token: str, words: str = "", page: str = "") -> None:
        raise LmsError(code, "ANY", "no")

    monkeypatch.setattr(client, "faq", fail)
    if code == "UNAUTHENTICATED":
        with pytest.raises(LmsError):
            await similar(ada, "Why?")
    else:
        assert await similar(ada, "Why?") is None


# --- the thread ---


async def test_the_asker_sees_a_thread_in_the_order_in_which_it_was_said(chat: Chats) -> None:
    ada, grace = await chat("ada"), await chat("grace")
    await ask(ada)
    await ada.run("followup", question="Q1", text="In winter, too?")
    await grace.run("answer", question="Q1", text="By heat.")
    await ada.run("followup", question="Q1", text="And at night?")
    shown = (await ada.run("questions", question="Q1")).text.plain
    places = [shown.index(words) for words in ("Why do", "In winter", "By heat", "And at night")]
    assert places == sorted(places)


async def test_an_abstention_is_neither_helpful_nor_wrong_and_no_draft(
    chat: Chats, classroom: SoloClassroom
) -> None:
    classroom.set_tutor(silent)
    ada, grace = await chat("ada"), await chat("grace")
    asked = await ask(ada, to=Recipient.TUTOR)
    assert labels(asked) == ["Ask the instructor"]
    assert data(asked, "Ask the instructor") == "followup:Q1:"
    assert "Send the tutor's answer" not in labels(await grace.run("questions", question="Q1"))
    with pytest.raises(BadValue, match="no answer"):
        await grace.run("answer", question="Q1", text="draft")


async def test_an_answer_quoted_from_the_faq_is_opened_there(chat: Chats, classroom: SoloClassroom) -> None:
    classroom.set_tutor(tutor)
    reply = await ask(await chat("ada"), to=Recipient.TUTOR)
    assert data(reply, "Open Q7") == "faq:Q7"
    assert "(Q7)" in reply.text.plain


async def test_a_handed_over_question_is_not_handed_over_again(chat: Chats, classroom: SoloClassroom) -> None:
    classroom.set_tutor(tutor)
    ada = await chat("ada")
    await ask(ada, to=Recipient.TUTOR)
    await ada.run("followup", question="Q1", text="")
    assert "Ask the instructor" not in labels(await ada.run("questions", question="Q1"))
    wrong = await ada.run("rate", question="Q1", rating=Rating.WRONG)
    assert labels(wrong) == ["Open Q1"]


async def test_instructors_see_what_was_said_of_the_tutors_answer_and_no_name(
    chat: Chats, classroom: SoloClassroom
) -> None:
    classroom.set_tutor(tutor)
    ada, grace = await chat("ada"), await chat("grace")
    await ask(ada, to=Recipient.TUTOR)
    await ada.run("rate", question="Q1", rating=Rating.WRONG)
    shown = await grace.run("questions", question="Q1")
    assert "says that the tutor's answer is wrong" in shown.text.plain
    assert "ada" not in shown.text.plain.lower()
    assert "Endorse the tutor's answer" in labels(shown)
    await grace.run("correct", question="Q1", text="By wear.")
    shown = await grace.run("questions", question="Q1")
    assert not {"Endorse the tutor's answer", "Correct it", "Send the tutor's answer"} & set(labels(shown))


async def test_a_private_question_is_never_offered_to_the_faq(chat: Chats) -> None:
    ada, grace = await chat("ada"), await chat("grace")
    await ask(ada, anon=True)
    answered = await grace.run("answer", question="Q1", text="By heat.")
    assert labels(answered) == ["Inbox"]
    shown = await grace.run("questions", question="Q1")
    assert "Put into the FAQ" not in labels(shown)
    assert "Classmates never see this question" in shown.text.plain


async def test_an_answer_beside_the_one_in_the_faq_is_not_said_to_be_there_and_can_be_put_there(
    chat: Chats,
) -> None:
    ada, grace, alan = await chat("ada"), await chat("grace"), await chat("alan")
    await ask(ada)
    await grace.run("answer", question="Q1", text="By heat.", faq=True)
    answered = await alan.run("answer", question="Q1", text="By wear.")
    assert "The one who asked is told." in answered.text.plain
    assert "FAQ" not in answered.text.plain
    assert data(answered, "Put into the FAQ") == "publish:Q1"
    await alan.run("publish", question="Q1")
    assert "By wear." in (await ada.run("faq", which="Q1")).text.plain


async def test_the_same_doubt_after_the_question_was_resolved_is_not_said_to_be_looked_at(
    chat: Chats, classroom: SoloClassroom
) -> None:
    classroom.set_tutor(tutor)
    ada, grace = await chat("ada"), await chat("grace")
    await ask(ada, to=Recipient.TUTOR)
    assert "look at it" in (await ada.run("rate", question="Q1", rating=Rating.WRONG)).text.plain
    await grace.run("resolve", item="Q1")
    again = await ada.run("rate", question="Q1", rating=Rating.WRONG)
    assert "A follow-up opens it again." in again.text.plain
    assert "look at it" not in again.text.plain


# --- the inbox ---


async def test_the_inbox_begins_with_who_has_waited_longest(chat: Chats, clock: Clock) -> None:
    ada, grace = await chat("ada"), await chat("grace")
    for number in range(1, 8):
        await ask(ada, f"Question {number}?")
        clock.pass_by(timedelta(minutes=1))
    await grace.run("answer", question="Q1", text="Yes.")
    await ada.run("followup", question="Q1", text="Sure?")
    grace.said.clear()
    last = await grace.run("inbox")
    shown = [said for said in grace.said if isinstance(said, Reply)]
    assert [said.on_reply for said in shown] == [f"answer:Q{number}" for number in range(2, 7)]
    assert last.text.plain.startswith("7 unanswered questions\n")
    grace.said.clear()
    await grace.run("inbox", page=2)
    shown = [said for said in grace.said if isinstance(said, Reply)]
    assert [said.on_reply for said in shown] == ["answer:Q7", "answer:Q1"]


async def test_a_draft_is_the_tutors_answer_to_the_letter(chat: Chats, classroom: SoloClassroom) -> None:
    classroom.set_tutor(tutor)
    ada, grace = await chat("ada"), await chat("grace")
    await ask(ada, to=Recipient.TUTOR)
    card = await grace.card("answer", question="Q1", text="draft")
    assert OF_TUTOR.text in card.text.plain
    first = await grace.run("answer", question="Q1", text="draft")
    assert await grace.run_again("answer", question="Q1", text="draft") == first
    shown = (await ada.run("questions", question="Q1")).text.plain
    assert shown.count(OF_TUTOR.text) == 2


# --- too many ---


async def test_too_many_questions_are_told_with_the_time_to_come_back(chat: Chats, clock: Clock) -> None:
    ada = await chat("ada")
    for number in range(20):
        await ask(ada, f"Question {number}?")
    clock.pass_by(timedelta(minutes=54))
    with pytest.raises(LmsError) as refused:
        await ask(ada, "One more?")
    assert (refused.value.code, refused.value.message) == ("RESOURCE_EXHAUSTED", "Too many questions")
    assert refused.value.retry_after == 360
    clock.pass_by(timedelta(minutes=5, seconds=59))
    with pytest.raises(LmsError) as refused:
        await ask(ada, "One more?")
    # The same request comes to the same: it is no use to try it again meanwhile.
    assert refused.value.reason == "TOO_MANY_QUESTIONS"


async def test_where_there_is_no_question_to_choose_none_is_asked_for(chat: Chats) -> None:
    ada = await chat("ada")
    for command, why in [
        ("followup", "You have asked nothing yet"),
        ("rate", "answered no question of yours"),
    ]:
        choices = ada.command(command).args[0].choices
        assert choices is not None
        with pytest.raises(BadValue, match=why):
            await choices(ada, {})


async def test_answers_to_be_rated_are_offered_the_unrated_first_and_no_abstention(
    chat: Chats, classroom: SoloClassroom
) -> None:
    ada = await chat("ada")
    for answers in (tutor, tutor, silent):
        classroom.set_tutor(answers)
        await ask(ada, to=Recipient.TUTOR)
    choices = ada.command("rate").args[0].choices
    assert choices is not None
    offered = []
    for rated in ("Q1", "Q2"):
        await ada.run("rate", question=rated, rating=Rating.HELPFUL)
        offered.append([choice.value for choice in await choices(ada, {})])
    assert offered == [["Q2"], ["Q2", "Q1"]]


async def test_a_student_who_resolves_with_words_is_told_of_a_command_of_theirs(chat: Chats) -> None:
    ada, grace = await chat("ada"), await chat("grace")
    await ask(ada)
    with pytest.raises(BadValue, match="to ask more use /followup Q1"):
        await ada.run("resolve", item="Q1", text="Thank you")
    with pytest.raises(BadValue, match="to answer it use /answer Q1"):
        await grace.run("resolve", item="Q1", text="You are welcome")
