"""Updates that Telegram sends are as safe as those asked for: none is confirmed before it was handled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.adapters.telegram import CannotStart, SqliteShelf, Webhook, webhook
from bot.core.model import Incoming
from tests.telegram.people import Person
from tests.telegram.protocol import Json
from tests.telegram.running import Listener, MakeListener, adapter_for, running
from tests.telegram.server import BotApiServer


@pytest_asyncio.fixture
async def listener(server: BotApiServer, another: MakeListener) -> AsyncIterator[Listener]:
    listener = another()
    async with running(listener.adapter.run(listener.handle), server):
        yield listener


async def confirmed(server: BotApiServer, update: Json) -> None:
    await server.until(lambda: (update["update_id"], 200) in server.delivery.posts)


async def test_telegram_is_told_where_to_send_what_and_how_it_proves_itself(
    listener: Listener, server: BotApiServer
) -> None:
    (told,) = server.called("setWebhook")
    assert "/homeroom/" in told["url"]
    assert len(told["url"].rpartition("/")[2]) >= 32
    assert len(told["secret_token"]) >= 32
    assert told["allowed_updates"] == ["message", "callback_query"]
    assert int(told["max_connections"]) == 100
    assert not server.called("getUpdates")


async def test_place_and_proof_are_others_at_every_start(server: BotApiServer, another: MakeListener) -> None:
    for _ in range(2):
        listener = another()
        async with running(listener.adapter.run(listener.handle), server):
            pass
    first, second = server.called("setWebhook")
    assert first["url"] != second["url"]
    assert first["secret_token"] != second["secret_token"]


async def test_what_is_sent_is_heard_answered_and_confirmed(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    said = ada.say("/help")
    await ada.hears("heard /help")
    await confirmed(server, said)
    assert [incoming.request_id for incoming in listener.heard] == [str(said["update_id"])]


async def test_nothing_is_confirmed_before_it_was_handled(
    listener: Listener, server: BotApiServer, ada: Person, grace: Person
) -> None:
    done = asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        if incoming.chat == str(ada.chat):
            await done.wait()
        await listener.echo(incoming)

    listener.answer = answer
    slow, fast = ada.say("a question for the tutor"), grace.say("/inbox")
    await confirmed(server, fast)
    assert slow["update_id"] not in dict(server.delivery.posts)
    done.set()
    await confirmed(server, slow)


async def test_many_slow_answers_do_not_keep_others_from_being_heard(
    listener: Listener, server: BotApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "HELD_MAX", 2)
    done = asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        await done.wait()
        await listener.echo(incoming)

    listener.answer = answer
    people = [Person(server, 5000 + number) for number in range(3)]
    first = people[0].say("a question for the tutor")
    await server.until(lambda: len(listener.heard) == 1)
    others = [person.say("a question for the tutor") for person in people[1:]]
    await confirmed(server, first)
    assert not {update["update_id"] for update in others} & dict(server.delivery.posts).keys()
    done.set()
    for person in people:
        await person.hears("heard")
    for update in others:
        await confirmed(server, update)
    assert len(listener.heard) == 3


async def test_more_than_can_be_worked_on_is_for_later(
    listener: Listener, server: BotApiServer, ada: Person, grace: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "UPDATES_MAX", 1)
    done = asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        await done.wait()
        await listener.echo(incoming)

    listener.answer = answer
    ada.say("a question for the tutor")
    await server.until(lambda: listener.heard)
    later = grace.say("hello")
    await server.until(lambda: (later["update_id"], 503) in server.delivery.posts)
    done.set()
    await grace.hears("heard hello")


async def test_what_is_sent_again_meanwhile_is_heard_once(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    server.delivery.post_seconds = 0.1
    done = asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        await done.wait()
        await listener.echo(incoming)

    listener.answer = answer
    ada.say("a question for the tutor")
    await server.until(lambda: len(server.delivery.posts) >= 3)
    assert len(listener.heard) == 1
    done.set()
    await ada.hears("heard a question for the tutor")
    await server.until(lambda: server.delivery.posts[-1][1] == 200)


async def test_what_a_stopped_bot_was_working_on_is_heard_by_the_next(
    server: BotApiServer, another: MakeListener, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.telegram.adapter.STOP_SECONDS", 0.0)
    killed, following = another(), another()

    async def answer(incoming: Incoming) -> None:
        await asyncio.Event().wait()

    killed.answer = answer
    async with running(killed.adapter.run(killed.handle), server):
        ada.say("/submit A1")
        await server.until(lambda: killed.heard)
    assert 200 not in [status for _, status in server.delivery.posts]
    async with running(following.adapter.run(following.handle), server):
        await ada.hears("heard /submit A1")
    assert [incoming.request_id for incoming in killed.heard] == [
        incoming.request_id for incoming in following.heard
    ]


async def test_what_was_answered_as_the_bot_ended_is_confirmed(
    server: BotApiServer, another: MakeListener, ada: Person
) -> None:
    listener = another()
    begun, finish = asyncio.Event(), asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        begun.set()
        await finish.wait()
        await listener.echo(incoming)

    listener.answer = answer
    async with running(listener.adapter.run(listener.handle), server):
        said = ada.say("hello")
        await begun.wait()
        asyncio.get_running_loop().call_soon(finish.set)
    await confirmed(server, said)


async def test_what_comes_while_the_bot_is_away_is_heard_when_it_is_back(
    server: BotApiServer, another: MakeListener, ada: Person
) -> None:
    listener, back = another(), another()
    async with running(listener.adapter.run(listener.handle), server):
        pass
    ada.say("hello")
    await server.until(lambda: server.delivery.posts)
    async with running(back.adapter.run(back.handle), server):
        await ada.hears("heard hello")


@pytest.mark.parametrize("captioned", [0, 2], ids=["first", "last"])
async def test_the_command_of_an_album_gets_all_its_files(
    captioned: int, listener: Listener, server: BotApiServer, ada: Person
) -> None:
    parts = [
        ada.send_file(f"{number}.md", b"text", caption="/submit A1" if number == captioned else "", album="7")
        for number in range(3)
    ]
    await ada.hears("heard /submit A1")
    assert [file.name for file in listener.heard[0].files] == ["0.md", "1.md", "2.md"]
    for part in parts:
        await confirmed(server, part)


async def test_an_album_confirmed_and_not_handled_is_heard_by_the_next(
    server: BotApiServer, another: MakeListener, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.telegram.adapter.STOP_SECONDS", 0.0)
    killed, following, third = another(), another(), another()

    async def answer(incoming: Incoming) -> None:
        await asyncio.Event().wait()

    killed.answer = answer
    async with running(killed.adapter.run(killed.handle), server):
        ada.send_file("1.md", b"one", album="7")
        ada.send_file("2.md", b"two", caption="/submit A1", album="7")
        await server.until(lambda: [status for _, status in server.delivery.posts] == [200, 200])
        await server.until(lambda: killed.heard)
    async with running(following.adapter.run(following.handle), server):
        await ada.hears("heard /submit A1")
        ada.say("done")
        await ada.hears("heard done")
    (album, _), (again,) = following.heard, killed.heard
    assert (album.request_id, album.files) == (again.request_id, again.files)
    async with running(third.adapter.run(third.handle), server):
        ada.say("hello")
        await ada.hears("heard hello")
    assert [incoming.text for incoming in third.heard] == ["hello"]


async def test_a_place_that_telegram_does_not_take_is_named_as_the_reason(
    server: BotApiServer, tmp_path: Path
) -> None:
    receiving = Webhook("http://bot.example.org", "127.0.0.1", 0, SqliteShelf(tmp_path / "albums.db"))
    listener = Listener(adapter_for(server, receiving))
    with pytest.raises(CannotStart, match=r"(?i)https url must be provided"):
        await listener.adapter.run(listener.handle)


async def test_who_asks_for_updates_has_none_sent(
    server: BotApiServer, another: MakeListener, ada: Person
) -> None:
    sent, asking = another(), Listener(adapter_for(server))
    async with running(sent.adapter.run(sent.handle), server):
        ada.say("one")
        await ada.hears("heard one")
    ada.say("two")
    async with running(asking.adapter.run(asking.handle), server):
        await ada.hears("heard two")
    assert not server.delivery.webhook
