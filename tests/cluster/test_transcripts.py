"""Every transcript, played through the whole bot over three real nodes and the real tutor.

Each has a cluster of its own, in which are the people of tests/world.py. The leader is killed in the middle
of each that does not say itself what happens to its surroundings.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.adapters.script import Transcript
from bot.client.grpc_client import GrpcLmsClient
from bot.player import TranscriptFailed
from lms_cluster.founding import restore_node
from lms_cluster.lmsctl.backup import receive
from lms_cluster.local.cluster import LocalCluster
from lms_cluster.local.process import POLL_SECONDS
from tests.cluster.conftest import ask_the_tutor_at, connect, let_people_in
from tests.cluster.forked import ForkedCluster
from tests.dialogs.meddling import Act, meddling
from tests.dialogs.plays import FOLDER, TRANSCRIPTS, Outcomes, play, room_over, with_leader_killed
from tests.telegram.chatting import Chatting
from tests.telegram.running import running
from tests.telegram.server import BotApiServer
from tests.telegram.stage import TelegramStage

PATIENCE_SECONDS = 60
TUTOR_SECONDS = 150
"""What a tutor may take to load beside other tests."""


@pytest.fixture(scope="module")
def tutored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Of these processes only the tutor runs. It keeps nothing of a classroom, and is slow to load."""
    tutored = LocalCluster.create(tmp_path_factory.mktemp("tutor"), node_count=1)
    try:
        tutored.start_tutor(TUTOR_SECONDS)
        yield tutored
    finally:
        tutored.stop()


class Clusters:
    """A new cluster for whoever takes one: while it is used, the next one elects its leader. All begin with
    the state of one backup: hashing everybody's password takes as long as a short transcript."""

    def __init__(self, folder: Path, tutored: LocalCluster, backup: Path) -> None:
        self._folder = folder
        self._tutored = tutored
        self._backup = backup
        self._numbers = count(1)
        self._builder = ThreadPoolExecutor(1)
        self._next = self._builder.submit(self._built)

    def take(self) -> LocalCluster:
        taken = self._next.result()
        self._next = self._builder.submit(self._built)
        return taken

    def close(self) -> None:
        kill(self._next.result())
        self._builder.shutdown()

    def _built(self) -> LocalCluster:
        cluster = ForkedCluster.create(self._folder / f"classroom-{next(self._numbers)}", node_count=3)
        for node in cluster.config.nodes:
            shutil.rmtree(node.data)
            restore_node(cluster.config, node.id, self._backup)
        ask_the_tutor_at(self._tutored.config.tutor, cluster)
        try:
            cluster.start(with_tutor=False)
        except BaseException:
            kill(cluster)
            raise
        return cluster


def kill(cluster: LocalCluster) -> None:
    for process in cluster.nodes.values():
        process.kill()


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a classroom that has its people, and nothing else."""
    folder = tmp_path_factory.mktemp("people")
    cluster = ForkedCluster.create(folder / "classroom", node_count=1)
    try:
        cluster.start(with_tutor=False)
        asyncio.run(let_people_in(cluster))
        receive(cluster.operator().backup("n1", PATIENCE_SECONDS), folder / "backup")
    finally:
        kill(cluster)
    return folder / "backup"


@pytest.fixture(scope="module")
def clusters(
    tutored: LocalCluster, backup: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clusters]:
    clusters = Clusters(tmp_path_factory.mktemp("clusters"), tutored, backup)
    try:
        yield clusters
    finally:
        clusters.close()


@pytest.fixture
def cluster(clusters: Clusters, tutored: LocalCluster) -> Iterator[LocalCluster]:
    cluster = clusters.take()
    try:
        tutored.start_tutor(TUTOR_SECONDS)
        yield cluster
    finally:
        kill(cluster)


@pytest_asyncio.fixture
async def client(cluster: LocalCluster) -> AsyncIterator[GrpcLmsClient]:
    client = connect(cluster)
    yield client
    await client.close()


def acts_on(cluster: LocalCluster, tutored: LocalCluster) -> Act:
    """What the `!` lines of a transcript do to these processes."""

    def lose_quorum() -> None:
        """A follower is left: a leader would take what is said before it knows that it is alone."""
        leader = cluster.node(cluster.wait_for_leader())
        running_nodes = [process for process in cluster.nodes.values() if process.pid() is not None]
        followers = [process for process in running_nodes if process.name != leader.name]
        for process in (*followers[1:], leader):
            process.kill()
        # Until it misses its leader it forwards what is said, and cannot say what became of that.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (view := cluster.status(followers[0].name)) is None or view.leader_id:
            if time.monotonic() > deadline:
                raise TranscriptFailed(f"{followers[0].name} still follows {leader.name}")
            time.sleep(POLL_SECONDS)

    def restore_quorum() -> None:
        for process in cluster.nodes.values():
            process.start()
        cluster.wait_for_leader()

    acts = {
        "kill leader": lambda: cluster.node(cluster.wait_for_leader()).kill(),
        "lose the quorum": lose_quorum,
        "restore the quorum": restore_quorum,
        "stop tutor": tutored.tutor.stop,
        "start tutor": lambda: tutored.start_tutor(TUTOR_SECONDS),
    }

    async def act(words: str) -> None:
        if words not in acts:
            raise TranscriptFailed(f"nobody here can {words}")
        await asyncio.to_thread(acts[words])

    return act


@pytest.mark.timeout(240)
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript_holds_over_real_nodes(
    path: Path, cluster: LocalCluster, tutored: LocalCluster, client: GrpcLmsClient, tmp_path: Path
) -> None:
    transcript = Transcript.read(path)
    transcript = Transcript(with_leader_killed(transcript.steps), transcript.folder)
    outcomes = Outcomes()
    through, between = meddling(client)
    room = room_over(through, ZoneInfo("UTC"), outcomes)
    act = between.acts(acts_on(cluster, tutored))
    await play(transcript, room, act, tmp_path, outcomes, PATIENCE_SECONDS)


@pytest.mark.timeout(240)
async def test_a_course_week_holds_in_telegram_over_real_nodes(
    cluster: LocalCluster, tutored: LocalCluster, client: GrpcLmsClient, tmp_path: Path
) -> None:
    transcript = Transcript.read(FOLDER / "a_course_week.txt")
    async with BotApiServer() as server:
        chatting = Chatting(server, client, tmp_path / "bot.db")
        async with running(chatting.converse(), server):
            stage = TelegramStage(server, chatting, transcript.folder, acts_on(cluster, tutored))
            await stage.player.play(transcript.steps)
