"""Notices wait for the end of quiet hours, or for the digest, and each is told once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from bot import chat_watch
from bot.awaited import AwaitedAnswers
from bot.client.api import EventKind, Extension, LmsClient
from bot.commands.dates import Calendar
from bot.core.chat import Chat
from bot.core.model import SEVERAL
from bot.core.settings import Settings
from bot.notify import Notifier
from bot.store import BotStore, Told
from tests.bot.place import Place
from tests.bot.test_notify import ADA, ASSIGNMENT, QUERY, Feed, until

NIGHT = Settings(quiet_from="22:00", quiet_until="07:00")
EVENING = Settings(digest_at="18:00")


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 3, 23, 0, tzinfo=UTC))

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


class Bot:
    def __init__(self, folder: Path, feed: Feed, place: Place, clock: Clock) -> None:
        self.place = place
        self.store = BotStore(folder / "bot.db", place.name)
        client = cast(LmsClient, feed)
        calendar = Calendar(lambda: clock.now, ZoneInfo("UTC"))
        self.notifier = Notifier(client, place, self.store, AwaitedAnswers(), calendar)

    def begin(self, settings: Settings) -> None:
        self.store.save("c1", Chat(session=ADA, settings=settings))
        self.notifier.session_changed("c1", ADA)

    async def watches_from(self, cursor: str) -> None:
        await until(lambda: self.store.told("c1", "ada").cursor == cursor)

    @property
    def told(self) -> list[str]:
        return [reply.text.plain.removeprefix("🔔 ") for _, reply in self.place.said]

    async def stop(self) -> None:
        await self.notifier.stop()
        self.store.close()


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_watch, "LOOK_SECONDS_MAX", 0.001)


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bot(tmp_path: Path, feed: Feed, clock: Clock) -> AsyncIterator[Bot]:
    bot = Bot(tmp_path, feed, Place(), clock)
    yield bot
    await bot.stop()


async def heard_all(feed: Feed) -> None:
    await until(lambda: feed.taken == len(feed.events))


async def test_what_happens_in_quiet_hours_is_told_together_when_they_end(
    bot: Bot, feed: Feed, clock: Clock
) -> None:
    bot.begin(NIGHT)
    await bot.watches_from("0")
    feed.announce("first")
    feed.announce("second")
    await heard_all(feed)
    assert bot.told == []
    clock.pass_by(hours=8)
    await until(lambda: len(bot.told) == 1)
    headline, first, second = bot.told[0].split("\n\n")
    assert headline == "2 things have happened"
    assert first == "Announcement by grace\nfirst"
    assert second == "Announcement by grace\nsecond"
    await bot.watches_from("2")


async def test_one_thing_that_waited_is_told_as_itself(bot: Bot, feed: Feed, clock: Clock) -> None:
    bot.begin(NIGHT)
    await bot.watches_from("0")
    feed.announce("alone")
    await heard_all(feed)
    clock.pass_by(hours=8)
    await until(lambda: bot.told == ["Announcement by grace\nalone"])


async def test_a_restart_in_quiet_hours_neither_loses_nor_repeats(
    tmp_path: Path, feed: Feed, clock: Clock
) -> None:
    place = Place()
    for number in range(3):
        bot = Bot(tmp_path, feed, place, clock)
        bot.begin(NIGHT)
        await until(lambda: len(feed.cursors) == number + 1)  # noqa: B023 -- waited for within the loop
        feed.announce(f"note {number}")
        await heard_all(feed)
        await bot.stop()
    clock.pass_by(hours=8)
    bot = Bot(tmp_path, feed, place, clock)
    bot.begin(NIGHT)
    await until(lambda: bot.store.told("c1", "ada").cursor == "3")
    await bot.stop()
    everything = "\n".join(bot.told)
    assert [everything.count(f"note {number}") for number in range(3)] == [1, 1, 1]


@pytest.mark.parametrize(("questions", "begun"), [(1, "followup:Q1"), (2, SEVERAL), (0, SEVERAL)])
async def test_a_reply_to_a_digest_is_meant_for_its_one_question(
    bot: Bot, feed: Feed, clock: Clock, questions: int, begun: str
) -> None:
    bot.begin(NIGHT)
    await bot.watches_from("0")
    feed.announce("first")
    feed.announce("second")
    for number in range(1, questions + 1):
        feed.happen(EventKind.QUERY_ANSWERED, replace(QUERY, id=f"Q{number}"))
    await heard_all(feed)
    clock.pass_by(hours=8)
    await until(lambda: bot.store.on_reply("c1", "1") == begun)


async def test_what_reads_the_same_is_told_once(bot: Bot, feed: Feed, clock: Clock) -> None:
    bot.begin(NIGHT)
    await bot.watches_from("0")
    for _ in range(2):
        feed.happen(EventKind.QUERY_ANSWERED, QUERY)
    await heard_all(feed)
    clock.pass_by(hours=8)
    await bot.watches_from("2")
    assert [told.partition("\n")[0] for told in bot.told] == ["Your question Q1 was answered"]


async def test_a_reminder_overtakes_the_digest_and_is_not_told_again(
    tmp_path: Path, feed: Feed, clock: Clock
) -> None:
    place = Place()
    bot = Bot(tmp_path, feed, place, clock)
    bot.begin(EVENING)
    await bot.watches_from("0")
    feed.announce("waits")
    feed.happen(EventKind.DUE_SOON, ASSIGNMENT)
    await until(lambda: len(bot.told) == 1)
    assert bot.told[0].startswith("A1 is due within a day")
    await bot.stop()
    feed.taken = 0
    bot = Bot(tmp_path, feed, place, clock)
    bot.begin(EVENING)
    await heard_all(feed)
    clock.pass_by(hours=19)
    await bot.watches_from("2")
    assert bot.told[1:] == ["Announcement by grace\nwaits"]
    await bot.stop()


async def test_a_muted_topic_is_not_told_and_not_told_later(bot: Bot, feed: Feed) -> None:
    bot.begin(Settings(muted=("announcements",)))
    await bot.watches_from("0")
    feed.announce("not for me")
    await bot.watches_from("1")
    bot.begin(Settings())
    feed.announce("for me")
    await bot.watches_from("2")
    assert bot.told == ["Announcement by grace\nfor me"]


async def test_what_is_muted_while_something_waits_fills_no_memory(
    bot: Bot, feed: Feed, clock: Clock
) -> None:
    bot.begin(replace(NIGHT, muted=("announcements",)))
    await bot.watches_from("0")
    feed.happen(EventKind.DUE_SOON, ASSIGNMENT)
    for number in range(500):
        feed.announce(str(number))
    await heard_all(feed)
    assert bot.store.told("c1", "ada") == Told("0")
    clock.pass_by(hours=8)
    await bot.watches_from("501")
    assert len(bot.told) == 1


async def test_quiet_hours_that_are_switched_off_end_at_once(bot: Bot, feed: Feed) -> None:
    bot.begin(NIGHT)
    await bot.watches_from("0")
    feed.announce("now")
    await heard_all(feed)
    bot.begin(Settings())
    await until(lambda: bot.told == ["Announcement by grace\nnow"])


async def test_more_than_can_wait_is_told_before_its_time(
    bot: Bot, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_watch, "WAITING_MAX", 3)
    bot.begin(NIGHT)
    await bot.watches_from("0")
    for number in range(4):
        feed.announce(str(number))
    await until(lambda: len(bot.told) == 1)
    assert bot.told[0].startswith("4 things have happened")


async def test_an_opening_waits_for_the_digest_unless_it_is_due_within_a_day(
    bot: Bot, feed: Feed, clock: Clock
) -> None:
    bot.begin(EVENING)
    await bot.watches_from("0")
    far = replace(ASSIGNMENT, id="A1", everybodys_due=clock.now + timedelta(days=1, seconds=1))
    near = replace(ASSIGNMENT, id="A2", everybodys_due=clock.now + timedelta(days=1))
    feed.happen(EventKind.ASSIGNMENT_OPENED, far)
    feed.happen(EventKind.ASSIGNMENT_OPENED, near)
    await until(lambda: len(bot.told) == 1)
    assert bot.told[0].startswith("Assignment A2 is open")
    clock.pass_by(hours=19)
    await until(lambda: len(bot.told) == 2)
    assert bot.told[1].startswith("Assignment A1 is open")


async def test_a_digest_that_was_missed_is_told_at_once_and_as_one(
    tmp_path: Path, feed: Feed, clock: Clock
) -> None:
    place = Place()
    bot = Bot(tmp_path, feed, place, clock)
    bot.begin(EVENING)
    await bot.watches_from("0")
    for number in (1, 2):
        feed.happen(EventKind.QUERY_ANSWERED, replace(QUERY, id=f"Q{number}"), at=clock.now)
    await heard_all(feed)
    await bot.stop()
    feed.taken = 0
    clock.pass_by(hours=19, minutes=1)
    bot = Bot(tmp_path, feed, place, clock)
    bot.begin(EVENING)
    await heard_all(feed)
    assert bot.told == []
    clock.pass_by(seconds=5)
    await bot.watches_from("2")
    assert [told.partition("\n")[0] for told in bot.told] == ["2 things have happened"]
    await bot.stop()


async def test_an_extension_that_is_due_within_a_day_does_not_wait_for_the_digest(
    bot: Bot, feed: Feed, clock: Clock
) -> None:
    bot.begin(EVENING)
    await bot.watches_from("0")
    due = clock.now + timedelta(hours=12)
    feed.happen(EventKind.EXTENSION_GRANTED, Extension("X1", "A1", "ada", "Ada", due, "grace", clock.now))
    await until(lambda: len(bot.told) == 1)
    assert bot.told[0].startswith("Your due date for A1 has changed")


async def test_how_far_off_a_date_is_holds_when_it_is_read(bot: Bot, feed: Feed, clock: Clock) -> None:
    bot.begin(NIGHT)
    await bot.watches_from("0")
    due = clock.now + timedelta(hours=20)
    feed.happen(EventKind.DUE_SOON, replace(ASSIGNMENT, everybodys_due=due))
    await heard_all(feed)
    clock.pass_by(hours=8)
    await until(lambda: len(bot.told) == 1)
    assert "in 12 hours" in bot.told[0]


async def test_an_opening_waits_for_the_end_of_quiet_hours(bot: Bot, feed: Feed, clock: Clock) -> None:
    bot.begin(NIGHT)
    await bot.watches_from("0")
    feed.happen(EventKind.ASSIGNMENT_OPENED, replace(ASSIGNMENT, everybodys_due=clock.now))
    await heard_all(feed)
    assert bot.told == []
    clock.pass_by(hours=8)
    await until(lambda: len(bot.told) == 1)


async def test_who_mutes_assignments_is_told_of_no_opening(bot: Bot, feed: Feed) -> None:
    bot.begin(Settings(muted=("assignments",)))
    await bot.watches_from("0")
    feed.happen(EventKind.ASSIGNMENT_OPENED, ASSIGNMENT)
    feed.announce("heard")
    await bot.watches_from("2")
    assert bot.told == ["Announcement by grace\nheard"]
