"""The console: a pipe and a person at a terminal chat with the same core."""

from __future__ import annotations

import io
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.adapters.console import ConsoleAdapter, EndOfInput, LineSource, PipedLines, PromptLines, rendering
from bot.adapters.console.prompt import FirstWord
from bot.app import GREETING, opening
from bot.core.engine import Engine
from bot.core.model import Button, OutgoingFile, Reply, StreamedReply
from bot.core.richtext import Text, bold, plain
from bot.store import BotStore
from tests.bot.place import Classroom, registry


class Terminal:
    """A console over given lines; what it printed is in `printed`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = io.StringIO()
        self.classroom = Classroom()
        self.refused = False

    async def run(self, lines: LineSource, strict: bool = False) -> str:
        adapter = self.adapter(lines, strict)
        store = BotStore(self.folder / "bot.db", adapter.name)
        await Engine(adapter, registry(self.classroom), store, time.time).run()
        store.close()
        self.refused = adapter.refused
        return self.output.getvalue()

    async def pipe(self, content: str | bytes, strict: bool = False) -> str:
        data = content.encode() if isinstance(content, str) else content
        return await self.run(PipedLines(io.BytesIO(data)), strict)

    def adapter(self, lines: LineSource, strict: bool = False, opening: str = "/help") -> ConsoleAdapter:
        return ConsoleAdapter(
            "me", lines, self.output, self.folder / "downloads", strict=strict, opening=opening
        )


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


LOGIN = "/login grace\npassword of grace\n"


# --- piped ---


async def test_a_pipe_says_one_command_a_line_and_reads_only_replies(terminal: Terminal) -> None:
    assert await terminal.pipe(LOGIN + "/grade S1 18\n") == (
        "Your password?\nWelcome, grace.\nDone: grade S1 18 None\n"
    )


async def test_the_last_line_needs_no_end_and_is_answered_before_the_end(terminal: Terminal) -> None:
    assert (await terminal.pipe(LOGIN + "/grade S1 18")).endswith("Done: grade S1 18 None\n")


async def test_buttons_are_numbered_and_pressed(terminal: Terminal) -> None:
    printed = await terminal.pipe(LOGIN + "/grade\n:press 2\n18\n/grade\n:press S1 by Ada\n19\n:press 9\n")
    assert "Which submission?\n  [1] S1 by Ada\n  [2] S2 by Linus\n" in printed
    assert terminal.classroom.done == ["grade S2 18 None", "grade S1 19 None"]
    assert printed.endswith("There is no button 9.\n")


async def test_files_are_sent_with_their_captions(terminal: Terminal) -> None:
    path = terminal.folder / "my page.md"
    path.write_text("words")
    await terminal.pipe(LOGIN + f':file "{path}" /upload Title\n:file {path.parent}/none.md\n')
    assert terminal.classroom.done == ["upload Title my page.md"]
    assert terminal.refused


async def test_one_terminal_speaks_for_several_people(terminal: Terminal) -> None:
    await terminal.pipe(
        LOGIN + ":as ada\n/login ada\npassword of ada\n/submit A1 text\nyes\n:as me\n/grade S1 18\n"
    )
    assert terminal.classroom.done == ["submit A1 text no files", "grade S1 18 None"]


async def test_quit_ends_before_the_end(terminal: Terminal) -> None:
    assert await terminal.pipe(":quit\n/help\n") == ""


@pytest.mark.parametrize("line", ["/nope", ":nope", ":press 1", ":file /nowhere", ":as", "hello"])
async def test_strict_stops_at_the_first_refusal(terminal: Terminal, line: str) -> None:
    printed = await terminal.pipe(f"{line}\n/help\n", strict=True)
    assert terminal.refused
    assert "Done: help" not in printed


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"/help \xff\xfe", "UTF-8"),
        (b"x" * 10_000, "10000 characters"),
        (b"x" * 1_000_000, "characters long"),
        (b"/help \x1b[2J", "control character"),
        (b"\x00", "control character"),
    ],
)
async def test_hostile_lines_get_a_sentence_and_the_next_line_is_heard(
    terminal: Terminal, line: bytes, why: str
) -> None:
    printed = await terminal.pipe(line + b"\n/help\n")
    assert why in printed.splitlines()[0]
    assert printed.splitlines()[1:] == ["Done: help"]


async def test_a_smiley_is_no_directive(terminal: Terminal) -> None:
    await terminal.pipe(LOGIN + "/grade S1\n:)\n18\n")
    assert terminal.classroom.done == ["grade S1 18 None"]


# --- what is shown ---


def test_nothing_that_somebody_typed_reaches_the_terminal_as_a_command() -> None:
    shown = rendering.rendered(plain("a\x1b[2Jb\rc\x07\u202ed\n\té"), styled=True)
    assert shown == "a\ufffd[2Jb\ufffdc\ufffd\ufffdd\n\té"


def test_styles_are_shown_only_when_wanted() -> None:
    assert rendering.rendered(bold("a"), styled=False) == "a"
    assert rendering.rendered(bold("a"), styled=True) == "\x1b[1ma\x1b[0m"


async def test_a_file_is_saved_and_its_path_shown(terminal: Terminal) -> None:
    adapter = terminal.adapter(PipedLines(io.BytesIO()))
    await adapter.send("me", Reply(plain("Here"), files=(OutgoingFile("a.md", "text/markdown", b"words"),)))
    path = terminal.folder / "downloads" / "a.md"
    assert path.read_bytes() == b"words"
    assert terminal.output.getvalue() == f"Here\n  saved {path} (5 bytes)\n"


async def test_what_is_said_in_another_chat_is_marked(terminal: Terminal) -> None:
    adapter = terminal.adapter(PipedLines(io.BytesIO()))
    await adapter.send("bo", Reply(plain("🔔 News")))
    assert terminal.output.getvalue() == "(bo) 🔔 News\n"


async def test_a_notice_does_not_change_what_a_number_presses(terminal: Terminal) -> None:
    adapter = terminal.adapter(PipedLines(io.BytesIO(b":press 1\n:press Open M1\n")))
    await adapter.send("me", Reply(plain("Sure?"), ((Button("Confirm", "confirm"),),)))
    await adapter.send("me", Reply(plain("🔔 News"), ((Button("Open M1", "materials:M1"),),)))
    assert terminal.output.getvalue() == "Sure?\n  [1] Confirm\n🔔 News\n  [Open M1]\n"
    pressed: list[str] = []

    async def handle(incoming: object) -> None:
        pressed.append(getattr(incoming, "press", ""))

    await adapter.run(handle)
    assert pressed == ["confirm", "materials:M1"]


class Person:
    """Says nothing, but is there."""

    interactive = True

    async def read(self, chat: str, secret: bool) -> str:
        raise EndOfInput


async def growing(*pieces: str) -> AsyncIterator[Text]:
    for piece in pieces:
        yield plain(piece)


@pytest.mark.parametrize(
    ("pieces", "final", "shown"),
    [
        (["Raft", "Raft is"], "Raft is a protocol.", "Raft is a protocol.\n"),
        (["Raft", "Raft is"], "It is something else.", "Raft is\nIt is something else.\n"),
        ([], "At once.", "At once.\n"),
    ],
)
async def test_a_person_sees_a_reply_grow(
    terminal: Terminal, pieces: list[str], final: str, shown: str
) -> None:
    adapter = terminal.adapter(Person())
    await adapter.stream("me", StreamedReply(growing(*pieces), Reply(plain(final))))
    assert terminal.output.getvalue() == shown


async def test_a_pipe_gets_only_the_final_reply(terminal: Terminal) -> None:
    adapter = terminal.adapter(PipedLines(io.BytesIO()))
    await adapter.stream("me", StreamedReply(growing("Raft", "Raft is"), Reply(plain("Something else."))))
    assert terminal.output.getvalue() == "Something else.\n"


# --- a person at a terminal ---


def mode(path: Path) -> int:
    return path.stat().st_mode


async def test_a_person_is_greeted_prompted_and_their_logins_are_not_remembered(terminal: Terminal) -> None:
    history = terminal.folder / "state" / "history"
    with create_pipe_input() as keys:
        lines = PromptLines(history, lambda chat: [("/grade", "grade work")], keys, DummyOutput())
        keys.send_text("/login grace\rpassword of grace\r/grade S1 18\r\x04")
        printed = await terminal.run(lines)
    assert printed == "Done: help\nYour password?\nWelcome, grace.\nDone: grade S1 18 None\n"
    remembered = history.read_text()
    assert "/grade S1 18" in remembered
    assert "login" not in remembered
    assert "password" not in remembered
    assert mode(history) & 0o077 == 0


async def test_a_dialogue_goes_on_in_the_next_terminal(terminal: Terminal) -> None:
    await terminal.pipe(LOGIN + "/grade S1\n")
    store = BotStore(terminal.folder / "bot.db", ConsoleAdapter.name)
    assert opening(store.load("somebody else")) == GREETING
    first = opening(store.load("me"))
    with create_pipe_input() as keys:
        keys.send_text("18\r\x04")
        lines = PromptLines(terminal.folder / "history", lambda chat: [], keys, DummyOutput())
        adapter = terminal.adapter(lines, opening=first)
        terminal.output.truncate(0)
        terminal.output.seek(0)
        await Engine(adapter, registry(terminal.classroom), store, time.time).run()
    store.close()
    assert terminal.output.getvalue() == "How many points?\nDone: grade S1 18 None\n"


def test_the_first_word_is_completed() -> None:
    completer = FirstWord([("/grade", "grade work"), ("/grades", "my grades"), (":file", "send a file")])

    def completed(typed: str) -> list[str]:
        return [found.text for found in completer.get_completions(Document(typed), CompleteEvent())]

    assert completed("/gr") == ["/grade", "/grades"]
    assert completed(":") == [":file"]
    assert completed("") == completed("gr") == completed("/grade S1") == []


async def test_ctrl_c_drops_the_line_and_ctrl_d_leaves(terminal: Terminal) -> None:
    with create_pipe_input() as keys:
        lines = PromptLines(terminal.folder / "history", lambda chat: [], keys, DummyOutput())
        keys.send_text("dropped\x03kept\r")
        assert await lines.read("me", secret=False) == "kept"
        keys.send_text("\x04")
        with pytest.raises(EndOfInput):
            await lines.read("me", secret=False)
