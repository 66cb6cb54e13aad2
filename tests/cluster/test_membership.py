"""Nodes come and go while people write: nothing acknowledged is lost, and every node holds the same state."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.client.grpc_client import GrpcLmsClient
from lms_cluster.local.changes import add_node, remove_node
from lms_cluster.local.cluster import LocalCluster
from protos.lms_pb2 import ChangeMembershipRequest
from storage.set_aside import LOG, STATE
from tests.cluster.conftest import connect
from tests.cluster.handing_in import new_assignment, texts_of
from tests.world import sign_in

pytestmark = pytest.mark.timeout(240)


@dataclass(slots=True)
class Writer:
    """Hands in one text after another; every one of them must be acknowledged."""

    assignment: str
    written: list[str] = field(default_factory=list)

    async def write(self, client: GrpcLmsClient, token: str) -> None:
        while True:
            text = f"text {len(self.written)}"
            await client.submit(token, f"membership-{len(self.written)}", self.assignment, text, ())
            self.written.append(text)


@asynccontextmanager
async def writing(cluster: LocalCluster) -> AsyncIterator[None]:
    """Somebody writes meanwhile; at the end all of it is there, once, and the same on all nodes that run."""
    client = connect(cluster)
    token = await sign_in(client, "ada")
    writer = Writer(await new_assignment(client))
    task = asyncio.create_task(writer.write(client, token))
    yield
    before = len(writer.written)
    while len(writer.written) < before + 5:  # what happened meanwhile has not stopped anybody
        await asyncio.wait([task], timeout=0.05)
        if task.done():
            await task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    found = await texts_of(client, token)
    assert [text for text in writer.written if found[text] != 1] == []
    await client.close()


async def eventually(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(look):  # noqa: ASYNC110 -- a process rings no bell
            await asyncio.sleep(0.05)


def voters(cluster: LocalCluster) -> list[str]:
    view = cluster.status(cluster.wait_for_leader())
    assert view is not None
    return list(view.membership.voters)


@pytest.mark.usefixtures("client")
async def test_a_node_joins_with_an_empty_disk_and_the_leader_leaves_for_good(cluster: LocalCluster) -> None:
    async with writing(cluster):
        larger = await asyncio.to_thread(add_node, cluster)
        assert voters(larger) == ["n1", "n2", "n3", "n4"]
        leader = larger.wait_for_leader()
        smaller = await asyncio.to_thread(remove_node, larger, leader)
        assert voters(smaller) == sorted({"n1", "n2", "n3", "n4"} - {leader})
    assert "this node was removed from the cluster, and ends" in larger.node(leader).last_lines(5)
    assert larger.node(leader).pid() is None
    await asyncio.to_thread(smaller.wait_equal_state)
    smaller.stop()


@pytest.mark.usefixtures("client")
async def test_a_member_whose_disk_is_empty_is_given_everything_anew(cluster: LocalCluster) -> None:
    async with writing(cluster):
        follower = next(node_id for node_id in cluster.nodes if node_id != cluster.wait_for_leader())
        await asyncio.to_thread(cluster.node(follower).kill)
        shutil.rmtree(cluster.config.node(follower).data)
        cluster.node(follower).start()
        await asyncio.to_thread(cluster.wait_caught_up, follower)
    assert "this node is new, or lost its disk" in cluster.node(follower).last_lines(50)
    await asyncio.to_thread(cluster.wait_equal_state)


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("file", [LOG, STATE])
async def test_a_node_whose_data_is_damaged_sets_it_aside_and_heals(cluster: LocalCluster, file: str) -> None:
    async with writing(cluster):
        node_id = cluster.wait_for_leader()
        data = cluster.config.node(node_id).data
        await asyncio.to_thread(cluster.node(node_id).stop)
        damage(data / file)
        cluster.node(node_id).start()
        await asyncio.to_thread(cluster.wait_caught_up, node_id)
    assert "data is damaged, and set aside" in cluster.node(node_id).last_lines(50)
    (aside,) = data.glob("damaged-*")
    assert (aside / LOG).exists()
    await asyncio.to_thread(cluster.wait_equal_state)


async def test_damaged_data_is_kept_while_nobody_could_replace_it(cluster: LocalCluster) -> None:
    cluster.stop()
    data = cluster.config.node("n1").data
    damage(data / LOG)
    cluster.node("n1").start()
    await eventually(lambda: "it is kept until the others" in cluster.node("n1").last_lines(20))
    cluster.node("n2").start()
    await eventually(lambda: cluster.status("n2") is not None)
    assert list(data.glob("damaged-*")) == []
    cluster.node("n3").start()
    await asyncio.to_thread(cluster.wait_caught_up, "n1")
    assert len(list(data.glob("damaged-*"))) == 1


def damage(path: Path) -> None:
    """As a bad disk does it: the file's second page is gone, and a stretch of its last one is something
    else."""
    content = bytearray(path.read_bytes())
    content[4096:8192] = bytes(4096)
    content[-2048:] = bytes(reversed(content[-2048:]))
    path.write_bytes(content)


def test_a_lone_node_with_a_damaged_log_refuses_to_start_and_names_the_way_out(tmp_path: Path) -> None:
    cluster = LocalCluster.create(tmp_path / "classroom", node_count=1)
    try:
        cluster.start(with_tutor=False)
        cluster.node("n1").stop()
        damage(cluster.config.node("n1").data / LOG)
        ended = subprocess.run(cluster.node("n1").command(), capture_output=True, timeout=60, check=False)
    finally:
        cluster.stop()
    assert ended.returncode == 1
    assert b"lmsctl restore FILE --node n1" in ended.stderr
    assert not list(cluster.config.node("n1").data.glob("damaged-*"))


async def test_a_node_that_was_removed_while_it_was_away_ends_with_success_when_it_comes_back(
    cluster: LocalCluster,
) -> None:
    away = next(node_id for node_id in cluster.nodes if node_id != cluster.wait_for_leader())
    cluster.node(away).kill()
    change = ChangeMembershipRequest(remove=[away])
    await asyncio.to_thread(cluster.operator().change_membership, change)
    process = await asyncio.create_subprocess_exec(
        *cluster.node(away).command(), stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        _, said = await process.communicate()
    assert process.returncode == 0
    assert b"this node was removed from the cluster, and ends" in said
