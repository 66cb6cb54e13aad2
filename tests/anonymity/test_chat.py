"""What instructors, classmates and administrators read in their chats is the same whoever asked, and no log
says who did."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.awaited import AwaitedAnswers
from bot.commands import Calendar, build_registry
from bot.core.engine import Engine
from bot.core.model import Incoming, Reply
from bot.core.text.notices import NOTICE_MARK
from bot.notify import Notifier
from bot.store import BotStore
from tests.bot.place import Place
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.solo.classroom import seated
from tests.world import PEOPLE

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
ASKERS = ("ada", "linus")
OBSERVERS = ("grace", "alan", "edsger", "root")
THE_END = "That is all."
TRIED = (
    *("/questions", "/questions Q1", "/questions Q2", "/questions Q3"),
    *("/faq", "/faq Q2", "/faq Q3", "/faq quorum more than half", "/inbox"),
    *("/followup Q1 Mine?", "/rate Q1 wrong", "/resolve Q2", "/endorse Q1", "/correct Q1 No."),
    *("/progress", "/users", "/audit", "/reveal Q1", "/cancel", "/status", "/help"),
    *("/ask instructor Why more than half a quorum?", "/cancel"),
)


class Conversations:
    """Everybody's chat with one bot; a chat has its person's name."""

    def __init__(self, place: Place, engine: Engine) -> None:
        self.place = place
        self._engine = engine
        self._numbers = count(1)

    async def say(self, speaker: str, line: str, to: str = "") -> None:
        """A line, or a reply to the newest message with `to` in it."""
        number, replied = str(next(self._numbers)), self._message(speaker, to)
        await self._engine.handle(Incoming("place", speaker, number, text=line, reply_to=replied))

    async def hears(self, speaker: str, words: str) -> None:
        deadline = time.monotonic() + 20
        while not any(words in said.text.plain for said in self.told(speaker)):
            assert time.monotonic() < deadline, f"{speaker} never heard {words}"
            await asyncio.sleep(0.01)

    def told(self, speaker: str) -> list[Reply]:
        return [reply for chat, reply in self.place.said if chat == speaker]

    def read(self, speaker: str) -> tuple[list[object], list[object]]:
        """Replies and notices, each in their order, with all that stands behind their buttons."""
        shown: tuple[list[object], list[object]] = ([], [])
        for reply in self.told(speaker):
            is_notice = reply.text.plain.startswith(NOTICE_MARK)
            shown[is_notice].append((reply.text, reply.buttons, reply.on_reply, reply.saved, reply.refused))
        return shown

    def _message(self, speaker: str, words: str) -> str:
        if not words:
            return ""
        numbered = list(enumerate(self.place.said, start=1))
        return next(
            str(number)
            for number, (chat, reply) in reversed(numbered)
            if chat == speaker and words in reply.text.plain
        )


@asynccontextmanager
async def conversations(folder: Path) -> AsyncIterator[Conversations]:
    async with seated(lambda: NOW, quoting_tutor) as classroom:
        place, awaited = Place(), AwaitedAnswers()
        calendar = Calendar(lambda: NOW, ZoneInfo("UTC"))
        store = BotStore(folder / "bot.db", place.name)
        notifier = Notifier(classroom.client, place, store, awaited, calendar)
        registry = build_registry(classroom.client, calendar, awaited)
        engine = Engine(place, registry, store, NOW.timestamp, notifier.session_changed)
        try:
            yield Conversations(place, engine)
        finally:
            await notifier.stop()
            store.close()


async def a_day(everybody: Conversations, askers: Sequence[str]) -> None:
    """`askers`: whose the first, the second and the third thread are."""
    one, two, three = askers
    for username, person in PEOPLE.items():
        await everybody.say(username, f"/login {username}")
        await everybody.say(username, person.password)
    await everybody.say(one, "/ask tutor How long do whales sleep in winter?")
    await everybody.say(two, "/ask instructor Why must a quorum be more than half?")
    await everybody.say(three, "/ask anon instructor May I hand in late?")
    await everybody.hears("grace", "asks Q3")
    await everybody.say(one, "/rate Q1 wrong")
    await everybody.say(one, '/followup Q1 ""')
    await everybody.hears("grace", "wants an instructor for Q1")
    await everybody.say("grace", "/inbox")
    await everybody.say("grace", "So that any two overlap.", to="asks Q2")
    await everybody.hears(two, "Q2 was answered")
    await everybody.say(two, "Overlap in what?", to="Q2 was answered")
    await everybody.hears("alan", "asks more about Q2")
    await everybody.say("alan", "In a member.", to="asks more about Q2")
    await everybody.say("alan", "/publish Q2")
    await everybody.say("grace", "/answer Q3 One day.")
    await everybody.say("grace", "/publish Q3")
    await everybody.say(two, "/resolve Q2")
    for username in OBSERVERS:
        for line in TRIED:
            await everybody.say(username, line)
    await everybody.say("grace", f"/announce {THE_END}")
    await everybody.say("grace", "yes")
    await everybody.say("alan", f"/announce {THE_END}")
    await everybody.say("alan", "yes")
    for username, author in (("alan", "Grace"), ("grace", "Alan"), ("edsger", "Alan")):
        await everybody.hears(username, f"Announcement by {author}")


async def everything_read(folder: Path, askers: Sequence[str]) -> dict[str, object]:
    async with conversations(folder) as everybody:
        await a_day(everybody, askers)
        return {username: everybody.read(username) for username in OBSERVERS}


async def test_the_chats_of_others_are_the_same_whoever_asked(tmp_path: Path) -> None:
    read = []
    for number, askers in enumerate(
        (("ada", "linus", "ada"), ("linus", "ada", "ada"), ("ada", "ada", "ada"))
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        read.append(await everything_read(folder, askers))
    for other in read[1:]:
        for username in OBSERVERS:
            assert other[username] == read[0][username], username


async def test_no_log_ties_a_question_to_a_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Who runs the bot or a node reads of sign-ins, and of questions, and of no name beside a question."""
    caplog.set_level(logging.INFO)
    async with conversations(tmp_path) as everybody:
        await a_day(everybody, ("ada", "linus", "ada"))
    captured = capfd.readouterr()
    lines = [record.getMessage() for record in caplog.records]
    lines += (captured.out + captured.err).splitlines()
    assert any("/ask" in line for line in lines)
    assert any("Q1" in line for line in lines)
    for line in lines:
        named = any(username in line for username in ASKERS)
        about = any(words in line for words in ("/ask", "/followup", "/rate", "/resolve", "Q1", "Q2", "Q3"))
        assert not (named and about), line
