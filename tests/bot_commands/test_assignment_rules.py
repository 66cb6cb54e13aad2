"""What an instructor types for the rules of an assignment, and how a student meets them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.client.api import LatePolicy, LmsClient, LmsError, RubricLine
from bot.commands import assignment_rules
from bot.core.command import BadValue
from bot.core.model import FileRef
from tests.bot_commands.chat import Chat, labels
from tests.bot_commands.conftest import Clock

Chats = Callable[[str], Awaitable[Chat]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def assign(chat: Chats, due: datetime, **values: Any) -> str:
    reply = await (await chat("grace")).run("newassignment", title="Clocks", points=10, due=due, **values)
    return reply.buttons[0][0].data.split(":")[1]


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("10%/day", LatePolicy(10, DAY)),
        ("5/hour", LatePolicy(5, HOUR)),
        ("100 % / week", LatePolicy(100, 7 * DAY)),
        ("10%/12h", LatePolicy(10, 12 * HOUR)),
        ("10%/36", LatePolicy(10, 36 * HOUR)),
    ],
)
def test_a_late_policy_is_read(words: str, policy: LatePolicy) -> None:
    assert assignment_rules.late(words) == policy


@pytest.mark.parametrize(
    "words", ["", "10%", "0%/day", "101%/day", "10%/month", "10%/0h", "10%/9999", "-1/day"]
)
def test_what_is_no_late_policy_is_refused(words: str) -> None:
    with pytest.raises(BadValue):
        assignment_rules.late(words)


def test_a_rubric_is_read() -> None:
    expected = (RubricLine("clear writing", 8), RubricLine("proof", 12))
    assert assignment_rules.rubric(" clear  writing: 8, proof:12") == expected


@pytest.mark.parametrize(
    "words",
    ["", "proof", "proof:", ":3", "proof:0", "a:1,a:2", "Proof:1,proof:2", "a:b:1", "a:1,,b:2", "a:1001"],
)
def test_what_is_no_rubric_is_refused(words: str) -> None:
    with pytest.raises(BadValue):
        assignment_rules.rubric(words)


@pytest.mark.parametrize(("word", "percent"), [("40%", 40), ("0", 0), ("100 %", 100)])
def test_a_share_is_read(word: str, percent: int) -> None:
    assert assignment_rules.percent(word) == percent
    with pytest.raises(BadValue):
        assignment_rules.percent("101%")


async def test_the_card_says_what_lateness_would_cost_by_now(chat: Chats, clock: Clock) -> None:
    assignment = await assign(chat, clock() + HOUR, late=LatePolicy(15, DAY))
    ada = await chat("ada")
    card = (await ada.card("submit", assignment=assignment, text="Ticks.")).text.plain
    assert "points off" not in card
    clock.pass_by(DAY + 2 * HOUR)
    card = (await ada.card("submit", assignment=assignment, text="Ticks.")).text.plain
    assert "LATE: it was due 25 hours ago" in card
    assert "2 days late, at 15 % a day: up to 3 of 10 points off (30 %)" in card
    receipt = (await ada.run("submit", assignment=assignment, text="Ticks.")).text.plain
    assert "Lateness takes up to 30 % of the points" in receipt
    assert "handed in LATE, attempt 1" in (await ada.run("assignments", assignment=assignment)).text.plain


@pytest.mark.parametrize(
    ("policy", "late_by", "said"),
    [
        (LatePolicy(5, HOUR), 2 * HOUR, "2 hours late, at 5 % an hour: up to 10 % of the points off"),
        (LatePolicy(20, 7 * DAY), DAY, "1 week late, at 20 % a week: up to 20 % of the points off"),
        (
            LatePolicy(10, 12 * HOUR),
            DAY,
            "24 hours late, at 10 % for each 12 hours: up to 20 % of the points off",
        ),
        (LatePolicy(10, DAY), 30 * DAY, "Lateness takes up to 100 % of the points"),
    ],
)
async def test_whoever_grades_late_work_sees_how_late_it_is_and_at_what_rate(
    chat: Chats, clock: Clock, policy: LatePolicy, late_by: timedelta, said: str
) -> None:
    assignment = await assign(chat, clock() + HOUR, late=policy)
    clock.pass_by(HOUR + late_by)
    await (await chat("ada")).run("submit", assignment=assignment, text="Ticks.")
    assert said in (await (await chat("grace")).run("submissions", submission="S1")).text.plain


@pytest.mark.parametrize(
    ("cutoff", "policy", "said"),
    [
        (None, None, "Late work is taken, without deduction"),
        (DAY, None, "Late work is taken until Wed 4 Nov 2026 14:00 CET (in 25 hours), without deduction"),
        (
            DAY,
            LatePolicy(10, DAY),
            "Late work is taken until Wed 4 Nov 2026 14:00 CET (in 25 hours)\nLateness",
        ),
        (timedelta(), None, "Late work is not taken"),
    ],
)
async def test_what_becomes_of_late_work_is_said_in_every_case(
    chat: Chats, clock: Clock, cutoff: timedelta | None, policy: LatePolicy | None, said: str
) -> None:
    due = clock() + HOUR
    closes = None if cutoff is None else due + cutoff
    assignment = await assign(chat, due, cutoff=closes, late=policy)
    for username in ("ada", "grace"):
        shown = await (await chat(username)).run("assignments", assignment=assignment)
        assert said in shown.text.plain


async def test_a_closed_assignment_says_when_it_closed_in_the_readers_time_zone(
    chat: Chats, clock: Clock
) -> None:
    assignment = await assign(chat, clock() + HOUR, cutoff=clock() + 2 * HOUR)
    ada = await chat("ada")
    check = ada.command("submit").args[0].check
    assert check is not None
    await check(ada, assignment)
    clock.pass_by(2 * HOUR + timedelta(minutes=1))
    closed = "A1 closed on Tue 3 Nov 2026 15:00 CET."
    with pytest.raises(BadValue, match=closed):
        await check(ada, assignment)
    with pytest.raises(BadValue, match=closed):
        await ada.card("submit", assignment=assignment, text="Ticks.")
    with pytest.raises(LmsError, match=closed):
        await ada.run("submit", assignment=assignment, text="Ticks.")
    shown = await ada.run("assignments", assignment=assignment)
    assert "closed, not handed in" in shown.text.plain
    assert labels(shown) == ["Assignments"]


async def test_who_sets_an_assignment_that_opens_later_hears_when_it_is_told_of(
    chat: Chats, clock: Clock
) -> None:
    grace = await chat("grace")
    values = {"title": "Exam", "points": 10, "due": clock() + 9 * DAY}
    for opens, expected in ((clock() + DAY, True), (clock(), False), (None, False)):
        for shown in (
            await grace.card("newassignment", **values, opens=opens),
            await grace.run("newassignment", **values, opens=opens),
        ):
            assert ("Students are told when it opens." in shown.text.plain) is expected


async def test_what_is_due_next_comes_first_and_what_is_over_last(chat: Chats, clock: Clock) -> None:
    await assign(chat, clock() + HOUR)
    await assign(chat, clock() + 9 * DAY)
    await assign(chat, clock() + 9 * DAY, opens=clock() + 8 * DAY)
    await assign(chat, clock() + 3 * DAY)
    clock.pass_by(DAY)
    listed = await (await chat("ada")).run("assignments")
    assert [label.split(":")[0] for label in labels(listed)] == ["A4", "A2", "A3", "A1"]


async def test_an_extension_opens_what_is_closed(chat: Chats, clock: Clock) -> None:
    due = clock() + HOUR
    assignment = await assign(chat, due, cutoff=due)
    clock.pass_by(DAY)
    grace, ada = await chat("grace"), await chat("ada")
    await grace.run("extend", assignment=assignment, student="ada", due=clock() + HOUR)
    assert "LATE" not in (await ada.run("submit", assignment=assignment, text="Ticks.")).text.plain
    with pytest.raises(LmsError, match="closed"):
        await (await chat("linus")).run("submit", assignment=assignment, text="Ticks.")


async def test_an_extension_may_excuse_what_came_late_already(chat: Chats, clock: Clock) -> None:
    assignment = await assign(chat, clock() + HOUR)
    clock.pass_by(2 * HOUR)
    ada, grace = await chat("ada"), await chat("grace")
    assert "LATE" in (await ada.run("submit", assignment=assignment, text="Ticks.")).text.plain
    parse = grace.command("extend").args[2].parse
    await grace.run("extend", assignment=assignment, student="ada", due=parse("2026-11-03 15:00"))
    assert "LATE" not in (await ada.run("submissions", submission="S1")).text.plain


async def test_a_file_of_the_same_name_and_size_but_other_content_is_no_repetition(
    chat: Chats, clock: Clock
) -> None:
    assignment = await assign(chat, clock() + DAY)
    ada = await chat("ada")

    async def warned(file: FileRef) -> bool:
        return "same file" in (await ada.card("submit", assignment=assignment, files=(file,))).text.plain

    file = ada.attach("a.txt", b"one")
    await ada.run("submit", assignment=assignment, files=(file,))
    assert await warned(file)
    assert await warned(FileRef("renamed.txt", "text/plain", 0, "a.txt"))
    assert not await warned(ada.attach("a.txt", b"two"))


async def test_what_was_handed_in_for_another_assignment_is_pointed_out_too(
    chat: Chats, clock: Clock
) -> None:
    first, second = await assign(chat, clock() + DAY), await assign(chat, clock() + DAY)
    ada = await chat("ada")
    files = (ada.attach("a.txt", b"one"),)
    await ada.run("submit", assignment=first, files=files)
    card = await ada.card("submit", assignment=second, files=files)
    assert "a.txt is the same file as in your S1 for A1" in card.text.plain


async def test_a_refusal_that_cannot_be_retold_is_passed_on_as_it_came(
    chat: Chats, clock: Clock, client: LmsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment = await assign(chat, clock() + HOUR, cutoff=clock() + HOUR)
    clock.pass_by(DAY)

    async def unavailable(token: str, assignment_id: str) -> None:
        raise LmsError("UNAVAILABLE", "NO_QUORUM", "no")

    ada = await chat("ada")
    monkeypatch.setattr(client, "assignment", unavailable)
    with pytest.raises(LmsError, match="A1 closed on 2026-11-03 13:00 UTC"):
        await ada.run("submit", assignment=assignment, text="Ticks.")


async def test_files_of_an_assignment_come_with_it_or_one_by_one(
    chat: Chats, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace, ada = await chat("grace"), await chat("ada")
    files = (grace.attach("a.bin", b"aaaa"), grace.attach("b.bin", b"bbbb"))
    due = clock() + DAY
    await grace.run("newassignment", title="Clocks", points=10, due=due, files=files)
    together = await ada.run("assignments", assignment="A1")
    assert [file.content for file in together.files] == [b"aaaa", b"bbbb"]
    monkeypatch.setattr("bot.commands.attachments.SENT_TOGETHER_BYTES_MAX", 5)
    apart = await ada.run("assignments", assignment="A1")
    assert not apart.files
    assert [button.data for row in apart.buttons[:2] for button in row] == [
        "assignments:A1:1",
        "assignments:A1:2",
    ]
    second = await ada.run("assignments", assignment="A1", file=2)
    assert [file.content for file in second.files] == [b"bbbb"]
    with pytest.raises(BadValue, match="A1 has 2 files"):
        await ada.run("assignments", assignment="A1", file=3)


async def test_a_cutoff_that_has_passed_is_told_of_as_past(chat: Chats, clock: Clock) -> None:
    assignment = await assign(chat, clock() + DAY, cutoff=clock() + 2 * DAY)
    ada = await chat("ada")
    assert (
        "is taken until Thu 5 Nov 2026 13:00 CET (in 2 days)"
        in (await ada.run("assignments", assignment=assignment)).text.plain
    )
    clock.pass_by(3 * DAY)
    opened = (await ada.run("assignments", assignment=assignment)).text.plain
    assert "Late work was taken until Thu 5 Nov 2026 13:00 CET (24 hours ago)" in opened
    assert "is taken" not in opened
