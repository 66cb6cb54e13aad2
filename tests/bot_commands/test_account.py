"""Coming in, going out, finding one's way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.client.api import LmsClient, LmsError
from bot.core.command import BadValue, Registry
from bot.core.model import Role
from tests.bot_commands.chat import Chat, labels

Chats = Callable[[str], Awaitable[Chat]]


async def test_signing_in_changes_the_menu_and_offers_first_steps(registry: Registry) -> None:
    chat = Chat(registry)
    reply = await chat.run("login", username="grace", password="correct horse grace")
    assert (chat.username, chat.role, reply.menu) == ("grace", Role.INSTRUCTOR, Role.INSTRUCTOR)
    assert labels(reply) == ["To grade", "Inbox", "Upload a material", "Help"]


async def test_a_second_sign_in_ends_the_first_session(chat: Chats, client: LmsClient) -> None:
    keyboard = await chat("ada")
    first = keyboard.token
    await keyboard.run("login", username="linus", password="correct horse linus")
    with pytest.raises(LmsError):
        await client.account(first)
    assert (await client.account(keyboard.token)).username == "linus"


async def test_a_failed_sign_in_leaves_the_first_session_alone(chat: Chats, client: LmsClient) -> None:
    keyboard = await chat("ada")
    with pytest.raises(LmsError):
        await keyboard.run("login", username="linus", password="wrong")
    assert (await client.account(keyboard.token)).username == "ada"


async def test_signing_out_of_a_session_that_is_over_signs_out(chat: Chats, client: LmsClient) -> None:
    ada = await chat("ada")
    await client.logout(ada.token)
    reply = await ada.run("logout")
    assert (ada.role, reply.menu) == (Role.ANYONE, Role.ANYONE)


async def test_help_lists_only_what_the_role_can_say(chat: Chats) -> None:
    ada = await chat("ada")
    listed = (await ada.run("help")).text.plain
    assert "/submit" in listed
    assert "/grade " not in listed
    with pytest.raises(BadValue):
        await ada.run("help", command="grade")
