"""The same transcripts as everywhere, through the real Application against a Bot API server on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.script import Transcript
from bot.player import TranscriptFailed
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.solo.classroom import SoloClassroom
from tests.telegram.chatting import Chatting
from tests.telegram.server import BotApiServer
from tests.telegram.stage import TelegramStage

DIALOGS = Path(__file__).parent.parent / "dialogs"
TRANSCRIPTS = sorted(DIALOGS.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript_holds_in_telegram(
    path: Path, server: BotApiServer, chatting: Chatting, classroom: SoloClassroom
) -> None:
    async def act(words: str) -> None:
        match words:
            case "kill leader":
                """A classroom in one process has none: the same conversation must hold all the same."""
            case "stop tutor":
                classroom.set_tutor(None)
            case "start tutor":
                classroom.set_tutor(quoting_tutor)
            case _:
                raise TranscriptFailed(f"nobody here can {words}")

    transcript = Transcript.read(path)
    stage = TelegramStage(server, chatting, transcript.folder, act)
    await stage.player.play(transcript.steps)
