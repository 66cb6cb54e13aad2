"""Every transcript, played through the whole core over the classroom in memory."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.script import ScriptAdapter, Transcript
from bot.awaited import AwaitedAnswers
from bot.client.fake import FakeLmsClient
from bot.commands import Calendar, build_registry
from bot.core.engine import Engine
from bot.notify import Notifier
from bot.player import TranscriptFailed
from bot.store import BotStore
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.world import PEOPLE

TRANSCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript_holds_over_the_classroom_in_memory(path: Path, tmp_path: Path) -> None:
    client = FakeLmsClient(tutor=quoting_tutor)
    for person in PEOPLE.values():
        client.seat(person.username, person.display_name, person.role, person.password)

    async def act(words: str) -> None:
        match words:
            case "kill leader":
                """Nothing here can die: the same conversation must hold all the same."""
            case "stop tutor":
                client.set_tutor(None)
            case "start tutor":
                client.set_tutor(quoting_tutor)
            case _:
                raise TranscriptFailed(f"nobody here can {words}")

    adapter = ScriptAdapter([Transcript.read(path)], tmp_path / "downloads", print, act, patience_seconds=20)
    awaited = AwaitedAnswers()
    registry = build_registry(client, Calendar(lambda: datetime.now(UTC), ZoneInfo("UTC")), awaited)
    store = BotStore(tmp_path / "bot.db", adapter.name)
    notifier = Notifier(client, adapter, store, awaited)
    try:
        await Engine(adapter, registry, store, time.time, notifier.session_changed).run()
    finally:
        await notifier.stop()
        store.close()
