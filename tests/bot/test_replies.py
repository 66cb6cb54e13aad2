"""A reply goes on from what it replies to; a look aside ends nothing; cards stay away where not needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.errors import Failure
from bot.core.model import SEVERAL, Reply
from tests.bot.place import Chatting, as_shown


async def reply(chatting: Chatting, words: str, *names: str, to: str = "") -> list[str]:
    """To the newest message, or to another by its id."""
    incoming = chatting.incoming(words, *names)
    return as_shown(await chatting.hear(replace(incoming, reply_to=to or str(len(chatting.place.said)))))


async def test_a_reply_begins_what_the_message_said_of_replies(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/show S1")
    assert await reply(chatting, "Well done.") == ["Done: feedback S1 Well done."]


async def test_a_reply_to_any_part_of_a_message_is_a_reply_to_it(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def in_two_parts(chat: str, shown: Reply) -> tuple[str, ...]:
        chatting.place.said.append((chat, shown))
        return ("first", "last")

    await chatting.sign_in("grace")
    with monkeypatch.context() as split:
        split.setattr(chatting.place, "send", in_two_parts)
        await chatting.say("/show S1")
    for part in ("first", "last"):
        assert await reply(chatting, "Well done.", to=part) == ["Done: feedback S1 Well done."]


async def test_what_is_said_in_reply_is_taken_to_the_letter(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/show S1")
    shown = str(len(chatting.place.said))
    for words in ('"quoted"', 'say "x\\"', "submission=S2 yes", "a:b:c", "two\nlines", "“curly”"):
        await reply(chatting, words, to=shown)
        assert chatting.classroom.done[-1] == f"feedback S1 {words}"


async def test_replies_are_known_after_a_restart(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/show S1")
    shown = str(len(chatting.place.said))
    chatting.restart()
    assert await reply(chatting, "Well done.", to=shown) == ["Done: feedback S1 Well done."]


async def test_a_command_in_a_reply_is_that_command(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/show S1")
    assert await reply(chatting, "/grade S2 18") == ["Done: grade S2 18 None"]
    await chatting.say("/show S1")
    (unknown,) = await reply(chatting, "/feedbakc")
    assert "Did you mean /feedback?" in unknown


async def test_a_reply_to_a_message_of_several_things_is_asked_which_it_means(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    chatting.store.keep_on_reply("c1", "77", SEVERAL)
    await chatting.say("/grade S2")
    (asked,) = await reply(chatting, "Well done.", to="77")
    assert asked.startswith("That message tells of several things, so I do not know which you mean.")
    assert await chatting.say("18") == ["Done: grade S2 18 None"]


async def test_a_reply_leaves_what_was_under_way_and_says_so(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/show S1")
    shown = str(len(chatting.place.said))
    await chatting.say("/grade S2")
    left, done = await reply(chatting, "Well done.", to=shown)
    assert left == "I left /grade unfinished; nothing was saved."
    assert done == "Done: feedback S1 Well done."


async def test_a_reply_to_a_question_of_the_bots_answers_it(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S2")
    assert await reply(chatting, "18") == ["Done: grade S2 18 None"]


async def test_a_password_in_a_reply_is_a_password(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/show S1")
    shown = str(len(chatting.place.said))
    await chatting.say("/adduser bo")
    assert await reply(chatting, "secret password", to=shown) == ["Done: adduser bo secret password"]


async def test_who_may_not_do_it_may_not_by_a_reply(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/show S1")
    shown = str(len(chatting.place.said))
    await chatting.say("/logout")
    assert await reply(chatting, "Well done.", to=shown) == ["Please /login first, then /feedback."]
    await chatting.sign_in("ada")
    assert await reply(chatting, "Well done.", to=shown) == ["Only instructors can use /feedback."]


# --- a look aside ---


async def test_a_look_aside_leaves_what_is_under_way(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S2")
    assert await chatting.say("/show S1") == ["Done: show S1"]
    assert await chatting.say("18") == ["Done: grade S2 18 None"]


async def test_a_look_aside_that_fails_leaves_it_too(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S2")
    chatting.classroom.failures.append(Failure("NOT_FOUND", "NO_SUCH_ITEM", "There is no submission S9."))
    assert await chatting.say("/show S9") == ["There is no submission S9."]
    assert await chatting.say("18") == ["Done: grade S2 18 None"]


async def test_a_look_aside_that_finds_the_session_over_lets_it_wait(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S2")
    chatting.classroom.failures.append(Failure("UNAUTHENTICATED", "SESSION_ENDED", "over"))
    assert await chatting.say("/show S1") == ["Your session ended. Please /login again."]
    await chatting.say("/login grace")
    welcome, asked = await chatting.say("password of grace")
    assert (welcome, asked) == ("Welcome, grace.", "How many points?")


async def test_a_look_aside_that_asks_something_ends_it_and_says_so(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S2")
    asked, left = await chatting.say("/show x")
    assert asked.startswith("“x” is no submission.")
    assert left == "I left /grade unfinished; nothing was saved."
    assert await chatting.say("S1") == ["Done: show S1"]


# --- a card that is shown only where it is needed ---


async def test_where_there_is_nothing_to_think_over_no_card_is_shown(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    assert await chatting.say("/feedback S1 good") == ["Done: feedback S1 good"]
    assert await chatting.say("/feedback S1 bad") == ["Is that kind? [Say it] [Cancel]"]
    assert await chatting.press("Say it") == ["Done: feedback S1 bad"]


async def test_an_act_that_is_repeated_is_not_thought_over_again(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    chatting.classroom.failures.append(Failure("UNKNOWN", "OUTCOME_UNKNOWN", "no answer"))
    await chatting.say("/feedback S1 good")
    assert await chatting.press("Check now") == ["Done: feedback S1 good"]
