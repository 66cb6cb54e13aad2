"""Passwords are asked for separately, deleted, forgotten; guessing is stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.model import Incoming
from tests.bot.place import Chatting, as_shown

WRONG = "Wrong user name or password. /login asks for both again. Your password?"


async def test_a_password_is_asked_for_separately_and_deleted_at_once(chatting: Chatting) -> None:
    (reply,) = await chatting.hear(chatting.incoming("/login ada"))
    assert as_shown([reply]) == ["Your password?"]
    assert reply.secret_next
    assert chatting.place.deleted == []
    (reply,) = await chatting.hear(chatting.incoming("password of ada"))
    assert as_shown([reply]) == ["Welcome, ada."]
    assert chatting.place.deleted == ["message 2"]


async def test_a_password_on_the_command_line_is_deleted_and_not_used(chatting: Chatting) -> None:
    assert await chatting.say("/login ada password of ada") == [
        "I took no password from that line; I ask for it separately.",
        "Your password?",
    ]
    assert chatting.place.deleted == ["message 1"]


async def test_a_password_may_begin_with_a_slash(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/adduser bo")
    assert await chatting.say("/not a command") == ["Done: adduser bo /not a command"]


async def test_a_command_at_the_password_prompt_is_a_command(chatting: Chatting) -> None:
    await chatting.say("/login ada")
    assert await chatting.say("/cancel") == ["Cancelled /login. Nothing was saved."]
    assert chatting.place.deleted == []


@pytest.mark.parametrize("password", ["password of ada", "/passw0rd"])
async def test_a_password_that_comes_too_late_is_deleted_and_not_repeated(
    chatting: Chatting, password: str
) -> None:
    await chatting.say("/login ada")
    chatting.now += 601
    (reply,) = await chatting.say(password)
    assert "expired after ten minutes" in reply
    assert "passw0rd" not in reply
    assert chatting.place.deleted == ["message 2"]
    await chatting.say("an ordinary line")
    assert chatting.place.deleted == ["message 2"]


async def test_a_command_after_a_question_for_a_password_is_no_password(chatting: Chatting) -> None:
    await chatting.say("/login ada")
    chatting.now += 601
    assert await chatting.say("/start") == ["Hello."]
    assert chatting.place.deleted == []


async def test_an_unusable_password_is_deleted_too(chatting: Chatting) -> None:
    await chatting.say("/login ada")
    (reply,) = await chatting.say("bad \x00 bytes")
    assert "U+0000" in reply
    assert chatting.place.deleted == ["message 2"]


@pytest.mark.parametrize("line", ["/logn ada password of ada", "/strat\ncode-of-ada"])
async def test_a_secret_behind_a_misspelt_command_is_deleted_too(chatting: Chatting, line: str) -> None:
    (reply,) = await chatting.say(line)
    assert "ada" not in reply
    assert chatting.place.deleted == ["message 1"]


async def test_what_is_misspelt_and_holds_no_secret_stays(chatting: Chatting) -> None:
    await chatting.say("/hlep login")
    await chatting.say("/logn")
    assert chatting.place.deleted == []


async def test_a_password_is_refused_where_several_people_read(chatting: Chatting) -> None:
    assert await chatting.say("/login ada", private=False) == ["That is for a private chat with me only."]


async def test_no_password_reaches_the_disk(chatting: Chatting, tmp_path: Path) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/adduser bo")
    await chatting.say("new password")
    chatting.store.close()
    disk = everything_in(tmp_path)
    assert b"token of grace" in disk
    assert b"password of" not in disk
    assert b"new password" not in disk


async def test_five_wrong_passwords_lock_the_chat_for_ten_minutes(chatting: Chatting) -> None:
    for _ in range(4):
        await chatting.say("/login ada")
        assert await chatting.say("wrong") == [WRONG]
    (reply,) = await chatting.say("wrong")
    assert reply.startswith("Five wrong tries")
    assert await chatting.say("/login ada") == ["Signing in is locked in this chat; try again in 10 min."]
    chatting.restart()
    chatting.now += 540
    assert await chatting.say("/login ada") == ["Signing in is locked in this chat; try again in 60 s."]
    assert await chatting.say("/login ada", chat="c2") == ["Your password?"]
    chatting.now += 60
    await chatting.sign_in("ada")


async def test_a_password_typed_again_at_once_is_one_and_no_line_that_is_left_to_be_read(
    chatting: Chatting,
) -> None:
    await chatting.say("/login ada")
    assert await chatting.say("pasword of ada") == [WRONG]
    assert chatting.place.said[-1][1].secret_next
    assert await chatting.say("password of ada") == ["Welcome, ada."]
    assert chatting.place.deleted == ["message 2", "message 3"]


async def test_the_third_wrong_password_ends_the_command(chatting: Chatting) -> None:
    await chatting.say("/login ada")
    await chatting.say("one")
    await chatting.say("two")
    (reply,) = await chatting.say("three")
    assert reply.endswith("I could not use three answers, so I cancelled /login. Nothing was saved.")


async def test_the_right_password_forgets_the_wrong_ones(chatting: Chatting) -> None:
    for _ in range(3):
        for _ in range(4):
            await chatting.say("/login ada")
            assert await chatting.say("wrong") == [WRONG]
        await chatting.sign_in("ada")


async def test_a_lost_password_is_asked_for_again_after_a_restart(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/adduser")
    chatting.restart()
    assert await chatting.say("bo") == ["Which password?"]


async def test_another_chats_password_is_no_part_of_it(chatting: Chatting) -> None:
    await chatting.say("/login ada", chat="c1")
    replies = await chatting.hear(Incoming("place", "c2", "1", "password of ada"))
    assert as_shown(replies) == ["I understand commands: /help lists them."]


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_the_code_of_a_link_signs_in_and_its_message_is_deleted(
    chatting: Chatting, tmp_path: Path
) -> None:
    assert await chatting.say("/start code-of-ada") == ["Welcome, ada."]
    assert chatting.place.deleted == ["message 1"]
    assert await chatting.say("/start") == ["Hello."]
    assert chatting.place.deleted == ["message 1"]
    chatting.store.close()
    assert b"code-of-ada" not in everything_in(tmp_path)


async def test_a_wrong_code_is_deleted_and_counts_as_a_wrong_password_but_not_an_expired_one(
    chatting: Chatting,
) -> None:
    for _ in range(4):
        assert await chatting.say("/start wrong-code") == ["This link says LINK_USED."]
        assert await chatting.say("/start too-old") == ["This link says LINK_EXPIRED."]
    (reply,) = await chatting.say("/start wrong-code")
    assert reply.startswith("Five wrong tries")
    (reply,) = await chatting.say("/start code-of-ada")
    assert reply.startswith("Signing in is locked")
    assert len(chatting.place.deleted) == 10
    assert await chatting.say("/start code-of-ada", chat="c2") == ["Welcome, ada."]
    assert await chatting.say("/start") == ["Hello."]


async def test_a_code_that_is_none_is_deleted_and_not_asked_for(chatting: Chatting) -> None:
    assert await chatting.say("/start abc") == ["A code has at least 4 characters."]
    assert chatting.place.deleted == ["message 1"]


async def test_a_code_is_not_used_where_several_people_read(chatting: Chatting) -> None:
    assert await chatting.say("/start code-of-ada", private=False) == [
        "That is for a private chat with me only."
    ]
    assert chatting.place.deleted == ["message 1"]
    assert await chatting.say("/start", private=False) == ["Hello."]


async def test_a_link_ends_what_was_under_way_and_is_not_its_answer(chatting: Chatting) -> None:
    await chatting.say("/login ada")
    assert await chatting.say("/start code-of-ada") == [
        "I left /login unfinished; nothing was saved.",
        "Welcome, ada.",
    ]
