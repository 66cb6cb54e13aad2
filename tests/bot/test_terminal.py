"""`python -m bot console` in a real terminal, over a classroom with real services."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.bot.terminal import TerminalProcess
from tests.solo.classroom import SoloClassroom, seated
from tests.world import PEOPLE, sign_in

COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-7]|9[0-7]|1)(?:;[0-9;]*)?m")


@pytest_asyncio.fixture
async def classroom() -> AsyncIterator[SoloClassroom]:
    async with seated() as classroom:
        yield classroom


class Desk:
    """Where somebody sits: the words to start a console with, and what it remembers."""

    def __init__(self, address: str, state: Path) -> None:
        self.state = state
        self.words = ("console", "--nodes", address, "--state", str(state))

    def terminal(
        self,
        *more: str,
        rows: int = 24,
        columns: int = 80,
        stdout: Path | None = None,
        locale: str = "C.UTF-8",
    ) -> TerminalProcess:
        return TerminalProcess(*self.words, *more, rows=rows, columns=columns, stdout=stdout, locale=locale)


@pytest.fixture
def desk(classroom: SoloClassroom, tmp_path: Path) -> Desk:
    return Desk(classroom.address, tmp_path / "state")


async def log_in(terminal: TerminalProcess, username: str) -> None:
    await terminal.prompts("you>")
    terminal.type(f"/login {username}\r")
    await terminal.prompts("password:")
    terminal.type(f"{PEOPLE[username].password}\r")
    await terminal.shows(f"Welcome, {PEOPLE[username].display_name}")
    await terminal.prompts("you>")


async def test_a_password_is_asked_for_hidden_and_never_shown_or_remembered(desk: Desk) -> None:
    async with desk.terminal() as terminal:
        await log_in(terminal, "ada")
        terminal.type("/whoami\r")
        await terminal.shows("Sign out")
        await terminal.prompts("you>")
        terminal.type("\x04")
        assert await terminal.ends() == 0
        assert terminal.echoes
    assert PEOPLE["ada"].password not in terminal.written
    history = (desk.state / "history").read_text()
    assert "/whoami" in history
    assert "login" not in history
    assert PEOPLE["ada"].password not in history


async def test_a_notice_appears_above_the_line_that_is_being_typed(
    desk: Desk, classroom: SoloClassroom
) -> None:
    async with desk.terminal() as terminal:
        await log_in(terminal, "ada")
        terminal.type("/who")
        await terminal.shows("you> /who")
        grace = await sign_in(classroom.client, "grace")
        await classroom.client.announce(grace, "announcement", "No class on Friday.")
        await terminal.shows("No class on Friday.")
        await terminal.until(lambda lines: _above(lines, "No class on Friday.", "you> /who"))
        terminal.type("ami\r")
        await terminal.shows("you> /whoami")
        await terminal.prompts("you>")
        assert "There is no command" not in terminal.written


def _above(lines: list[str], former: str, latter: str) -> bool:
    former_at = [number for number, line in enumerate(lines) if former in line]
    latter_at = [number for number, line in enumerate(lines) if line == latter]
    return bool(former_at and latter_at) and former_at[-1] < latter_at[-1]


async def test_tab_completes_commands_and_what_their_arguments_may_be(
    desk: Desk, classroom: SoloClassroom
) -> None:
    grace = await sign_in(classroom.client, "grace")
    due = datetime.now(UTC) + timedelta(days=7)
    await classroom.client.add_assignment(grace, "assignment", "Quorums", "", 10, due)
    async with desk.terminal() as terminal:
        await log_in(terminal, "ada")
        terminal.type("/subm")
        await terminal.shows("/submit")
        terminal.type("\t A")
        await terminal.shows("Quorums")
        terminal.type("\t Two quorums meet.\r")
        await terminal.shows("[1] Confirm")
        terminal.type(":press 1\r")
        await terminal.shows("Handed in S1")


async def test_ctrl_c_drops_a_line_and_ends_the_wait_for_an_answer(desk: Desk) -> None:
    async with desk.terminal() as terminal:
        await log_in(terminal, "ada")
        terminal.type("/nonsense\x03")
        await terminal.prompts("you>")
        # The tutor is away: whoever asks it waits.
        terminal.type("/ask tutor Why do clocks drift?\r")
        await terminal.shows("Asked the tutor")
        terminal.type("\x03")
        await terminal.shows("I stopped waiting.")
        assert await terminal.ends() == 0
        assert terminal.echoes
        assert "There is no command" not in terminal.written


async def test_a_small_window_that_is_made_smaller_still_takes_a_line(desk: Desk) -> None:
    async with desk.terminal(rows=5, columns=18) as terminal:
        await terminal.prompts("you>")
        terminal.resize(3, 10)
        terminal.type("/help whoami\r")
        await terminal.until(lambda lines: "Usage: /whoami" in "".join(lines))
        await terminal.prompts("you>")
        assert "too small" not in terminal.written


async def test_plain_shows_no_colours(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for more, variable in (("--plain", ""), ("", "1")):
        monkeypatch.setenv("NO_COLOR", variable)
        async with desk.terminal(*more.split()) as terminal:
            await terminal.prompts("you>")
            terminal.type("/help\r")
            await terminal.shows("/login")
            await terminal.prompts("you>")
            assert not COLOUR.search(terminal.written)
    monkeypatch.delenv("NO_COLOR")
    async with desk.terminal() as terminal:
        await terminal.prompts("you>")
        assert COLOUR.search(terminal.written)


async def test_a_person_is_spoken_to_in_the_language_of_their_terminal(desk: Desk) -> None:
    async with desk.terminal(locale="de_DE.UTF-8") as terminal:
        await terminal.shows("Willkommen")
        await terminal.prompts("you>")
        terminal.type(":press 9\r")
        await terminal.shows("9 gibt es nicht")
        terminal.type("/settings language=en\r")
        await terminal.shows("Changed the settings")
        terminal.type(":press 9\r")
        await terminal.shows("There is no button 9")


async def test_a_password_typed_while_replies_go_to_a_file_is_not_shown(desk: Desk, tmp_path: Path) -> None:
    replies = tmp_path / "replies.txt"
    async with desk.terminal(stdout=replies) as terminal:
        terminal.type("/login ada\r")
        await _until(lambda: not terminal.echoes)
        terminal.type(PEOPLE["ada"].password + "\r")
        await _until(lambda: "Welcome, Ada" in replies.read_text())
        await _until(lambda: terminal.echoes)
        terminal.type("\x04")
        assert await terminal.ends() == 0
    assert "/login ada" in terminal.written
    assert PEOPLE["ada"].password not in terminal.written


async def _until(holds: Callable[[], bool]) -> None:
    """Neither a file nor a terminal's settings tell anybody that they change."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
