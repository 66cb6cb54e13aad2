"""The tutor killed in the middle of an answer, and the leader with it: the student sees that it is away, and
then gets one answer, once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.script import Transcript
from demo.seed import add_people
from lms_cluster.local.cluster import LocalCluster
from tests.cluster.conftest import ask_the_tutor_at, connect
from tests.cluster.tutor_line import TutorLine
from tests.dialogs.plays import Outcomes, play, room_over
from tests.world import PEOPLE, sign_in

TRANSCRIPT = Path(__file__).parent / "killed_in_an_answer.txt"
PATIENCE_SECONDS = 90
QUESTION = "How is a leader elected by a majority?"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    """Not started yet."""
    cluster = LocalCluster.create(tmp_path / "classroom", node_count=3)
    try:
        yield cluster
    finally:
        cluster.stop()


class Killings:
    """The acts of the transcript."""

    def __init__(self, cluster: LocalCluster, line: TutorLine) -> None:
        self._cluster = cluster
        self._line = line
        self._killed = ""
        self._killing: asyncio.Task[None] | None = None

    async def act(self, words: str) -> None:
        if words.startswith("kill"):
            self._killing = asyncio.create_task(self._kill_once_asked())
        else:
            await self._start_again()

    async def _kill_once_asked(self) -> None:
        await self._line.hold_the_answer_to(QUESTION.encode())
        self._killed = await asyncio.to_thread(self._cluster.wait_for_leader)
        for process in (self._cluster.tutor, self._cluster.node(self._killed)):
            await asyncio.to_thread(process.kill)

    async def _start_again(self) -> None:
        assert self._killing is not None
        await self._killing
        self._line.release()
        self._cluster.node(self._killed).start()
        await asyncio.to_thread(self._cluster.start_tutor)
        await asyncio.to_thread(self._cluster.wait_caught_up, self._killed)


@pytest.mark.timeout(400)
async def test_a_student_gets_one_answer_once_though_tutor_and_leader_die_over_it(
    cluster: LocalCluster, tmp_path: Path
) -> None:
    host, _, port = cluster.config.tutor.rpartition(":")
    async with TutorLine(host, int(port)) as line:
        ask_the_tutor_at(line.address, cluster)
        await asyncio.to_thread(cluster.start_tutor)
        await asyncio.to_thread(cluster.start, with_tutor=False)
        client = connect(cluster)
        await add_people(cluster, client, PEOPLE)
        outcomes = Outcomes()
        room = room_over(client, ZoneInfo("UTC"), outcomes)
        killings = Killings(cluster, line)
        await play(Transcript.read(TRANSCRIPT), room, killings.act, tmp_path, outcomes, PATIENCE_SECONDS)
        await asyncio.to_thread(cluster.wait_equal_state)

        told = [reply for reply in outcomes.replies if "was answered" in reply]
        assert len(told) == 1
        (query,) = (await client.queries(await sign_in(client, "ada"))).items
        assert [answer.by_tutor for answer in query.answers] == [True]
        await client.close()
