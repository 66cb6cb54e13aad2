"""A person at a terminal: prompts, keys, history, and what appears meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.adapters.console import ConsoleAdapter, EndOfInput, PromptLines
from bot.adapters.console.adapter import no_completions
from bot.adapters.console.prompt import LineCompleter
from bot.app import GREETING, opening
from bot.core import guard
from bot.core.completion import Suggestion
from bot.core.engine import Engine
from bot.store import BotStore
from tests.bot.place import Classroom, registry
from tests.bot.test_console import LOGIN, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as opened:
        yield opened


class LowWindow(DummyOutput):
    def get_size(self) -> Size:
        return Size(rows=3, columns=12)


def prompt(folder: Path, keys: PipeInput, window: DummyOutput | None = None) -> PromptLines:
    return PromptLines(
        folder / "state" / "history",
        lambda line: guard.may_hold_secret(registry(Classroom()), line),
        terminal_input=keys,
        terminal_output=window or DummyOutput(),
    )


async def nothing(line: str) -> Sequence[Suggestion]:
    return await no_completions("me", line)


async def test_a_person_is_greeted_prompted_and_their_passwords_are_not_remembered(
    terminal: Terminal, keys: PipeInput
) -> None:
    keys.send_text("/login grace\rpassword of grace\r/grade S1 18\r\x04")
    printed = await terminal.run(prompt(terminal.folder, keys))
    assert printed == "Done: help\nYour password?\nWelcome, grace.\nDone: grade S1 18 None\n"
    history = terminal.folder / "state" / "history"
    remembered = history.read_text()
    assert "/grade S1 18" in remembered
    assert "login" not in remembered
    assert "password" not in remembered
    assert history.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "line",
    [
        "/login ada secret word",
        "/LOGIN ada",
        "  /login@homeroom_bot ada",
        "/logn ada secret word",
        ":file a.md /adduser bo student Bo",
        ":reply /login ada",
        "/start 5TnMzqk2",
    ],
)
def test_a_line_that_may_hold_a_secret_is_known(line: str) -> None:
    assert guard.may_hold_secret(registry(Classroom()), line)


@pytest.mark.parametrize("line", ["/grade S1 18", "/logout", "/submit A1 start here", "login", "/", ":help"])
def test_other_lines_are_remembered(line: str) -> None:
    assert not guard.may_hold_secret(registry(Classroom()), line)


async def test_a_dialogue_goes_on_in_the_next_terminal(terminal: Terminal, keys: PipeInput) -> None:
    await terminal.pipe(LOGIN + "/grade S1\n")
    store = BotStore(terminal.folder / "bot.db", ConsoleAdapter.name)
    assert opening(store.load("somebody else")) == GREETING
    keys.send_text("18\r\x04")
    adapter = terminal.adapter(prompt(terminal.folder, keys), opening=opening(store.load("me")))
    terminal.output.truncate(0)
    terminal.output.seek(0)
    await Engine(adapter, registry(terminal.classroom), store, time.time).run()
    store.close()
    assert terminal.output.getvalue() == "How many points?\nDone: grade S1 18 None\n"


async def test_ctrl_c_drops_the_line_and_ctrl_d_leaves(tmp_path: Path, keys: PipeInput) -> None:
    lines = prompt(tmp_path, keys)
    keys.send_text("dropped\x03kept\r")
    assert await lines.read("me", secret=False, complete=nothing) == "kept"
    keys.send_text("\x04")
    with pytest.raises(EndOfInput):
        await lines.read("me", secret=False, complete=nothing)


async def test_ctrl_c_leaves_a_question_for_a_password(terminal: Terminal, keys: PipeInput) -> None:
    keys.send_text("/login grace\rpass\x03/whoareyou\r\x04")
    printed = await terminal.run(prompt(terminal.folder, keys))
    assert "Your password?\nCancelled /login. Nothing was saved.\nThere is no command /whoareyou." in printed


async def test_a_window_of_three_short_lines_is_enough(tmp_path: Path, keys: PipeInput) -> None:
    lines = prompt(tmp_path, keys, LowWindow())
    keys.send_text("/grade S1 18 a feedback longer than the window\r")
    assert (await lines.read("somebody", secret=False, complete=nothing)).endswith("than the window")


async def test_a_look_up_that_takes_long_does_not_hold_the_prompt_up(tmp_path: Path, keys: PipeInput) -> None:
    begun = asyncio.Event()

    async def slow(line: str) -> Sequence[Suggestion]:
        begun.set()
        await asyncio.Event().wait()
        return ()

    reading = asyncio.create_task(prompt(tmp_path, keys).read("me", secret=False, complete=slow))
    keys.send_text("/grade ")
    await begun.wait()
    keys.send_text("S1\r")
    assert await reading == "/grade S1"


async def test_what_completes_a_line_cannot_command_the_terminal() -> None:
    async def hostile(line: str) -> Sequence[Suggestion]:
        return [Suggestion("S1\x1b[2J", 2, "by \u202eAda\nand\x07others")]

    found = [
        each
        async for each in LineCompleter(hostile).get_completions_async(Document("/grade S1"), CompleteEvent())
    ]
    assert [(each.text, each.start_position, each.display_meta_text) for each in found] == [
        ("S1\ufffd[2J", -2, "by \ufffdAda and\ufffdothers")
    ]
