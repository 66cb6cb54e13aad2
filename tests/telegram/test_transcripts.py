"""The same transcripts as everywhere, through the real Application against a Bot API server on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.script import Transcript
from lms_cluster.local.ports import free_ports
from tests.dialogs.meddling import meddling, without_nodes
from tests.dialogs.plays import TRANSCRIPTS
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.solo.classroom import SoloClassroom
from tests.telegram.chatting import Chatting
from tests.telegram.running import running, webhook_in
from tests.telegram.server import BotApiServer
from tests.telegram.stage import TelegramStage


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript_holds_in_telegram(
    path: Path, server: BotApiServer, classroom: SoloClassroom, tmp_path: Path
) -> None:
    client, between = meddling(classroom.client)

    def set_tutor(there: bool) -> None:
        classroom.set_tutor(quoting_tutor if there else None)

    act = between.acts(without_nodes(between, set_tutor))
    transcript = Transcript.read(path)
    chatting = Chatting(server, client, tmp_path / "bot.db")
    async with running(chatting.converse(), server):
        await TelegramStage(server, chatting, transcript.folder, act).player.play(transcript.steps)


async def test_a_transcript_holds_when_updates_are_sent(
    server: BotApiServer, classroom: SoloClassroom, tmp_path: Path
) -> None:
    transcript = Transcript.read(next(path for path in TRANSCRIPTS if path.stem == "files_and_captions"))
    webhook = webhook_in(tmp_path, *free_ports(1))
    chatting = Chatting(server, classroom.client, tmp_path / "bot.db", webhook)

    async def nothing(act: str) -> None:
        raise AssertionError(f"the transcript wants {act}")

    async with running(chatting.converse(), server):
        await TelegramStage(server, chatting, transcript.folder, nothing).player.play(transcript.steps)
    assert not server.called("getUpdates")
