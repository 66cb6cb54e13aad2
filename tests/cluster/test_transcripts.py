"""Every transcript, played through the whole bot over three real nodes and the real tutor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.adapters.script import ScriptAdapter, Transcript
from bot.app import classroom, converse
from bot.client.grpc_client import GrpcLmsClient
from bot.config import from_file
from bot.player import TranscriptFailed
from bot.store import BotStore
from demo.seed import add_people
from lms_cluster.local.cluster import CLUSTER_FILE, LocalCluster
from tests.cluster.conftest import connect
from tests.telegram.chatting import Chatting
from tests.telegram.running import running
from tests.telegram.server import BotApiServer
from tests.telegram.stage import TelegramStage
from tests.world import PEOPLE

DIALOGS = Path(__file__).parents[1] / "dialogs"
TRANSCRIPTS = sorted(DIALOGS.glob("*.txt"))


@pytest.fixture(scope="module")
def tutored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Of these processes only the tutor runs. It keeps nothing of a classroom, and is slow to load."""
    tutored = LocalCluster.create(tmp_path_factory.mktemp("tutor"), node_count=1)
    try:
        yield tutored
    finally:
        tutored.stop()


def start_tutor(tutored: LocalCluster) -> None:
    tutored.tutor.start()
    tutored.wait_ready([tutored.tutor], [tutored.config.tutor])


@pytest.fixture
def cluster(tutored: LocalCluster, tmp_path: Path) -> Iterator[LocalCluster]:
    cluster = LocalCluster.create(tmp_path / "classroom", node_count=3)
    file = cluster.folder / CLUSTER_FILE
    file.write_text(file.read_text().replace(cluster.config.tutor, tutored.config.tutor))
    try:
        start_tutor(tutored)
        cluster.start(with_tutor=False)
        yield cluster
    finally:
        cluster.stop()


@pytest_asyncio.fixture
async def client(cluster: LocalCluster) -> AsyncIterator[GrpcLmsClient]:
    client = connect(cluster)
    await add_people(cluster, client, PEOPLE)
    yield client
    await client.close()


def acts_on(cluster: LocalCluster, tutored: LocalCluster) -> Callable[[str], Awaitable[None]]:
    """What the `!` lines of a transcript do to these processes."""

    async def act(words: str) -> None:
        match words:
            case "kill leader":
                leader = await asyncio.to_thread(cluster.wait_for_leader)
                await asyncio.to_thread(cluster.node(leader).kill)
            case "stop tutor":
                await asyncio.to_thread(tutored.tutor.stop)
            case "start tutor":
                await asyncio.to_thread(start_tutor, tutored)
            case _:
                raise TranscriptFailed(f"nobody here can {words}")

    return act


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript_holds_over_real_nodes(
    path: Path, cluster: LocalCluster, tutored: LocalCluster, tmp_path: Path
) -> None:
    act = acts_on(cluster, tutored)
    adapter = ScriptAdapter([Transcript.read(path)], tmp_path / "downloads", print, act)
    store = BotStore(tmp_path / "bot.db", ScriptAdapter.name)
    async with classroom(from_file(cluster.folder / CLUSTER_FILE)) as room:
        await converse(adapter, room, store)
    store.close()


@pytest.mark.timeout(240)
async def test_a_course_week_holds_in_telegram_over_real_nodes(
    cluster: LocalCluster, tutored: LocalCluster, client: GrpcLmsClient, tmp_path: Path
) -> None:
    transcript = Transcript.read(DIALOGS / "a_course_week.txt")
    async with BotApiServer() as server:
        chatting = Chatting(server, client, tmp_path / "bot.db")
        async with running(chatting.converse(), server):
            stage = TelegramStage(server, chatting, transcript.folder, acts_on(cluster, tutored))
            await stage.player.play(transcript.steps)
