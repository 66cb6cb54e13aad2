"""No update is lost: none is confirmed before it was handled, and none is handed over twice."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.adapters.telegram import CannotStart, polling
from bot.core.model import Incoming
from tests.telegram import delivery
from tests.telegram.people import Person
from tests.telegram.protocol import Refusal, flood
from tests.telegram.running import Listener, adapter_for, running
from tests.telegram.server import TOKEN, BotApiServer

SMALL_PAGE = 10


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred people who wait are a long test, and show no more than ten."""
    monkeypatch.setattr(polling, "PAGE_MAX", SMALL_PAGE)
    monkeypatch.setattr(delivery, "PAGE_MAX", SMALL_PAGE)


@pytest.fixture
def busy(listener: Listener, ada: Person) -> asyncio.Event:
    """Ada's messages are worked on until this is set; others' are answered at once."""
    done = asyncio.Event()

    async def answer(incoming: Incoming) -> None:
        if incoming.chat == str(ada.chat):
            await done.wait()
        await listener.echo(incoming)

    listener.answer = answer
    return done


async def test_what_a_killed_bot_was_working_on_is_heard_by_the_next(
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
        grace.say("before")
        await grace.hears("heard before")
        ada.say("/submit A1")
        grace.say("after")
        await grace.hears("heard after")
    async with running(following.adapter.run(following.handle), server):
        await ada.hears("heard /submit A1")
    assert "before" not in [incoming.text for incoming in following.heard]
    first, again = (
        next(incoming for incoming in one.heard if incoming.text == "/submit A1")
        for one in (killed, following)
    )
    assert first.request_id == again.request_id


async def test_an_update_in_work_is_handed_over_once_however_often_it_comes(
    listener: Listener, busy: asyncio.Event, server: BotApiServer, ada: Person, grace: Person
) -> None:
    ada.say("a question for the tutor")
    for number in range(5):
        grace.say(f"line {number}")
        await grace.hears(f"heard line {number}")
    busy.set()
    await ada.hears("heard a question for the tutor")
    assert len(listener.heard) == 6


@pytest.mark.usefixtures("small_pages")
async def test_more_than_a_page_behind_one_slow_answer_is_heard(
    listener: Listener, busy: asyncio.Event, server: BotApiServer, ada: Person
) -> None:
    ada.say("a question for the tutor")
    people = [Person(server, 5000 + number) for number in range(SMALL_PAGE + 5)]
    for person in people:
        person.say("hello")
    await server.until(lambda: len(listener.heard) == len(people) + 1)
    busy.set()


async def test_an_update_that_cannot_be_read_neither_ends_the_bot_nor_reaches_a_log(
    listener: Listener, server: BotApiServer, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    server.deliver({"message": {"text": "correct horse", "chat": "nonsense"}})
    ada.say("hello")
    await ada.hears("heard hello")
    await server.until(lambda: int(server.called("getUpdates")[-1]["offset"]) > 700_002)
    assert "could not be read" in caplog.text
    assert "correct horse" not in caplog.text


@pytest.mark.usefixtures("small_pages")
async def test_no_more_is_asked_for_than_can_be_worked_on(
    listener: Listener, busy: asyncio.Event, server: BotApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "UPDATES_MAX", 3 * SMALL_PAGE // 2)

    async def answer(incoming: Incoming) -> None:
        await busy.wait()
        await listener.echo(incoming)

    listener.answer = answer
    people = [Person(server, 5000 + number) for number in range(3 * SMALL_PAGE)]
    for person in people:
        person.say("hello")
    await server.until(lambda: len(listener.heard) == 2 * SMALL_PAGE)
    polls = server.delivery.polls
    await server.until(lambda: server.delivery.polls >= polls + 3)
    assert len(listener.heard) == 2 * SMALL_PAGE
    busy.set()
    await server.until(lambda: len(listener.heard) == len(people))


async def test_another_program_that_polls_is_named_and_outlasted(
    listener: Listener, server: BotApiServer, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    # Both get an error whenever the other asks; here the other asks once.
    async with aiohttp.ClientSession() as other:
        asked = other.post(f"{server.url}/bot{TOKEN}/getUpdates", data={"timeout": "0"})
        async with asyncio.timeout(10), asked as answer:
            assert answer.status == 200
    await server.until(lambda: "another program gets this bot's updates" in caplog.text)
    ada.say("hello")
    await ada.hears("heard hello")


async def test_handled_updates_are_confirmed_when_the_bot_ends(server: BotApiServer, ada: Person) -> None:
    listener = Listener(adapter_for(server))
    async with running(listener.adapter.run(listener.handle), server):
        said = ada.say("hello")
        await ada.hears("heard hello")
    assert int(server.called("getUpdates")[-1]["offset"]) == said["update_id"] + 1


@pytest.mark.parametrize("refusal", [Refusal(502, "Bad Gateway"), flood(1)], ids=["broken", "flooded"])
async def test_polling_goes_on_after_a_failure(
    refusal: Refusal, listener: Listener, server: BotApiServer, ada: Person
) -> None:
    server.fail("getUpdates", refusal)
    ada.say("hello")
    await ada.hears("heard hello")
    ada.say("hello again")
    await ada.hears("heard hello again")


async def test_a_token_revoked_meanwhile_ends_the_bot_with_the_reason(server: BotApiServer) -> None:
    listener = Listener(adapter_for(server))
    server.fail("getUpdates", Refusal(401, "Unauthorized"))
    with pytest.raises(CannotStart):
        await listener.adapter.run(listener.handle)
