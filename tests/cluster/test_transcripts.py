"""Every transcript, played through the whole bot over three real nodes and the real tutor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.script import ScriptAdapter, Transcript
from bot.app import classroom, converse
from bot.client.grpc_client import GrpcLmsClient
from bot.config import from_file
from bot.player import TranscriptFailed
from bot.store import BotStore
from demo.seed import add_people
from lms_cluster.local.cluster import LocalCluster
from tests.world import PEOPLE

TRANSCRIPTS = sorted((Path(__file__).parents[1] / "dialogs").glob("*.txt"))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    cluster = LocalCluster.create(tmp_path / "classroom", node_count=3)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript_holds_over_real_nodes(path: Path, cluster: LocalCluster, tmp_path: Path) -> None:
    people = GrpcLmsClient({node.id: node.address for node in cluster.config.nodes})
    await add_people(cluster, people, PEOPLE)
    await people.close()

    async def act(words: str) -> None:
        match words:
            case "kill leader":
                leader = await asyncio.to_thread(cluster.wait_for_leader)
                await asyncio.to_thread(cluster.node(leader).kill)
            case "stop tutor":
                await asyncio.to_thread(cluster.tutor.stop)
            case "start tutor":
                cluster.tutor.start()
                await asyncio.to_thread(cluster.wait_ready, [cluster.tutor], [cluster.config.tutor])
            case _:
                raise TranscriptFailed(f"nobody here can {words}")

    adapter = ScriptAdapter([Transcript.read(path)], tmp_path / "downloads", print, act)
    store = BotStore(tmp_path / "bot.db", ScriptAdapter.name)
    async with classroom(from_file(cluster.folder / "cluster.toml")) as room:
        await converse(adapter, room, store)
    store.close()
