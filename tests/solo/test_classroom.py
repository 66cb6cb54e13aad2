"""What a classroom in one process lets a test hold in its hands: people, the clock, the tutor."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.client.api import Answer, EventKind, LmsError, Recipient
from lms_cluster.tutor_link import TutorAway
from protos.tutor_pb2 import Passage
from tests.solo.classroom import SoloClassroom, seated
from tests.world import sign_in

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


async def test_two_classrooms_know_nothing_of_each_other() -> None:
    async with seated() as one, seated() as other:
        grace = await sign_in(one.client, "grace")
        await one.client.announce(grace, "announcement", "Only here.")
        assert not (await other.client.announcements(await sign_in(other.client, "ada"))).items
        with pytest.raises(LmsError):
            await other.client.account(grace)


async def test_what_happens_happens_at_the_time_of_the_clock() -> None:
    now = NOON
    async with seated(lambda: now) as classroom:
        grace = await sign_in(classroom.client, "grace")
        for _ in range(2):
            said = await classroom.client.announce(grace, f"announced {now:%H:%M}", "It is late.")
            assert said.item.announced_at == now
            now += timedelta(hours=1)


async def test_nobody_is_seated_before_an_administrator() -> None:
    async with SoloClassroom() as classroom:
        with pytest.raises(ValueError, match="administrator"):
            classroom.seat("ada", "Ada", "student", "correct horse ada")


async def test_a_question_waits_for_a_tutor_that_is_away_and_its_asker_is_told_of_the_delay() -> None:
    now = NOON
    async with seated(lambda: now) as classroom:
        ada = await sign_in(classroom.client, "ada")
        events = classroom.client.watch(ada, "")
        await anext(events)
        asked = await classroom.client.ask(ada, "question", "Why do clocks drift?", Recipient.TUTOR)
        now += timedelta(minutes=5)
        assert (await anext(events)).kind is EventKind.TUTOR_DELAYED
        classroom.set_tutor(_brief)
        assert (await anext(events)).kind is EventKind.QUERY_ANSWERED
        (answer,) = (await classroom.client.query(ada, asked.item.id)).answers
        assert (answer.text, answer.by_tutor) == ("Because.", True)


async def test_a_tutor_that_was_busy_adds_nothing_to_what_an_instructor_has_answered() -> None:
    tries: Counter[str] = Counter()
    tried = asyncio.Event()

    def busy(question: str, passages: Sequence[Passage]) -> Answer:
        """Answers the second question when it is asked for the third time, and the first one never."""
        tries[question] += 1
        tried.set()
        if question == "Who sets them?" and tries[question] == 3:
            return _brief(question, passages)
        raise TutorAway("busy")

    async with seated(lambda: NOON, busy) as classroom:
        client = classroom.client
        ada, grace = await sign_in(client, "ada"), await sign_in(client, "grace")
        first = await client.ask(ada, "question-1", "Why do clocks drift?", Recipient.TUTOR)
        await tried.wait()
        await client.answer(grace, "answer-1", first.item.id, "They are warm.")
        before = tries["Why do clocks drift?"]
        events = client.watch(ada, "")
        await anext(events)
        await client.ask(ada, "question-2", "Who sets them?", Recipient.TUTOR)
        while (await anext(events)).kind is not EventKind.QUERY_ANSWERED or tries["Who sets them?"] < 3:
            pass
        assert tries["Why do clocks drift?"] <= before + 1, "one try may have been under way"


def _brief(question: str, passages: Sequence[Passage]) -> Answer:
    return Answer("Because.", "", True, (), "brief", False, False)
