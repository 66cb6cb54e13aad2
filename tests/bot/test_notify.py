"""People are told what happened: each event once, over restarts and failovers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from bot import chat_watch
from bot.awaited import AwaitedAnswers
from bot.client.api import (
    Announcement,
    Answer,
    Assignment,
    Event,
    EventKind,
    FollowUp,
    Grade,
    Item,
    LmsClient,
    LmsError,
    Material,
    Query,
    QueryState,
    Recipient,
    Submission,
)
from bot.client.api.coursework import NO_RULES
from bot.commands.dates import Calendar
from bot.core.chat import Chat, Session
from bot.core.model import Reply, Role
from bot.notices import notice
from bot.notify import Notifier
from bot.store import BotStore, Told
from tests.bot.place import Place, as_shown

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CALENDAR = Calendar(lambda: NOW, ZoneInfo("UTC"))
ASSIGNMENT = Assignment("A1", "Elections", "", 20, NOW + timedelta(days=7), 0, NO_RULES, None)
ADA = Session("token of ada", "ada", Role.STUDENT)


@dataclass
class Feed:
    """A cluster that only has news. A cursor is the number of events before it."""

    events: list[Event] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    """Where each watch began."""
    taken: int = 0
    """How many events the newest watch has done with."""
    fault: LmsError | None = None
    """Breaks every watch where it stands, until it is taken away."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def announce(self, text: str) -> None:
        item = Announcement(f"N{len(self.events) + 1}", text, "grace", NOW)
        self.happen(EventKind.ANNOUNCEMENT, item)

    def happen(self, kind: EventKind, item: Item, at: datetime | None = None) -> None:
        self.events.append(Event(str(len(self.events) + 1), kind, item, at))
        self._changed.set()

    def break_with(self, fault: LmsError | None) -> None:
        self.fault = fault
        self._changed.set()

    async def is_watched_again(self) -> None:
        watches = len(self.cursors)
        await until(lambda: len(self.cursors) > watches)

    async def watch(self, token: str, cursor: str) -> AsyncIterator[Event]:
        self.cursors.append(cursor)
        if cursor == "foreign":
            raise LmsError("INVALID_ARGUMENT", "INVALID_FIELD", "no such cursor")
        at = int(cursor) if cursor else len(self.events)
        yield Event(str(at), None, None)
        while True:
            if self.fault is not None:
                raise self.fault
            while at < len(self.events):
                at += 1
                yield self.events[at - 1]
                self.taken = at
            self._changed.clear()
            await self._changed.wait()


class Bot:
    """A bot that does nothing but tell."""

    def __init__(self, folder: Path, feed: Feed, place: Place) -> None:
        self.place = place
        self.store = BotStore(folder / "bot.db", place.name)
        self.notifier = Notifier(cast(LmsClient, feed), place, self.store, AwaitedAnswers(), CALENDAR)

    @property
    def told(self) -> list[str]:
        return [reply.text.plain.rpartition("\n")[2] for _, reply in self.place.said]

    async def is_not_watched(self) -> None:
        await until(lambda: all(task.done() for task in self.notifier._watches.values()))

    async def has_told_all_of(self, feed: Feed) -> None:
        await until(lambda: self.store.told("c1", "ada").cursor == str(len(feed.events)))

    async def stop(self) -> None:
        await self.notifier.stop()
        self.store.close()


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        await asyncio.sleep(0.001)


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_watch, "PAUSE_SECONDS_MIN", 0.001)
    monkeypatch.setattr(chat_watch, "PAUSE_SECONDS_MAX", 0.001)


@pytest.fixture
async def bot(tmp_path: Path, feed: Feed) -> AsyncIterator[Bot]:
    bot = Bot(tmp_path, feed, Place())
    yield bot
    await bot.stop()


