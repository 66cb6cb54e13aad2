"""Every transcript, played through the whole core over a classroom in one process."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.script import Transcript
from bot.player import TranscriptFailed
from tests.dialogs.meddling import meddling, without_nodes
from tests.dialogs.plays import TRANSCRIPTS, Outcomes, play, room_over
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.solo.classroom import seated

PATIENCE_SECONDS = 20

played: dict[str, tuple[Outcomes, TranscriptFailed | None]] = {}
"""What each transcript came to, by name: it is played once, whichever test asks first."""


async def outcome(path: Path) -> tuple[Outcomes, TranscriptFailed | None]:
    if path.stem not in played:
        outcomes, failure = Outcomes(), None
        try:
            await _play(path, outcomes)
        except TranscriptFailed as failed:
            failure = failed
        played[path.stem] = outcomes, failure
    return played[path.stem]


async def _play(path: Path, outcomes: Outcomes) -> None:
    async with seated(tutor=quoting_tutor) as classroom:
        client, between = meddling(classroom.client)

        def set_tutor(there: bool) -> None:
            classroom.set_tutor(quoting_tutor if there else None)

        act = between.acts(without_nodes(between, set_tutor))
        room = room_over(client, ZoneInfo("UTC"), outcomes)
        with TemporaryDirectory(prefix="dialog-") as folder:
            await play(Transcript.read(path), room, act, Path(folder), outcomes, PATIENCE_SECONDS)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript_holds_in_one_process(path: Path) -> None:
    _, failure = await outcome(path)
    if failure is not None:
        raise failure
