"""A transcript played over a classroom in one process, and what was said in each of its sections.

A section begins with a line `# === name` and ends with the next. What comes before the first, or in one
called `-`, is not recorded. Files lie in tests/dialogs/files.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import transcript
from bot.adapters.local_messages import is_notice
from bot.adapters.script import ScriptAdapter, Transcript
from bot.awaited import AwaitedAnswers
from bot.commands import Calendar, build_registry
from bot.core.adapter import Handler
from bot.core.engine import Engine
from bot.core.model import OutgoingFile, Reply
from bot.core.text.phrases import size
from bot.notify import Notifier
from bot.player import TranscriptFailed
from bot.store import BotStore
from bot.transcript import Expect, Step
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.solo.classroom import SoloClassroom, seated

FILES = Path(__file__).parents[1] / "dialogs" / "files"
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")

_SECTION = re.compile(r"# === (.+)")
_SAID = re.compile(r"([\w.-]+) > (.*)", re.DOTALL)
_LATER = re.compile(r"(\d+) (hour|day)s? later")
# What differs from play to play, with nothing for a reader in it: codes, digests, the machine's own.
_DRAWN = re.compile(
    r"(?<=/start )[A-Za-z0-9_-]{16,}|(?<=SHA-256 )[0-9a-f]{64}"
    r"|[\d.,]+ [MG]B(?= of disk free)|/\S+(?=/backups/)"
)
_ENTRY = re.compile(r"(?<=\bentry )\d+|(?<=committed up to )\d+")


@dataclass(slots=True)
class Clock:
    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time


@dataclass(slots=True)
class Recording:
    """The lines of each section."""

    sections: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    section: str = ""

    def note(self, line: str) -> None:
        if self.section not in {"", "-"}:
            self.sections[self.section].append(_DRAWN.sub("…", line))


async def recorded(path: Path) -> dict[str, str]:
    """What was said in each section of the transcript. Raises TranscriptFailed."""
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="walk-") as folder:
        async with seated(clock, tutor=quoting_tutor) as classroom:
            walk = Walk(path, Path(folder), classroom, clock)
            await walk.play()
    return _renumbered({name: "\n".join(lines) for name, lines in walk.recording.sections.items()})


def _renumbered(sections: dict[str, str]) -> dict[str, str]:
    """With entries of the log counted as they are met: what is done beside a conversation takes some too."""
    met = sorted({int(number) for said in sections.values() for number in _ENTRY.findall(said)})
    counted = {str(number): str(place) for place, number in enumerate(met, start=1)}
    return {name: _ENTRY.sub(lambda entry: counted[entry[0]], said) for name, said in sections.items()}


class Walk(ScriptAdapter):
    """Plays a transcript section by section, and records it as a console shows it."""

    def __init__(self, path: Path, folder: Path, classroom: SoloClassroom, clock: Clock) -> None:
        super().__init__([Transcript.read(path)], folder / "downloads", self._note_said, self._do)
        self._source = path
        self._state = folder
        self._classroom = classroom
        self._clock = clock
        self._notices: defaultdict[str, list[Reply]] = defaultdict(list)
        self.recording = Recording()

    async def play(self) -> None:
        client = self._classroom.client
        awaited = AwaitedAnswers()
        calendar = Calendar(self._clock, ZONE)
        registry = build_registry(client, calendar, awaited)
        store = BotStore(self._state / "bot.db", self.name)
        notifier = Notifier(client, self, store, awaited, calendar)
        try:
            await Engine(self, registry, store, time.time, notifier.session_changed).run()
        finally:
            await notifier.stop()
            store.close()

    async def run(self, handle: Handler) -> None:
        self._handle = handle
        self._folder = FILES
        sections = list(_sections(self._source.read_text("utf-8")))
        speaker = ""
        for section, steps in ((name, transcript.parse(name, text)) for name, text in sections):
            self.recording.section = section
            for step in steps:
                speaker = step.speaker or speaker
                await self._step(replace(step, speaker=speaker))

    async def _step(self, step: Step) -> None:
        await self._player.play([step])
        if isinstance(step, Expect) and step.later:
            self._note_notice(step)

    def _note_said(self, told: str) -> None:
        """The player tells of every line, "ada > /login ada"; what is replied is noted as it was sent."""
        said = _SAID.fullmatch(told)
        if said is not None:
            self.recording.note(f"{said[1]}> {said[2]}")

    def _note_notice(self, step: Expect) -> None:
        for notice in self._notices[step.speaker]:
            labels = (button.label for row in notice.buttons for button in row)
            if step.text in transcript.shown(notice.text.plain, labels):
                self._notices[step.speaker].remove(notice)
                self._note(notice)
                return
        raise TranscriptFailed(f"{step.place}: no notice says {step.text}")

    async def _do(self, act: str) -> None:
        later = _LATER.fullmatch(act)
        match act:
            case "stop tutor":
                self._classroom.set_tutor(None)
            case "start tutor":
                self._classroom.set_tutor(quoting_tutor)
            case _ if later is not None:
                self._clock.time += timedelta(**{f"{later[2]}s": int(later[1])})
                self.recording.note(f"… {act} …")
            case _:
                raise TranscriptFailed(f"nobody here can {act}")

    async def send(self, chat: str, reply: Reply) -> tuple[str, ...]:
        if is_notice(reply):
            self._notices[chat].append(reply)
        else:
            self._note(reply)
        return await super().send(chat, reply)

    def _note(self, reply: Reply) -> None:
        for line in reply.text.plain.splitlines():
            self.recording.note(line)
        for row in reply.buttons:
            self.recording.note("  " + "  ".join(f"[{button.label}]" for button in row))
        for file in reply.files:
            # How many bytes a picture takes depends on the library that drew it.
            self.recording.note(f"  ({file.name})" if file.picture else f"  ({_described(file)})")
        self.recording.note("")


def _described(file: OutgoingFile) -> str:
    return f"{file.name}, {size(len(file.content))}"


def _sections(text: str) -> Iterator[tuple[str, str]]:
    name = ""
    lines: list[str] = []
    for line in text.splitlines():
        begins = _SECTION.fullmatch(line.strip())
        if begins is not None:
            yield name, "\n".join(lines)
            name, lines = begins[1], []
        else:
            lines.append(line)
    yield name, "\n".join(lines)
