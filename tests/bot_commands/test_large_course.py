"""A course with more people than one page holds: everybody in it can be reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.client.api import LmsClient
from bot.client.calls import base
from bot.core.command import BadValue
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


async def test_an_instructor_who_knows_a_name_alone_is_told_the_user_names_that_may_be_meant(
    classroom: SoloClassroom, chat: Callable[[str], Awaitable[Chat]]
) -> None:
    for number in range(STUDENTS):
        classroom.seat(
            f"s{number:02}", f"{'Mira' if number % 20 == 7 else 'Student'} Sen", "student", "correct"
        )
    grace = await chat("grace")
    student = next(arg for arg in grace.command("extend").args if arg.name == "student")
    assert student.check is not None
    with pytest.raises(BadValue, match=r"There is no student mira sen\. Did you mean s07, s27, s47\?"):
        await student.check(grace, student.parse("Mira  Sen"))


async def test_an_announcement_says_beforehand_to_how_many_it_goes(
    classroom: SoloClassroom, client: LmsClient, chat: Callable[[str], Awaitable[Chat]]
) -> None:
    for number in range(STUDENTS):
        classroom.seat(f"s{number:02}", f"Student {number}", "student", "correct horse")
    grace, root = await chat("grace"), await chat("root")
    await client.set_disabled(root.token, "keep-out-s00", "s00", True)
    card = await grace.card("announce", text="No class on Friday.")
    # Another instructor is told too; neither its author, nor who is disabled, nor an administrator.
    assert f"It goes to {STUDENTS + 3} people (students: {STUDENTS + 2})" in card.text.plain


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


async def test_a_gradebook_before_the_first_assignment_says_so_and_lists_nobody(
    chat: Callable[[str], Awaitable[Chat]],
) -> None:
    grace = await chat("grace")
    shown = await grace.run("gradebook")
    assert (shown.text.plain, shown.files) == ("There are no assignments yet.", ())
