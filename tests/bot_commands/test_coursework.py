"""Materials read, work handed in: what the student sees that a transcript over real time cannot show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.client.api import LmsClient, LmsError
from bot.commands import attachments
from bot.core.adapter import FileUnavailable
from bot.core.command import BadValue
from tests.bot_commands.chat import Chat, labels
from tests.bot_commands.conftest import Clock

Chats = Callable[[str], Awaitable[Chat]]


async def assign(chat: Chats, clock: Clock) -> str:
    grace = await chat("grace")
    due = clock() + timedelta(hours=1)
    reply = await grace.run("newassignment", title="Clocks", points=10, due=due)
    return reply.buttons[0][0].data.split(":")[1]


async def test_after_the_due_date_work_is_marked_late_before_and_after_it_is_handed_in(
    chat: Chats, clock: Clock
) -> None:
    assignment = await assign(chat, clock)
    ada = await chat("ada")
    assert "LATE" not in (await ada.card("submit", assignment=assignment, text="Ticks.")).text.plain
    clock.pass_by(timedelta(hours=2))
    assert "LATE" in (await ada.card("submit", assignment=assignment, text="Ticks.")).text.plain
    assert "LATE" in (await ada.run("submit", assignment=assignment, text="Ticks.")).text.plain
    assert "LATE" in (await (await chat("grace")).run("pending")).text.plain


async def test_nothing_is_not_handed_in(chat: Chats, clock: Clock) -> None:
    assignment = await assign(chat, clock)
    with pytest.raises(BadValue):
        await (await chat("ada")).card("submit", assignment=assignment)


async def test_a_file_that_is_empty_is_named_as_the_one_that_cannot_be_handed_in(
    chat: Chats, clock: Clock
) -> None:
    assignment = await assign(chat, clock)
    ada = await chat("ada")
    files = (ada.attach("full.txt", b"ticks"), ada.attach("empty.txt", b""))
    with pytest.raises(FileUnavailable, match=r"empty\.txt is empty") as refused:
        await ada.run("submit", assignment=assignment, files=files)
    assert refused.value.file == files[1]


async def test_work_is_handed_in_again_only_where_it_is_still_taken(chat: Chats, clock: Clock) -> None:
    ada, grace = await chat("ada"), await chat("grace")
    due = clock() + timedelta(hours=1)
    await grace.run("newassignment", title="Clocks", points=10, due=due, attempts=2, cutoff=due)
    for again in (True, False):
        await ada.run("submit", assignment="A1", text="Ticks.")
        assert ("Hand in again" in labels(await ada.run("submissions", submission="S1"))) == again
    linus = await chat("linus")
    await linus.run("submit", assignment="A1", text="Tocks.")
    clock.pass_by(timedelta(hours=2))
    assert labels(await linus.run("submissions", submission="S3")) == ["Assignments"]


async def test_long_work_comes_whole_as_a_file(chat: Chats, clock: Clock) -> None:
    assignment = await assign(chat, clock)
    words = "tick " * 2_000
    await (await chat("ada")).run("submit", assignment=assignment, text=words)
    reply = await (await chat("grace")).run("submissions", submission="S1")
    assert reply.files[0].content == words.encode()
    assert len(reply.text.plain) < len(words)


async def test_files_too_large_to_come_together_come_one_by_one(
    chat: Chats, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "SENT_TOGETHER_BYTES_MAX", 5)
    assignment = await assign(chat, clock)
    ada = await chat("ada")
    files = (ada.attach("a.bin", b"aaaa"), ada.attach("b.bin", b"bbbb"))
    await ada.run("submit", assignment=assignment, files=files)
    reply = await ada.run("submissions", submission="S1")
    assert reply.files == ()
    assert labels(reply)[:2] == ["a.bin, 4 bytes", "b.bin, 4 bytes"]
    assert (await ada.run("submissions", submission="S1", file=2)).files[0].content == b"bbbb"
    with pytest.raises(BadValue):
        await ada.run("submissions", submission="S1", file=3)


async def test_a_page_can_be_read_even_when_that_cannot_be_noted(
    chat: Chats, client: LmsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace, ada = await chat("grace"), await chat("ada")
    await grace.run("upload", file=(grace.attach("logical_clocks.md", b"# Clocks\n"),))

    async def no_quorum(token: str, request_id: str, material_id: str) -> None:
        raise LmsError("UNAVAILABLE", "NO_QUORUM", "Electing a leader.")

    monkeypatch.setattr(client, "mark_read", no_quorum)
    reply = await ada.run("materials", which="m1")
    assert reply.files[0].content == b"# Clocks\n"
    assert "logical clocks" in reply.text.plain


async def test_an_unknown_assignment_is_answered_with_the_open_ones(chat: Chats, clock: Clock) -> None:
    await assign(chat, clock)
    with pytest.raises(BadValue, match=r"There is no assignment A9\. Open ones: A1\."):
        await (await chat("ada")).run("assignments", assignment="A9")
    with pytest.raises(LmsError, match=r"There is no assignment A9\."):
        await (await chat("ada")).run("grades", assignment="A9")
