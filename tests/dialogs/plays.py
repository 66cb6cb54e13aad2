"""The transcripts, and playing one over any classroom, noting which commands succeeded and which failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.adapters.script import Acts, ScriptAdapter, Transcript
from bot.app import Classroom, converse
from bot.awaited import AwaitedAnswers
from bot.client.api import LmsClient
from bot.commands import Calendar, build_registry
from bot.core import parse
from bot.core.adapter import Handler
from bot.core.command import Command, Conversation, Registry, Values
from bot.core.model import Incoming, Reply, StreamedReply
from bot.store import BotStore
from bot.transcript import Do, Say, Step

FOLDER = Path(__file__).parent
TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))
KILL = "kill leader"


@dataclass(slots=True)
class Outcomes:
    """What one play or several came to."""

    succeeded: Counter[str] = field(default_factory=Counter)
    """By command: how often it ran to a reply that is no refusal."""
    failed: Counter[str] = field(default_factory=Counter)
    """By command: how often a line, answer or tap of it was refused."""
    replies: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    """What was replied when an act was repeated under its request id, and went well."""

    def add(self, other: Outcomes) -> None:
        self.succeeded += other.succeeded
        self.failed += other.failed
        self.replies += other.replies
        self.confirmed += other.confirmed


def room_over(client: LmsClient, zone: ZoneInfo, outcomes: Outcomes) -> Classroom:
    """The commands over the client; their successes are noted."""
    awaited = AwaitedAnswers()
    calendar = Calendar(lambda: datetime.now(UTC), zone)
    commands = build_registry(client, calendar, awaited)
    noted = Registry()
    noted.add(_noted(command, outcomes.succeeded) for command in commands.commands.values())
    return Classroom(client, noted, awaited, calendar)


async def play(
    transcript: Transcript, room: Classroom, act: Acts, folder: Path, outcomes: Outcomes, patience: float
) -> None:
    """Raises TranscriptFailed. `folder` is for what the bot remembers and is sent."""
    store = BotStore(folder / "bot.db", ScriptAdapter.name)
    adapter = _NotingAdapter(transcript, folder / "downloads", act, patience, store, outcomes)
    try:
        await converse(adapter, room, store)
    finally:
        store.close()


def with_leader_killed(steps: Sequence[Step]) -> list[Step]:
    """The steps with the leader killed in their middle, before something is said; or as they are, where they
    kill it themselves."""
    if any(isinstance(step, Do) for step in steps):
        return list(steps)
    said = [at for at, step in enumerate(steps) if isinstance(step, Say)]
    middle = said[len(said) // 2]
    kill = Do(steps[middle].place, steps[middle].speaker, KILL)
    return [*steps[:middle], kill, *steps[middle:]]


def _noted(command: Command, succeeded: Counter[str]) -> Command:
    async def run(conversation: Conversation, values: Values) -> Reply | StreamedReply:
        reply = await command.run(conversation, values)
        if isinstance(reply, StreamedReply) or not reply.refused:
            succeeded[command.name] += 1
        return reply

    return replace(command, run=run)


class _NotingAdapter(ScriptAdapter):
    """Knows whose each refusal is: the command's that was called, tapped, or is under way."""

    def __init__(
        self,
        transcript: Transcript,
        downloads: Path,
        act: Acts,
        patience: float,
        store: BotStore,
        outcomes: Outcomes,
        tell: Callable[[str], None] = print,
    ) -> None:
        super().__init__([transcript], downloads, tell, act, patience_seconds=patience)
        self._store = store
        self._outcomes = outcomes
        self._heard: dict[str, tuple[str, bool]] = {}
        """By chat: the command of what was said last, and whether that repeats an act."""

    async def run(self, handle: Handler) -> None:
        async def noting(incoming: Incoming) -> None:
            repeats = incoming.press.startswith("repeat:")
            self._heard[incoming.chat] = self._command(incoming), repeats
            await handle(incoming)

        await super().run(noting)

    async def send(self, chat: str, reply: Reply) -> tuple[str, ...]:
        command, repeats = self._heard.get(chat, ("", False))
        shown = reply.text.plain
        self._outcomes.replies.append(shown)
        if reply.refused:
            self._outcomes.failed[command] += 1
        elif repeats:
            self._outcomes.confirmed.append(shown)
        return await super().send(chat, reply)

    def _command(self, incoming: Incoming) -> str:
        chat = self._store.load(incoming.chat)
        called = parse.call(incoming.text.strip()) if not incoming.press else parse.pressed(incoming.press)
        if called is not None and called.name not in {"pick", "done", "confirm", "repeat"}:
            return called.name
        return chat.dialogue.command if chat.dialogue is not None else ""
