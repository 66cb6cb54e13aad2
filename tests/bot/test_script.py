"""A transcript is played through the core, and stops at the first thing that is not as written."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot import transcript
from bot.adapters.script import ScriptAdapter, Transcript
from bot.core.engine import Engine
from bot.core.model import OutgoingFile, Reply
from bot.core.richtext import plain
from bot.player import TranscriptFailed
from bot.store import BotStore
from tests.bot.place import Classroom, registry


class Playing:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []
        self.acts: list[str] = []
        self.classroom = Classroom()

    async def play(self, content: str, patience_seconds: float = 30.0) -> ScriptAdapter:
        async def act(words: str) -> None:
            self.acts.append(words)

        steps = transcript.parse("t", content)
        adapter = ScriptAdapter(
            [Transcript(steps, self.folder)],
            self.folder / "downloads",
            self.told.append,
            act,
            patience_seconds=patience_seconds,
        )
        store = BotStore(self.folder / "bot.db", adapter.name)
        await Engine(adapter, registry(self.classroom), store, time.time).run()
        store.close()
        return adapter


@pytest.fixture
def playing(tmp_path: Path) -> Playing:
    return Playing(tmp_path)


LOGIN = """
@ada > /login ada
< Your password?
> password of ada
< Welcome, ada.
"""


async def test_a_conversation_of_two_with_files_buttons_and_captures(playing: Playing) -> None:
    (playing.folder / "essay.md").write_text("words")
    await playing.play(
        LOGIN
        + """
        > :file essay.md /submit A7
        < Got essay.md (1 so far)…[Done]
        > :press Done
        < Submit {A=A\\d+} with 1 files? [Confirm] [Cancel]
        > :press 1
        < Done: submit A7 …essay.md
        @grace > /login grace
        > password of grace
        << Welcome
        ! kill leader
        > /grade {A} 18
        < Done: grade A7 18 …
        """
    )
    assert playing.classroom.done == ["submit A7 None essay.md", "grade A7 18 None"]
    assert playing.acts == ["kill leader"]


async def test_everything_said_and_answered_is_told_but_no_password(playing: Playing) -> None:
    await playing.play(LOGIN)
    assert playing.told == [
        "ada > /login ada",
        "ada < Your password?",
        "ada > •••",
        "ada < Welcome, ada.",
    ]


async def test_another_answer_fails_with_what_was_said_expected_and_came(playing: Playing) -> None:
    with pytest.raises(TranscriptFailed) as failed:
        await playing.play("@ada > /nope\n< Fine.\n> /help\n")
    assert str(failed.value).splitlines() == [
        "t:2: not as expected",
        "  said      /nope",
        "  expected  < Fine.",
        "  came      There is no command /nope. /help lists them.",
    ]
    assert playing.classroom.done == []


async def test_an_answer_that_never_comes_fails(playing: Playing) -> None:
    with pytest.raises(TranscriptFailed, match="t:2: not as expected"):
        await playing.play("@ada > /help\n<< something else\n", patience_seconds=0.01)


@pytest.mark.parametrize("line", ["> :press 3", "> :file missing.md"])
async def test_what_cannot_be_said_fails(playing: Playing, line: str) -> None:
    with pytest.raises(TranscriptFailed, match="t:1"):
        await playing.play(line)


async def test_a_file_that_comes_is_saved_and_named(playing: Playing) -> None:
    adapter = await playing.play("")
    file = OutgoingFile("../essay.md", "text/markdown", b"words")
    await adapter.send("ada", Reply(plain("Here"), files=(file,)))
    assert playing.told[-1] == "ada < Here (../essay.md)"
    (saved,) = (playing.folder / "downloads").iterdir()
    assert (saved.name, saved.read_bytes()) == (".._essay.md".strip(" ."), b"words")


def test_what_is_no_text_is_no_transcript(tmp_path: Path) -> None:
    path = tmp_path / "tour.txt"
    path.write_bytes(b"> /help\n\xff\xfe")
    with pytest.raises(transcript.TranscriptError, match=r"tour\.txt is no text in UTF-8"):
        Transcript.read(path)