async def test_whoever_signs_in_is_told_what_happens_from_then_on(bot: Bot, feed: Feed) -> None:
    feed.announce("before")
    bot.notifier.session_changed("c1", ADA)
    await until(lambda: bot.store.told("c1", "ada").cursor == "1")
    feed.announce("after")
    await until(lambda: bot.told == ["after"])


async def test_what_happens_between_the_sign_in_and_the_first_watch_is_told(bot: Bot, feed: Feed) -> None:
    session = replace(ADA, since="0")
    bot.notifier.session_changed("c1", session)
    bot.notifier.session_changed("c1", ADA)
    feed.announce("meanwhile")
    await until(lambda: bot.told == ["meanwhile"])


async def test_whoever_signs_out_is_told_nothing_more(bot: Bot, feed: Feed) -> None:
    bot.notifier.session_changed("c1", ADA)
    bot.notifier.session_changed("c2", ADA)
    await until(lambda: bot.store.told("c1", "ada").cursor == bot.store.told("c2", "ada").cursor == "0")
    bot.notifier.session_changed("c1", None)
    feed.announce("news")
    await until(lambda: bot.store.told("c2", "ada").cursor == "1")
    assert [chat for chat, _ in bot.place.said] == ["c2"]


async def test_in_a_terminal_only_those_who_speak_there_are_told(bot: Bot, feed: Feed) -> None:
    for chat in ("c1", "c2"):
        bot.store.save(chat, Chat(session=ADA))
        bot.store.remember_told(chat, "ada", Told("0"))
    feed.announce("news")
    for _ in range(2):
        bot.notifier.attend("c1")
        bot.notifier.attend("nobody signed in")
    await until(lambda: bot.told == ["news"])
    assert [chat for chat, _ in bot.place.said] == ["c1"]
    assert bot.store.told("c2", "ada").cursor == "0"
    assert len(feed.cursors) == 1


async def test_a_restarted_bot_goes_on_where_it_stopped(tmp_path: Path, feed: Feed) -> None:
    place = Place()
    for number in range(5):
        bot = Bot(tmp_path, feed, place)
        bot.store.save("c1", Chat(session=ADA))
        bot.notifier.start()
        await bot.has_told_all_of(feed)
        feed.announce(f"while it runs {number}")
        await bot.has_told_all_of(feed)
        await bot.stop()
        feed.announce(f"while it is down {number}")
    expected = [f"{when} {number}" for number in range(5) for when in ("while it runs", "while it is down")]
    assert bot.told == expected[:-1]


async def test_a_watch_that_breaks_goes_on_with_each_event_once(bot: Bot, feed: Feed) -> None:
    bot.notifier.session_changed("c1", ADA)
    await until(lambda: bot.store.told("c1", "ada").cursor == "0")
    for number in range(10):
        feed.break_with(LmsError("UNAVAILABLE", "NO_QUORUM", ""))
        feed.announce(str(number))
        await feed.is_watched_again()
        feed.break_with(None)
    await until(lambda: len(bot.told) == 10)
    assert bot.told == [str(number) for number in range(10)]


