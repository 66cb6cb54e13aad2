"""The files of an album reach the core together, whatever the order in which Telegram sends them."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.telegram import albums
from bot.core.model import Incoming
from tests.telegram.people import Person
from tests.telegram.running import Listener, adapter_for, running
from tests.telegram.server import BotApiServer


@pytest.mark.parametrize("captioned", [0, 1, 2], ids=["first", "middle", "last"])
async def test_the_command_of_an_album_gets_all_its_files(
    captioned: int, listener: Listener, ada: Person
) -> None:
    for number in range(3):
        caption = "/submit A1" if number == captioned else ""
        ada.send_file(f"page-{number}.md", b"text", caption=caption, album="7")
    await ada.hears("heard /submit A1")
    (incoming,) = listener.heard
    assert [file.name for file in incoming.files] == ["page-0.md", "page-1.md", "page-2.md"]
    assert incoming.text == "/submit A1"


async def test_an_album_and_what_is_said_after_it_keep_their_order(listener: Listener, ada: Person) -> None:
    ada.send_file("1.md", b"one", caption="/submit A1", album="7")
    ada.say("done")
    ada.send_file("2.md", b"two", album="7")
    await ada.hears("heard done")
    album, word = listener.heard
    assert [file.name for file in album.files] == ["1.md", "2.md"]
    assert word.text == "done"


async def test_two_albums_are_told_apart(
    listener: Listener, server: BotApiServer, ada: Person, grace: Person
) -> None:
    ada.send_file("1.md", b"one", album="7")
    grace.send_file("A.md", b"one", album="7")
    ada.send_file("I.md", b"one", album="8")
    ada.send_file("2.md", b"two", album="7")
    await server.until(lambda: len(listener.heard) == 3)
    heard = [(incoming.chat, [file.name for file in incoming.files]) for incoming in listener.heard]
    assert sorted(heard) == sorted(
        [(str(ada.chat), ["1.md", "2.md"]), (str(grace.chat), ["A.md"]), (str(ada.chat), ["I.md"])]
    )


async def test_the_largest_album_is_heard_at_once(
    listener: Listener, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(albums, "ALBUM_SECONDS", 3600.0)
    for number in range(albums.PARTS_MAX):
        ada.send_file(f"{number}.md", b"text", album="7")
    await ada.hears("heard")
    assert len(listener.heard[0].files) == albums.PARTS_MAX


async def test_a_part_that_comes_late_is_heard_by_itself(listener: Listener, ada: Person) -> None:
    ada.send_file("1.md", b"one", caption="/submit A1", album="7")
    await ada.hears("heard /submit A1")
    ada.send_file("2.md", b"two", album="7")
    await ada.hears("heard -")
    assert [file.name for incoming in listener.heard for file in incoming.files] == ["1.md", "2.md"]


async def test_an_album_that_a_killed_bot_was_working_on_is_heard_whole_by_the_next(
    server: BotApiServer, ada: Person, grace: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.telegram.adapter.STOP_SECONDS", 0.0)
    killed, following = Listener(adapter_for(server)), Listener(adapter_for(server))

    async def answer(incoming: Incoming) -> None:
        if incoming.chat == str(ada.chat):
            await asyncio.Event().wait()
        await killed.echo(incoming)

    killed.answer = answer
    async with running(killed.adapter.run(killed.handle), server):
        ada.send_file("1.md", b"one", caption="/submit A1", album="7")
        grace.say("between")
        ada.send_file("2.md", b"two", album="7")
        await grace.hears("heard between")
        await server.until(lambda: len(killed.heard) == 2)
    async with running(following.adapter.run(following.handle), server):
        await ada.hears("heard /submit A1")
    first, again = (next(incoming for incoming in one.heard if incoming.files) for one in (killed, following))
    assert (first.request_id, first.parts, first.files) == (again.request_id, again.parts, again.files)
    assert len(again.files) == 2
