"""A course with more people than one page holds: everybody in it can be reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.client.api import LmsClient
from bot.client.calls import base
from tests.bot_commands.chat import Chat, labels
from tests.bot_commands.conftest import Clock
from tests.solo.classroom import SoloClassroom

STUDENTS = 60
ATTEMPTS = 60


async def test_a_student_beyond_the_first_page_can_be_given_an_extension(
    classroom: SoloClassroom, chat: Callable[[str], Awaitable[Chat]], clock: Clock
) -> None:
    for number in range(STUDENTS):
        classroom.seat(f"student-{number:02}", f"Student {number:02}", "student", "correct horse")
    grace = await chat("grace")
    due = clock() + timedelta(days=7)
    set_ = await grace.run("newassignment", title="Clocks", points=10, due=due)
    assignment = set_.buttons[0][0].data.split(":")[1]
    last = f"student-{STUDENTS - 1:02}"
    card = await grace.card("extend", assignment=assignment, student=last, due=due + timedelta(days=1))
    assert "Student 59" in card.text.plain


async def test_the_newest_of_very_many_submissions_are_listed_first(
    client: LmsClient,
    chat: Callable[[str], Awaitable[Chat]],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "PAGE_SIZE", 1)
    grace, ada = await chat("grace"), await chat("ada")
    due = clock() + timedelta(days=7)
    await grace.run("newassignment", title="Clocks", points=10, due=due)
    for number in range(ATTEMPTS):
        clock.pass_by(timedelta(seconds=1))
        await client.submit(ada.token, f"attempt-{number:04}", "A1", "Ticks.", ())
    listed = await grace.run("submissions")
    assert f"{ATTEMPTS} submissions" in listed.text.plain
    assert labels(listed)[0] == f"Open S{ATTEMPTS}"
