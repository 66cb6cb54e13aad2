"""An argument that is asked for piece by piece, and a card that fixes what will be done."""

from __future__ import annotations

import pytest

from bot.core.command import BASIS, Arg, BadValue, Card, Command, Conversation, Part, Values
from bot.core.engine import Engine
from bot.core.errors import Failure
from bot.core.language import Phrase
from bot.core.model import Reply
from bot.core.richtext import plain
from tests.bot.place import INSTRUCTOR, Chatting, registry

LINES = ("clarity", "proof")
STALE = Failure("ABORTED", "CHANGED", "Somebody was here.")


def numbers(word: str) -> tuple[int, ...]:
    if not all(piece.isdigit() for piece in word.split(",")):
        raise BadValue(f"“{word}” is not a number.")
    return tuple(int(piece) for piece in word.split(","))


@pytest.fixture
async def grading(chatting: Chatting) -> Chatting:
    """Grace is signed in. /score asks for two numbers; /move has a card that shows what moves."""
    known = registry(chatting.classroom)
    classroom = chatting.classroom
    moved = iter(("one", "two", "three"))

    async def next_line(conversation: Conversation, values: Values) -> Part | None:
        if classroom.failures:
            raise classroom.failures.pop(0)
        given: tuple[int, ...] = values["scores"] or ()
        if len(given) == len(LINES):
            return None

        def keep(answer: str) -> str:
            if int(answer) > 10:
                raise BadValue("That is too much.")
            return ",".join([*map(str, given), answer])

        return Part(f"How much for {LINES[len(given)]}?", keep)

    async def score(conversation: Conversation, values: Values) -> Reply:
        return classroom.act(conversation, f"score {values['scores']}")

    async def card(conversation: Conversation, values: Values) -> Card:
        basis = next(moved)
        return Card(Reply(plain(f"Move {basis}?")), basis)

    async def move(conversation: Conversation, values: Values) -> Reply:
        return classroom.act(conversation, f"move {values[BASIS]}")

    scores = Arg("scores", Phrase("Which scores?"), parse=numbers, parts=next_line)
    known.add(
        [
            Command("score", Phrase("score"), "/score 1,2", score, INSTRUCTOR, (scores,)),
            Command("move", Phrase("move"), "/move", move, INSTRUCTOR, confirm=card),
        ]
    )
    chatting.engine = Engine(chatting.place, known, chatting.store, lambda: chatting.now)
    await chatting.sign_in("grace")
    return chatting


async def test_an_argument_in_parts_is_asked_for_part_by_part(grading: Chatting) -> None:
    assert await grading.say("/score") == ["How much for clarity?"]
    assert await grading.say("3") == ["How much for proof?"]
    assert await grading.say("4") == ["Done: score (3, 4)"]


async def test_of_an_argument_in_parts_only_what_is_missing_is_asked_for(grading: Chatting) -> None:
    assert await grading.say("/score 3,4") == ["Done: score (3, 4)"]
    assert await grading.say("/score 3") == ["How much for proof?"]


async def test_a_part_that_cannot_be_used_is_asked_for_again_and_the_others_stay(grading: Chatting) -> None:
    await grading.say("/score 3")
    assert await grading.say("11") == ["That is too much. How much for proof?"]
    assert await grading.say("4") == ["Done: score (3, 4)"]


async def test_a_question_that_cannot_be_made_ends_the_dialogue_in_the_words_of_the_failure(
    grading: Chatting,
) -> None:
    await grading.say("/score")
    grading.classroom.failures = [Failure("NOT_FOUND", "NO_SUCH_ITEM", "It is gone.")]
    assert await grading.say("3") == ["It is gone."]
    assert await grading.say("3") == ["I understand commands: /help lists them."]


async def test_what_a_card_was_made_from_is_what_is_done(grading: Chatting) -> None:
    assert await grading.say("/move") == ["Move one? [Confirm] [Cancel]"]
    assert await grading.press("Confirm") == ["Done: move one"]


async def test_a_card_that_the_classroom_says_is_stale_is_made_anew(grading: Chatting) -> None:
    await grading.say("/move")
    grading.classroom.failures = [STALE]
    assert await grading.press("Confirm") == ["Somebody was here. Move two? [Confirm] [Cancel]"]
    assert await grading.press("Confirm") == ["Done: move two"]


async def test_repeated_with_its_request_id_an_act_is_made_from_the_same_card(grading: Chatting) -> None:
    await grading.say("/move")
    grading.classroom.failures = [Failure("UNKNOWN", "OUTCOME_UNKNOWN", "")]
    await grading.press("Confirm")
    assert await grading.press("Check now") == ["Done: move one"]