async def test_a_bot_stopped_in_the_middle_of_a_notice_finishes_it(
    bot: Bot, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending, go_on = asyncio.Event(), asyncio.Event()

    async def slow(chat: str, reply: Reply) -> str:
        sending.set()
        await go_on.wait()
        bot.place.said.append((chat, reply))
        return ""

    monkeypatch.setattr(bot.place, "send", slow)
    bot.notifier.session_changed("c1", ADA)
    await until(lambda: bot.store.told("c1", "ada").cursor == "0")
    feed.announce("news")
    await sending.wait()
    stopping = asyncio.create_task(bot.notifier.stop())
    await until(lambda: not bot.notifier._watches)
    go_on.set()
    await stopping
    assert bot.told == ["news"]
    assert bot.store.told("c1", "ada").cursor == "1"


async def test_a_notice_that_could_not_be_sent_is_sent_later(
    bot: Bot, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = bot.place.send
    faults = [OSError("no network"), OSError("no network")]

    async def faulty(chat: str, reply: Reply) -> tuple[str, ...]:
        if faults:
            raise faults.pop()
        return await send(chat, reply)

    monkeypatch.setattr(bot.place, "send", faulty)
    bot.notifier.session_changed("c1", ADA)
    await until(lambda: bot.store.told("c1", "ada").cursor == "0")
    feed.announce("news")
    await until(lambda: bot.told == ["news"])


@pytest.mark.parametrize("gone", [True, False])
async def test_a_chat_that_is_over_is_not_watched_any_more(bot: Bot, feed: Feed, gone: bool) -> None:
    bot.notifier.session_changed("c1", ADA)
    bot.notifier.session_changed("c2", ADA)
    await until(lambda: bot.store.told("c1", "ada").cursor == "0" == bot.store.told("c2", "ada").cursor)
    bot.place.gone = gone
    if gone:
        feed.announce("nobody reads this")
    else:
        feed.break_with(LmsError("UNAUTHENTICATED", "SESSION_ENDED", ""))
    await bot.is_not_watched()
    assert feed.cursors == ["", ""]


async def test_whoever_left_and_speaks_again_is_told_what_happened(bot: Bot, feed: Feed) -> None:
    bot.store.save("c1", Chat(session=ADA))
    bot.notifier.start()
    await until(lambda: bot.store.told("c1", "ada").cursor == "0")
    bot.place.gone = True
    feed.announce("meanwhile")
    await bot.is_not_watched()
    bot.place.gone = False
    bot.notifier.attend("c1")
    await until(lambda: bot.told == ["meanwhile"])


async def test_a_cursor_that_the_cluster_does_not_know_begins_anew(bot: Bot, feed: Feed) -> None:
    bot.store.remember_told("c1", "ada", Told("foreign"))
    bot.notifier.session_changed("c1", ADA)
    await until(lambda: bot.store.told("c1", "ada").cursor == "0")
    assert feed.cursors == ["foreign", ""]


QUERY = Query("Q1", "Why?", Recipient.INSTRUCTOR, QueryState.PENDING, "Blue Heron", (), NOW)
ANSWER = Answer("Because.", "grace", False, (), "", False, False)
ANSWER_LATER = replace(ANSWER, text="And then.")
OF_TUTOR = Answer("Of old.", "", True, (), "small", False, False)


@pytest.mark.parametrize(
    ("kind", "item", "shown"),
    [
        (
            EventKind.MATERIAL_PUBLISHED,
            Material("M1", "Raft", "consensus", None, "", NOW),
            "🔔 New material M1 Raft [Open M1]",
        ),
        (
            EventKind.ASSIGNMENT_PUBLISHED,
            ASSIGNMENT,
            "🔔 New assignment A1 Elections, 20 points Due in 7 days (Sun 8 Nov 2026 00:00 UTC) [Open A1]",
        ),
        (
            EventKind.ASSIGNMENT_OPENED,
            ASSIGNMENT,
            "🔔 Assignment A1 is open Elections, 20 points "
            "Due in 7 days (Sun 8 Nov 2026 00:00 UTC) [Open A1]",
        ),
        (
            EventKind.GRADE_RELEASED,
            Grade("S1", "A1", "Elections", "ada", "Ada", 18, 20, "Good.", 1, True, "grace", NOW),
            "🔔 Elections was graded: 18 of 20 Good. [Grades]",
        ),
        (EventKind.QUERY_ASKED, QUERY, "🔔 Blue Heron asks Q1 Why? [Answer]"),
        (
            EventKind.TUTOR_OFF,
            QUERY,
            "🔔 The tutor was turned off before it answered Q1 It is kept, in case the tutor is turned on "
            "again. An instructor can be asked meanwhile. [Ask the instructor]",
        ),
        (
            EventKind.QUERY_ANSWERED,
            Query("Q1", "Why?", Recipient.INSTRUCTOR, QueryState.ANSWERED, "Blue Heron", (ANSWER,), NOW),
            "🔔 Your question Q1 was answered Because. [Open Q1]",
        ),
        (
            EventKind.QUERY_FOLLOWED_UP,
            replace(QUERY, follow_ups=(FollowUp("And why not?", 0, NOW),)),
            "🔔 Blue Heron asks more about Q1 And why not? [Open Q1]",
        ),
        (
            EventKind.QUERY_FOLLOWED_UP,
            replace(QUERY, follow_ups=(FollowUp("", 0, NOW),)),
            "🔔 Blue Heron wants an instructor for Q1 Why? [Open Q1]",
        ),
        (
            EventKind.ANSWER_DOUBTED,
            QUERY,
            "🔔 The tutor's answer to Q1 is said to be wrong Why? [Open Q1]",
        ),
        (
            EventKind.ANSWER_REVIEWED,
            replace(QUERY, answers=(OF_TUTOR, replace(ANSWER, correction=True), ANSWER_LATER)),
            "🔔 Your question Q1 was reviewed by an instructor Because. [Open Q1]",
        ),
        (
            EventKind.ANSWER_REVIEWED,
            replace(QUERY, answers=(OF_TUTOR, ANSWER_LATER)),
            "🔔 Your question Q1 was reviewed by an instructor Of old. [Open Q1]",
        ),
        (
            EventKind.ANNOUNCEMENT,
            Announcement("N1", "No lecture.", "grace", NOW),
            "🔔 Announcement by grace No lecture.",
        ),
        (
            EventKind.SUBMISSION_RECEIVED,
            Submission("S1", "A1", "ada", "Ada", "", (), 2, True, NOW, False, "", 0, 0, (), 0),
            "🔔 Ada handed in S1 A1, attempt 2, late [Grade]",
        ),
        (
            EventKind.TUTOR_DELAYED,
            QUERY,
            "🔔 The tutor cannot be reached for Q1 It is kept and will be answered. "
            "An instructor can be asked meanwhile. [Ask the instructor]",
        ),
    ],
)
def test_each_kind_of_event_has_its_words(kind: EventKind, item: Item, shown: str) -> None:
    told = notice(Event("1", kind, item), CALENDAR)
    assert told is not None
    assert as_shown([told]) == [shown]


@pytest.mark.parametrize(
    ("kind", "begun"),
    [
        (EventKind.QUERY_ASKED, "answer:Q1"),
        (EventKind.QUERY_FOLLOWED_UP, "answer:Q1"),
        (EventKind.ANSWER_DOUBTED, "answer:Q1"),
        (EventKind.QUERY_ANSWERED, "followup:Q1"),
        (EventKind.ANSWER_REVIEWED, "followup:Q1"),
        (EventKind.TUTOR_DELAYED, ""),
    ],
)
def test_a_notice_says_what_a_reply_to_it_begins(kind: EventKind, begun: str) -> None:
    told = notice(Event("1", kind, QUERY), CALENDAR)
    assert told is not None
    assert told.on_reply == begun


async def test_a_reply_to_a_notice_is_known_by_its_message(bot: Bot, feed: Feed) -> None:
    bot.notifier.session_changed("c1", ADA)
    await until(lambda: bool(feed.cursors))
    feed.happen(EventKind.QUERY_ASKED, QUERY)
    await until(lambda: bot.store.on_reply("c1", "1") == "answer:Q1")


@pytest.mark.parametrize(
    "since", [replace(ASSIGNMENT, submissions=1), replace(ASSIGNMENT, everybodys_due=NOW)]
)
def test_nobody_is_reminded_of_what_is_handed_in_or_past_by_now(since: Assignment) -> None:
    assert notice(Event("1", EventKind.DUE_SOON, since), CALENDAR) is None


def test_a_bare_cursor_tells_nothing() -> None:
    assert notice(Event("1", None, None), CALENDAR) is None
