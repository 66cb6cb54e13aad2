"""Two graders, one grade."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.client.api import Grade, LmsClient, LmsError, Page
from bot.commands.marks import Marks
from tests.bot_commands.chat import Chat, labels
from tests.bot_commands.conftest import Clock

Chats = Callable[[str], Awaitable[Chat]]


@pytest.fixture
async def graders(chat: Chats, clock: Clock) -> tuple[Chat, Chat]:
    grace, alan, ada = await chat("grace"), await chat("alan"), await chat("ada")
    await grace.run("newassignment", title="Clocks", points=10, due=clock() + timedelta(days=1))
    await ada.run("submit", assignment="A1", text="Ticks.")
    return grace, alan


async def conflict(grader: Chat, **values: object) -> str:
    with pytest.raises(LmsError) as caught:
        await grader.run("grade", submission="S1", **values)
    # Named as the fault of one argument, so that only that is asked for again.
    assert caught.value.code == "INVALID_ARGUMENT"
    return caught.value.violations["replaces"]


async def test_the_same_act_repeated_is_the_same_success(
    graders: tuple[Chat, Chat], client: LmsClient
) -> None:
    grace, _ = graders
    first = await grace.run("grade", submission="S1", points=Marks(5))
    assert await grace.run_again("grade", submission="S1", points=Marks(5)) == first
    assert (await client.grade(grace.token, "S1")).version == 1


async def test_a_saved_grade_is_never_called_unsaved_because_drafts_cannot_be_counted(
    graders: tuple[Chat, Chat], client: LmsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_quorum(token: str, assignment_id: str = "", page: str = "") -> Page[Grade]:
        raise LmsError("UNAVAILABLE", "NO_QUORUM", "Electing a leader.")

    grace, _ = graders
    monkeypatch.setattr(client, "grades", no_quorum)
    reply = await grace.run("grade", submission="S1", points=Marks(5))
    assert "Saved on the cluster" in reply.text.plain
    assert labels(reply)[0] == "Release it to Ada"


async def test_a_grade_is_replaced_only_knowingly(graders: tuple[Chat, Chat]) -> None:
    grace, alan = graders
    await grace.run("grade", submission="S1", points=Marks(5))
    assert "5 / 10" in await conflict(alan, points=Marks(7))
    (replaces,) = [arg for arg in alan.command("grade").args if arg.name == "replaces"]
    assert replaces.choices is not None
    (choice,) = await replaces.choices(alan, {"submission": "S1"})
    assert "5 / 10" in choice.label
    reply = await alan.run("grade", submission="S1", points=Marks(7), replaces=replaces.parse(choice.value))
    assert "7 / 10" in reply.text.plain


async def test_a_grade_that_changed_since_it_was_looked_at_is_not_replaced(
    graders: tuple[Chat, Chat],
) -> None:
    grace, alan = graders
    await grace.run("grade", submission="S1", points=Marks(5))
    await grace.run("grade", submission="S1", points=Marks(8), replaces=1)
    assert "8 / 10" in await conflict(alan, points=Marks(7), replaces=1)


async def test_only_drafts_are_counted_and_released(graders: tuple[Chat, Chat]) -> None:
    grace, _ = graders
    await grace.run("grade", submission="S1", points=Marks(5))
    assert "1 draft grade of A1" in (await grace.run("pending")).text.plain
    assert "Released 1 grade of A1" in (await grace.run("release", item="A1")).text.plain
    assert "draft" not in (await grace.run("pending")).text.plain


async def test_drafts_are_told_of_in_the_order_of_their_assignments(
    graders: tuple[Chat, Chat], chat: Chats, clock: Clock
) -> None:
    grace, _ = graders
    ada = await chat("ada")
    for number in range(2, 11):
        await grace.run("newassignment", title="Clocks", points=10, due=clock() + timedelta(days=1))
        await ada.run("submit", assignment=f"A{number}", text="Ticks.")
    for submission in ("S10", "S2"):
        await grace.run("grade", submission=submission, points=Marks(5))
    releases = [label for label in labels(await grace.run("pending")) if label.startswith("Release")]
    assert releases == ["Release 1 grade of A2", "Release 1 grade of A10"]


async def test_a_draft_of_an_earlier_attempt_does_not_wait_once_a_later_one_is_graded(
    graders: tuple[Chat, Chat], chat: Chats
) -> None:
    grace, _ = graders
    await grace.run("grade", submission="S1", points=Marks(5))
    await (await chat("ada")).run("submit", assignment="A1", text="Tocks.")
    assert "1 draft grade of A1" in (await grace.run("pending")).text.plain
    await grace.run("grade", submission="S2", points=Marks(7))
    assert "Release 1 grade of A1" in (await grace.card("release", item="A1")).text.plain
    assert "Released 1 grade of A1" in (await grace.run("release", item="A1")).text.plain
    assert "draft" not in (await grace.run("pending")).text.plain
