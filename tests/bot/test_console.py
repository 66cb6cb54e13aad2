"""The console: a pipe and a person at a terminal chat with the same core."""

from __future__ import annotations

import io
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.console import (
    ConsoleAdapter,
    EndOfInput,
    JsonPrinter,
    LineSource,
    Output,
    PipedLines,
    TextPrinter,
    rendering,
)
from bot.adapters.console.adapter import Languages, no_languages
from bot.adapters.console.lines import Complete
from bot.core.engine import Engine
from bot.core.language import speaking
from bot.core.model import Button, Incoming, OutgoingFile, Reply, StreamedReply
from bot.core.richtext import Text, bold, plain
from bot.store import BotStore
from tests.bot.place import Classroom, registry


class Terminal:
    """A console over given lines; what it printed is in `printed`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = io.StringIO()
        self.json = False
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

    def adapter(
        self,
        lines: LineSource,
        strict: bool = False,
        opening: str = "/help",
        languages: Languages = no_languages,
    ) -> ConsoleAdapter:
        output = Output(self.output)
        printer = JsonPrinter(output) if self.json else TextPrinter(output, styled=False)
        return ConsoleAdapter(
            "me",
            lines,
            printer,
            self.folder / "downloads",
            strict=strict,
            opening=opening,
            languages=languages,
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


async def test_several_files_go_in_one_line_or_one_after_another(terminal: Terminal) -> None:
    a, b, c = (terminal.folder / name for name in ("a.md", "b.md", "c.md"))
    for path in (a, b, c):
        path.write_text("words")
    await terminal.pipe(
        f":as ada\n/login ada\npassword of ada\n:file {a} :file {b} /submit A1\n:file {c}\nyes\n"
    )
    assert terminal.classroom.done == ["submit A1 None a.md+b.md+c.md"]


async def test_one_file_that_cannot_be_read_keeps_back_the_others(terminal: Terminal) -> None:
    path = terminal.folder / "a.md"
    path.write_text("words")
    printed = await terminal.pipe(LOGIN + f":file {path} :file {path}x /upload Title\n")
    assert printed.endswith(f"I cannot read {path}x: No such file or directory.\n")
    assert terminal.classroom.done == []


async def test_a_message_of_the_bot_is_replied_to(terminal: Terminal) -> None:
    lines = b':reply "Q3" Because.\n:reply Yes.\n:reply "Q9" No.\n'
    adapter = terminal.adapter(PipedLines(io.BytesIO(lines)))
    ids = [await adapter.send("me", Reply(plain(f"🔔 Otter asks Q{number}"))) for number in (3, 4)]
    heard: list[Incoming] = []

    async def handle(incoming: Incoming) -> None:
        heard.append(incoming)

    await adapter.run(handle)
    assert [(each.reply_to, each.text) for each in heard] == [(*ids[0], "Because."), (*ids[1], "Yes.")]
    assert terminal.output.getvalue().endswith("No message that I showed lately has “Q9” in it.\n")
    assert adapter.refused


async def test_messages_of_another_run_have_other_ids(terminal: Terminal) -> None:
    ids = {await terminal.adapter(PipedLines(io.BytesIO())).send("me", Reply(plain("a"))) for _ in range(2)}
    assert len(ids) == 2


async def test_one_terminal_speaks_for_several_people(terminal: Terminal) -> None:
    await terminal.pipe(
        LOGIN + ":as ada\n/login ada\npassword of ada\n/submit A1 text\nyes\n:as me\n/grade S1 18\n"
    )
    assert terminal.classroom.done == ["submit A1 text no files", "grade S1 18 None"]


async def test_quit_ends_before_the_end(terminal: Terminal) -> None:
    assert await terminal.pipe(":quit\n/help\n") == ""


@pytest.mark.parametrize(
    "line",
    [
        "/nope",
        ":nope",
        ":press 1",
        ":file /nowhere",
        ":file ~nobody-here/a.md",
        ":file a\0b",
        ":as",
        ":reply a",
        "hello",
    ],
)
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


async def test_a_picture_is_saved_and_the_reply_says_the_same_in_words(terminal: Terminal) -> None:
    adapter = terminal.adapter(PipedLines(io.BytesIO()))
    picture = OutgoingFile("stats.png", "image/png", b"pixels", picture=True)
    await adapter.send("me", Reply(plain("A1: mean 16.5"), files=(picture,)))
    path = terminal.folder / "downloads" / "stats.png"
    assert path.read_bytes() == b"pixels"
    assert terminal.output.getvalue() == f"A1: mean 16.5\n  (picture: {path}, 6 bytes)\n"


async def test_a_size_is_said_with_the_mark_that_the_language_has(terminal: Terminal) -> None:
    adapter = terminal.adapter(PipedLines(io.BytesIO()))
    with speaking("de"):
        await adapter.send(
            "me", Reply(plain("Da"), files=(OutgoingFile("a.md", "text/markdown", b"x" * 3000),))
        )
    assert terminal.output.getvalue().endswith("a.md gespeichert (2,9 KB)\n")


async def test_the_console_itself_speaks_the_language_chosen_in_each_chat(terminal: Terminal) -> None:
    lines = PipedLines(io.BytesIO(b":press 9\n:as ada\n:press 9\n"))
    adapter = terminal.adapter(lines, languages=lambda chat: ("de",) if chat == "ada" else ("", ""))
    await adapter.run(_unheard)
    first, *_, last = terminal.output.getvalue().splitlines()
    assert (first, last) == ("There is no button 9.", "Einen Knopf 9 gibt es nicht.")


async def _unheard(incoming: Incoming) -> None:
    raise AssertionError(incoming)


async def test_a_file_that_cannot_be_saved_does_not_take_the_reply_with_it(terminal: Terminal) -> None:
    (terminal.folder / "downloads").write_text("not a folder")
    adapter = terminal.adapter(PipedLines(io.BytesIO()))
    await adapter.send("me", Reply(plain("Here"), files=(OutgoingFile("a\x1b.md", "text/markdown", b""),)))
    assert terminal.output.getvalue() == "Here\n  I could not save a\ufffd.md: File exists.\n"


async def test_a_very_long_reply_is_printed_whole(terminal: Terminal) -> None:
    words = "x" * 3_000_000 + "\nend"
    await terminal.adapter(PipedLines(io.BytesIO())).send("me", Reply(plain(words)))
    assert terminal.output.getvalue() == words + "\n"


async def test_a_label_cannot_break_its_row(terminal: Terminal) -> None:
    adapter = terminal.adapter(PipedLines(io.BytesIO()))
    await adapter.send("me", Reply(plain("a"), ((Button("one\n[2] two\x1b", "x"),),)))
    assert terminal.output.getvalue() == "a\n  [1] one [2] two\ufffd\n"


class Closed(io.StringIO):
    """Nobody reads it any more."""

    def write(self, words: str) -> int:
        raise BrokenPipeError


async def test_when_nobody_reads_the_replies_no_more_lines_are_said(terminal: Terminal) -> None:
    terminal.output = Closed()
    await terminal.pipe(LOGIN + "/grade S1 18\n")
    assert terminal.classroom.done == []


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

    async def handle(incoming: Incoming) -> None:
        pressed.append(incoming.press)

    await adapter.run(handle)
    assert pressed == ["confirm", "materials:M1"]


class Person:
    """Says nothing, but is there."""

    interactive = True

    async def read(self, chat: str, secret: bool, complete: Complete) -> str:
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
