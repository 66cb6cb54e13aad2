"""A student's whole way in German, and what only staff meets: no sentence of ours is in English on it,
however German was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.script import Acts, ScriptAdapter, Transcript
from bot.app import converse
from bot.core.model import Incoming, Reply
from bot.core.richtext import plain
from bot.store import BotStore
from bot.transcript import Expect, Said, Say, Step
from tests.dialogs.english import English
from tests.dialogs.meddling import meddling, without_nodes
from tests.dialogs.plays import FOLDER, Outcomes, room_over
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.solo.classroom import seated

TRANSCRIPTS = sorted(FOLDER.glob("auf_deutsch*.txt"))
STAFF = {"grace", "root"}
"""They speak English; everybody else is spoken to in German."""
ABOUT_STAFF = "auf_deutsch_fuer_das_kollegium"
"""In which they do not."""
CHOICE = "/settings language=de"
PATIENCE_SECONDS = 20


class GermanPlace(ScriptAdapter):
    """A place that knows the students' language, if `knows`; and keeps what is said to them in English."""

    def __init__(
        self, steps: Sequence[Step], downloads: Path, act: Acts, *, knows: bool, english: set[str]
    ) -> None:
        """`english`: who is spoken to in English."""
        transcript = Transcript(steps, FOLDER)
        super().__init__([transcript], downloads, print, act, patience_seconds=PATIENCE_SECONDS)
        self._language = "de-DE" if knows else ""
        self._english = English("de")
        self._speak_english = english
        self.said_in_english: list[str] = []

    def _filled(self, incoming: Incoming, said: Said) -> Incoming:
        language = "en" if incoming.chat in self._speak_english else self._language
        return super()._filled(replace(incoming, language=language), said)

    async def send(self, chat: str, reply: Reply) -> tuple[str, ...]:
        if chat not in self._speak_english:
            self.said_in_english += self._english.said_in(reply)
        return await super().send(chat, reply)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("knows", [True, False], ids=["the place knows it", "it is chosen"])
async def test_who_speaks_german_is_spoken_to_in_german_all_the_way(
    path: Path, knows: bool, tmp_path: Path
) -> None:
    steps = list(Transcript.read(path).steps)
    if knows:
        steps = _without(steps, CHOICE)
    async with seated(tutor=quoting_tutor) as classroom:
        client, between = meddling(classroom.client)

        def set_tutor(there: bool) -> None:
            classroom.set_tutor(quoting_tutor if there else None)

        act = between.acts(without_nodes(between, set_tutor))
        english = set() if path.stem == ABOUT_STAFF else STAFF
        place = GermanPlace(steps, tmp_path / "downloads", act, knows=knows, english=english)
        store = BotStore(tmp_path / "bot.db", place.name)
        try:
            await converse(place, room_over(client, ZoneInfo("Europe/Berlin"), Outcomes()), store)
        finally:
            store.close()
    assert place.said_in_english == []


def _without(steps: Sequence[Step], said: str) -> list[Step]:
    """The steps without this line and what was to be answered to it."""
    kept: list[Step] = []
    left_out = False
    for step in steps:
        if isinstance(step, Say):
            left_out = step.text == said
        if not (left_out and isinstance(step, Say | Expect)):
            kept.append(step)
    return kept


def test_english_is_recognised_where_it_is_said() -> None:
    english = English("de")
    assert english.said_in(Reply(plain("S1 ist abgegeben: Versuch 1 zu A1\nElections"))) == []
    assert "Handed in S1: attempt 1 of A1" in english.said_in(Reply(plain("Handed in S1: attempt 1 of A1")))
