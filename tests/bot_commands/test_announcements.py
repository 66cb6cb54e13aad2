"""What was told to everyone, read again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.bot_commands.chat import Chat, labels

Chats = Callable[[str], Awaitable[Chat]]


async def test_before_anything_was_told_there_is_nothing_to_read(chat: Chats) -> None:
    assert (await (await chat("ada")).run("announcements")).text.plain == "There are no announcements yet."


async def test_they_come_page_by_page_the_newest_first(chat: Chats) -> None:
    grace, ada = await chat("grace"), await chat("ada")
    for number in range(1, 10):
        await grace.run("announce", text=f"Number {number}.")
    first = await ada.run("announcements")
    told = [line for line in first.text.plain.splitlines() if line.startswith("Number")]
    assert told == [f"Number {number}." for number in range(9, 1, -1)]
    assert [button.data for row in first.buttons for button in row] == ["announcements:page=2"]
    second = await ada.run("announcements", page=2)
    assert "Announcement N1 by Grace, Tue 3 Nov 2026 13:00 CET\nNumber 1." in second.text.plain


async def test_a_long_one_is_cut_in_the_list_and_opened_whole(chat: Chats) -> None:
    grace, ada = await chat("grace"), await chat("ada")
    words = "All of this is to be read. " * 100
    await grace.run("announce", text=words)
    await grace.run("announce", text="Short.")
    listed = await ada.run("announcements")
    assert labels(listed) == ["Open N1"]
    assert len(listed.text.plain) < len(words)
    opened = await ada.run("announcements", announcement="N1")
    assert words in opened.text.plain
