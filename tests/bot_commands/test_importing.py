"""/importgrades in detail: what the card shows is what is done, and what is refused is named by its line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.client.api import Grade, LmsClient, LmsError
from bot.commands import grade_import, spreadsheet
from bot.commands.marks import Marks
from bot.commands.row_problems import row_problems
from bot.commands.spreadsheet import BadSheet
from bot.core.command import BASIS, BadValue, Card
from bot.core.language import speaking
from tests.bot_commands.chat import Chat
from tests.bot_commands.conftest import Clock

Chats = Callable[[str], Awaitable[Chat]]
BOTH = b"SIS Login ID,Clocks (A1)\nada,8\nlinus,7\n"


@pytest.fixture
async def grace(chat: Chats, clock: Clock) -> Chat:
    """Ada (S1) and Linus (S2) have handed in A1, of ten points; Edsger has not."""
    grace = await chat("grace")
    await grace.run("newassignment", title="Clocks", points=10, due=clock() + timedelta(days=1))
    for student in ("ada", "linus"):
        await (await chat(student)).run("submit", assignment="A1", text="Ticks.")
    return grace


async def card_of(chat: Chat, content: bytes) -> Card:
    confirm = chat.command("importgrades").confirm
    assert confirm is not None
    shown = await confirm(chat, {"file": (chat.attach("grades.csv", content),)})
    assert isinstance(shown, Card)
    return shown


async def take(chat: Chat, content: bytes, basis: str) -> str:
    values = {"file": (chat.attach("grades.csv", content),), BASIS: basis}
    return (await chat.run("importgrades", **values)).text.plain


async def points(client: LmsClient, grace: Chat) -> dict[str, tuple[int, int]]:
    grades: tuple[Grade, ...] = (await client.grades(grace.token)).items
    return {grade.id: (grade.points, grade.version) for grade in grades}


async def test_what_the_card_showed_is_imported_once_however_often_it_is_asked_for(
    grace: Chat, client: LmsClient
) -> None:
    card = await card_of(grace, BOTH)
    assert "2 new, 0 changed, 0 as before" in card.reply.text.plain
    first = await take(grace, BOTH, card.basis)
    values = {"file": (grace.attach("grades.csv", BOTH),), BASIS: card.basis}
    assert (await grace.run_again("importgrades", **values)).text.plain == first
    assert await points(client, grace) == {"S1": (8, 1), "S2": (7, 1)}


async def test_a_grade_given_since_the_card_keeps_the_import_out(grace: Chat, client: LmsClient) -> None:
    card = await card_of(grace, BOTH)
    await grace.run("grade", submission="S1", points=Marks(5))
    with pytest.raises(LmsError) as caught:
        await take(grace, BOTH, card.basis)
    assert caught.value.code == "ABORTED"
    assert await points(client, grace) == {"S1": (5, 1)}


async def test_another_file_than_the_one_checked_is_not_imported(grace: Chat, client: LmsClient) -> None:
    card = await card_of(grace, BOTH)
    with pytest.raises(BadValue, match="not the one that I checked"):
        await take(grace, BOTH.replace(b"8", b"9"), card.basis)
    assert await points(client, grace) == {}


async def test_who_has_not_handed_in_is_named_by_the_line(grace: Chat) -> None:
    with pytest.raises(BadSheet) as caught:
        await card_of(grace, b"SIS Login ID,Clocks (A1)\nada,8\nedsger,7\n")
    assert [str(each) for each in caught.value.problems] == [
        "line 3: edsger has not handed in A1; leave it empty"
    ]


async def test_a_version_that_the_file_was_made_from_guards_its_row(grace: Chat) -> None:
    await grace.run("grade", submission="S1", points=Marks(5))
    with pytest.raises(BadSheet) as caught:
        await card_of(grace, b"username,assignment,points,version\nlinus,A1,7,\nada,A1,8,3\n")
    assert [str(each) for each in caught.value.problems] == ["line 3: version: must be 1, you sent 3"]


async def test_more_changes_than_fit_one_entry_are_refused_with_the_limit(
    grace: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grade_import, "GRADES_MAX", 1)
    with pytest.raises(BadValue, match="2 grades would change; at most 1"):
        await card_of(grace, BOTH)


async def test_of_many_changes_the_card_shows_some_and_counts_the_rest(
    grace: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grade_import, "CHANGES_SHOWN", 1)
    shown = (await card_of(grace, BOTH)).reply.text.plain
    assert "Ada, A1: 8, new" in shown
    assert "Linus" not in shown
    assert "… and 1 more." in shown


def test_what_the_servers_have_against_a_row_is_said_by_its_line_in_the_language_spoken() -> None:
    wrong = {"grades": "must not be empty", "grades[1].points": "must be 0 to 20, you sent 25"}
    with speaking("de"):
        told = [str(problem) for problem in row_problems(LmsError("INVALID_ARGUMENT", "", "", wrong), [2, 5])]
    assert told == ["Zeile 5: points: muss zwischen 0 und 20 liegen, du hast 25 geschickt"]


async def test_a_gradebook_too_large_for_one_file_is_sent_in_files_that_are_taken(
    grace: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take(grace, BOTH, (await card_of(grace, BOTH)).basis)
    monkeypatch.setattr(spreadsheet, "ROWS_MAX", 1)
    reply = await grace.run("gradebook", form="long")
    assert [file.name for file in reply.files] == ["gradebook-long-1.csv", "gradebook-long-2.csv"]
    assert "In 2 files" in reply.text.plain
    for file in reply.files:
        with pytest.raises(BadValue, match="Nothing to import: the 1 grade"):
            await card_of(grace, file.content)


async def test_a_grade_of_an_attempt_that_is_no_longer_the_newest_is_not_taken_for_the_new_one(
    grace: Chat, chat: Chats, clock: Clock
) -> None:
    await take(grace, BOTH, (await card_of(grace, BOTH)).basis)
    (file,) = (await grace.run("gradebook", form="long")).files
    clock.pass_by(timedelta(minutes=1))
    await (await chat("ada")).run("submit", assignment="A1", text="Ticks and tocks.")
    with pytest.raises(BadSheet, match="line 2: S1 is an earlier attempt; the newest one, S3, is the one"):
        await card_of(grace, file.content.replace(b",8,10,", b",9,10,"))
