"""Every way to fail is a sentence, and where there is a next step, a button."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.dialogue import act_id
from bot.core.errors import Failure
from tests.bot.place import Chatting, as_shown

UNKNOWN = Failure("UNKNOWN", "OUTCOME_UNKNOWN", "")
NO_QUORUM = Failure("UNAVAILABLE", "NO_QUORUM", "")
ENDED = Failure("UNAUTHENTICATED", "SESSION_ENDED", "")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Failure("NOT_FOUND", "NO_SUCH_ITEM", "There is no submission S9."), "There is no submission S9."),
        (Failure("FAILED_PRECONDITION", "RULE", "A3 closed on Friday."), "A3 closed on Friday."),
        (Failure("ABORTED", "GRADE_CHANGED", "Somebody else changed it."), "Somebody else changed it."),
        (Failure("INVALID_ARGUMENT", "TOO_LARGE", "At most 20 MB."), "At most 20 MB."),
        (
            Failure("RESOURCE_EXHAUSTED", "OVERLOADED", "Too many questions", retry_after=341),
            "Too many questions; try again in 6 min.",
        ),
        (Failure("PERMISSION_DENIED", "WRONG_ROLE", "Not yours."), "Not yours."),
    ],
)
async def test_a_refusal_is_said_as_it_is(chatting: Chatting, failure: Failure, said: str) -> None:
    await chatting.sign_in("grace")
    chatting.classroom.failures = [failure]
    (reply,) = await chatting.hear(chatting.incoming("/grade S9 18"))
    assert reply.text.plain == said
    assert reply.refused


async def test_what_is_not_there_comes_with_the_lists_that_the_person_may_look_at(chatting: Chatting) -> None:
    """/submit names two: the other one is for instructors."""
    await chatting.sign_in("ada")
    chatting.classroom.failures = [Failure("NOT_FOUND", "NO_SUCH_ITEM", "There is no assignment A7.")]
    await chatting.say("/submit A7 Mine.")
    assert await chatting.press("Confirm") == ["There is no assignment A7. [Help]"]


async def test_the_wrong_role_is_told_whose_command_it_is(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    assert await chatting.say("/grade S1 18") == ["Only instructors can use /grade."]


async def test_whoever_is_not_signed_in_is_asked_to(chatting: Chatting) -> None:
    assert await chatting.say("/grade S1 18") == ["Please /login first, then /grade."]


async def test_an_unknown_command_suggests_the_closest_of_ones_own(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    assert await chatting.say("/grad S1") == ["There is no command /grad. Did you mean /grade?"]
    assert await chatting.say("/xyzzy") == ["There is no command /xyzzy. /help lists them."]
    assert await chatting.say("/ grade S1") == ["There is no command /. /help lists them."]
    await chatting.sign_in("ada")
    assert await chatting.say("/grad S1") == ["There is no command /grad. /help lists them."]


async def test_plain_words_get_a_hint_but_not_in_a_group(chatting: Chatting) -> None:
    assert await chatting.say("hello") == ["I understand commands: /help lists them."]
    assert await chatting.say("hello", private=False) == []


async def test_a_field_that_the_classroom_refuses_is_asked_for_again_as_a_new_act(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    chatting.classroom.failures = [
        Failure("INVALID_ARGUMENT", "INVALID_FIELD", "", {"grade.points": "must be 0 to 20, you sent 25."})
    ]
    assert await chatting.say("/grade S1 25") == [
        "grade.points: must be 0 to 20, you sent 25. How many points?"
    ]
    assert await chatting.say("18") == ["Done: grade S1 18 None"]
    await chatting.say("/grade S1 25")
    first, second = (request_id for request_id, _ in chatting.classroom.acts)
    assert first != second


async def test_of_what_nobody_typed_the_classrooms_own_sentence_is_said(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    empty = Failure("INVALID_ARGUMENT", "INVALID_FIELD", "a.md is empty.", {"file": "a.md is empty."})
    chatting.classroom.failures = [empty]
    await chatting.say("/submit A1 essay")
    assert await chatting.press("Confirm") == ["a.md is empty."]


async def test_the_ended_session_makes_the_dialogue_wait_for_the_next_login(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    chatting.classroom.failures = [ENDED]
    assert await chatting.say("/grade S1 18") == ["Your session ended. Please /login again."]
    assert chatting.sessions[-1] == ("c1", None)
    await chatting.say("/login grace")
    assert await chatting.say("password of grace") == ["Welcome, grace.", "Done: grade S1 18 None"]


async def test_a_question_waits_too(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    chatting.classroom.failures = [ENDED]
    await chatting.say("/grade")
    await chatting.say("/login grace")
    assert await chatting.say("password of grace") == [
        "Welcome, grace.",
        "Which submission? [S1 by Ada] [S2 by Linus]",
    ]


async def test_what_one_person_began_no_other_finishes(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    chatting.classroom.failures = [ENDED]
    await chatting.say("/grade S1 18")
    await chatting.sign_in("ada")
    await chatting.sign_in("grace")
    assert chatting.classroom.done == []


async def test_the_waiting_dialogue_can_be_cancelled(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    chatting.classroom.failures = [ENDED]
    await chatting.say("/grade S1 18")
    assert await chatting.say("/cancel") == ["Cancelled /grade. Nothing was saved."]
    await chatting.sign_in("grace")


async def test_an_unknown_outcome_is_checked_with_the_same_request_id(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    incoming = chatting.incoming("/grade S2 5")
    chatting.classroom.failures = [UNKNOWN, UNKNOWN]
    (reply,) = as_shown(await chatting.hear(incoming))
    assert reply.startswith("I could not confirm that it was saved.")
    data = chatting.button("Check now").data
    chatting.restart()
    (reply,) = await press(chatting, data)
    assert reply.endswith("[Check now]")
    assert await press(chatting, data) == ["Done: grade S2 5 None"]
    assert chatting.classroom.acts == [(act_id(incoming), "grade S2 5 None")]
    assert await press(chatting, data) == ["That is settled already."]


async def test_without_a_quorum_nothing_was_saved_and_a_button_tries_again(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1 essay")
    chatting.classroom.failures = [NO_QUORUM]
    (reply,) = await chatting.press("Confirm")
    assert reply.startswith("The course servers are electing a leader; nothing was saved.")
    assert await chatting.press("Try again") == ["Done: submit A1 essay no files"]


async def test_nobody_repeats_the_act_of_another(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    chatting.classroom.failures = [UNKNOWN]
    await chatting.say("/submit A1 essay")
    await chatting.press("Confirm")
    button = chatting.button("Check now")
    await chatting.sign_in("linus")
    assert await press(chatting, button.data) == ["That button belongs to something that is over."]


async def test_a_defect_has_a_reference_and_ends_nothing_else(
    chatting: Chatting, caplog: pytest.LogCaptureFixture
) -> None:
    await chatting.sign_in("grace")
    chatting.classroom.failures = [Failure("INTERNAL", "INTERNAL", "a secret of the server")]
    (reply,) = await chatting.say("/grade S1 18")
    reference = reply.removeprefix("Something broke on our side (ref ").removesuffix(").")
    assert len(reference) == 4
    assert f"ref {reference}" in caplog.text
    assert await chatting.say("/grade S1 18") == ["Done: grade S1 18 None"]


async def press(chatting: Chatting, data: str) -> list[str]:
    return as_shown(await chatting.hear(replace(chatting.incoming(), press=data)))
