"""Every transcript, played through the whole core over a classroom in one process."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.script import ScriptAdapter, Transcript
from bot.awaited import AwaitedAnswers
from bot.commands import Calendar, build_registry
from bot.core.engine import Engine
from bot.notify import Notifier
from bot.player import TranscriptFailed
from bot.store import BotStore
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.solo.classroom import SoloClassroom, seated

TRANSCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript_holds_in_one_process(path: Path, tmp_path: Path) -> None:
    async with seated(tutor=quoting_tutor) as classroom:
        await play(path, classroom, tmp_path)


async def play(path: Path, classroom: SoloClassroom, folder: Path) -> None:
    async def act(words: str) -> None:
        match words:
            case "kill leader":
                """Nothing here can die: the same conversation must hold all the same."""
            case "stop tutor":
                classroom.set_tutor(None)
            case "start tutor":
                classroom.set_tutor(quoting_tutor)
            case _:
                raise TranscriptFailed(f"nobody here can {words}")

    client = classroom.client
    adapter = ScriptAdapter([Transcript.read(path)], folder / "downloads", print, act, patience_seconds=20)
    awaited = AwaitedAnswers()
    registry = build_registry(client, Calendar(lambda: datetime.now(UTC), ZoneInfo("UTC")), awaited)
    store = BotStore(folder / "bot.db", adapter.name)
    notifier = Notifier(client, adapter, store, awaited)
    try:
        await Engine(adapter, registry, store, time.time, notifier.session_changed).run()
    finally:
        await notifier.stop()
        store.close()
