"""/settings: what a chat can set for itself, and how it is read back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.core.command import BadValue, Command
from bot.core.settings import Settings
from tests.bot_commands.chat import Chat

Chats = Callable[[str], Awaitable[Chat]]


def parsed(command: Command, name: str, word: str) -> object:
    return next(arg for arg in command.args if arg.name == name).parse(word)


@pytest.mark.parametrize(
    ("name", "word", "value"),
    [
        ("quiet", "22:00-07:00", ("22:00", "07:00")),
        ("quiet", "22-7", ("22:00", "07:00")),
        ("quiet", "9.30-10", ("09:30", "10:00")),
        ("quiet", "OFF", ("", "")),
        ("digest", "18", "18:00"),
        ("digest", "off", ""),
        ("zone", "europe/berlin", "Europe/Berlin"),
        ("zone", "America/New York", "America/New_York"),
        ("zone", "course", ""),
        ("language", "DE", "de"),
        ("language", "auto", ""),
        ("mute", "none", ()),
        ("mute", "Nichts", ()),
        ("quiet", "aus", ("", "")),
        ("digest", "aus", ""),
        ("zone", "kurs", ""),
        ("mute", "grades, materials", ("materials", "grades")),
    ],
)
async def test_a_setting_is_read_as_people_write_it(chat: Chats, name: str, word: str, value: object) -> None:
    ada = await chat("ada")
    assert parsed(ada.command("settings"), name, word) == value


@pytest.mark.parametrize(
    ("name", "word", "said"),
    [
        ("quiet", "22:00", "22:00-07:00"),
        ("quiet", "22-22", "22:00-07:00"),
        ("quiet", "25-7", "22:00-07:00"),
        ("digest", "noon", "18:00"),
        ("zone", "Berlin", "Europe/Berlin"),
        ("zone", "Mars/Olympus", "Europe/Berlin"),
        ("zone", "localtime", "no time zone"),
        ("language", "tlh", "en, de"),
        ("mute", "gossip", "announcements"),
    ],
)
async def test_what_cannot_be_set_is_refused_with_what_can(
    chat: Chats, name: str, word: str, said: str
) -> None:
    ada = await chat("ada")
    with pytest.raises(BadValue, match=said):
        parsed(ada.command("settings"), name, word)


async def test_one_setting_leaves_the_others_alone(chat: Chats) -> None:
    ada = await chat("ada")
    await ada.run("settings", quiet=("22:00", "07:00"))
    await ada.run("settings", zone="Asia/Kolkata")
    assert ada.settings == Settings(time_zone="Asia/Kolkata", quiet_from="22:00", quiet_until="07:00")


async def test_without_a_word_nothing_changes_and_everything_is_shown(chat: Chats) -> None:
    ada = await chat("ada")
    reply = await ada.run("settings")
    assert ada.settings == Settings()
    shown = reply.text.plain
    assert "Time zone: the course's, Europe/Berlin" in shown
    assert "I tell you of everything." in shown
    assert "No quiet hours." in shown
