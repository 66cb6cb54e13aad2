"""Real clusters: whoever lacks what the log no longer holds is brought the state itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from raft.membership import Membership, MembershipChange
from raft.runtime.log_sizes import CompactionPolicy
from raft.runtime.snapshot_files import SnapshotFiles
from raft.runtime.snapshot_limits import SnapshotLimits
from tests.raft_runtime.cluster import Cluster, Memory, Options, RunningNode, eventually
from tests.raft_runtime.test_membership import a_leader, change

TAIL = CompactionPolicy(tail_entries=50, tail_bytes=1 << 20)
SMALL_CHUNKS = SnapshotLimits(chunk_bytes=4 << 10, bytes_per_second=1 << 20, sends_max=1)
COMMAND_BYTES = 4 << 10


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with Cluster(tmp_path, options=Options(compaction=TAIL, snapshot_limits=SMALL_CHUNKS)) as three:
        yield three


def command(number: int) -> bytes:
    return b"%d " % number + bytes(COMMAND_BYTES)


async def write(cluster: Cluster, count: int) -> None:
    leader = await a_leader(cluster)
    await asyncio.gather(*(leader.propose(command(number)) for number in range(count)))


async def compacted(cluster: Cluster, index: int) -> None:
    """Every running node has forgotten its log up to `index`."""
    await eventually(lambda: all(node.driver.status().first_index > index for node in cluster.nodes.values()))


async def left_behind(cluster: Cluster) -> str:
    """A follower that was stopped, and for whom the others hold no log any more."""
    leader = await cluster.leader()
    behind = next(node_id for node_id in cluster.nodes if node_id != leader.node_id)
    await cluster.kill(behind)
    for _ in range(3):
        await write(cluster, 120)
        await asyncio.sleep(0)
    await compacted(cluster, 150)
    return behind


async def agree(cluster: Cluster) -> None:
    leader = await a_leader(cluster)
    applied = await leader.propose(b"the last")
    await eventually(
        lambda: all(node.memory.applied().index >= applied.index for node in cluster.nodes.values())
    )
    for node in cluster.nodes.values():
        assert node.memory.commands == leader.memory.commands


async def brought(node: RunningNode) -> None:
    """One snapshot has been installed, and no more than that."""
    await eventually(lambda: node.metric("raft_snapshots_total", direction="received", outcome="done") == 1)


async def test_the_log_is_cut_back_to_its_tail_and_a_restart_begins_there(cluster: Cluster) -> None:
    await write(cluster, 300)
    await compacted(cluster, 150)
    node = cluster.nodes["n2"]
    status = node.driver.status()
    assert status.applied_index - status.first_index < 2 * TAIL.tail_entries
    await eventually(lambda: node.store.base().index >= status.first_index - 1)
    await cluster.kill("n2")
    await cluster.start("n2")
    assert len(cluster.nodes["n2"].memory.commands) > 150, "not replayed: the state was there"
    await agree(cluster)


async def test_a_follower_left_behind_is_brought_the_state(cluster: Cluster) -> None:
    behind = await left_behind(cluster)
    await cluster.start(behind)
    await agree(cluster)
    node = cluster.nodes[behind]
    await brought(node)
    senders = list(cluster.nodes.values())
    await eventually(
        lambda: sum(node.metric("raft_snapshots_total", direction="sent", outcome="done") for node in senders)
    )
    assert node.metric("raft_snapshot_bytes_total", direction="received") > 300 * COMMAND_BYTES


async def test_what_a_snapshot_brought_is_there_after_a_restart(cluster: Cluster) -> None:
    behind = await left_behind(cluster)
    await cluster.start(behind)
    await agree(cluster)
    await cluster.kill(behind)
    await cluster.start(behind)
    assert len(cluster.nodes[behind].memory.commands) >= 300
    await agree(cluster)


async def test_a_new_node_joins_a_cluster_whose_log_is_compacted_while_clients_write(
    cluster: Cluster,
) -> None:
    await write(cluster, 300)
    await compacted(cluster, 100)
    terms = {node.driver.status().term for node in cluster.nodes.values()}
    is_joined = asyncio.Event()
    written = []

    async def client() -> None:
        while not is_joined.is_set():
            written.append((await cluster.propose_anywhere(b"meanwhile")).index)

    writing = asyncio.create_task(client())
    await cluster.join("n4")
    await change(cluster, MembershipChange(add_learners=(("n4", cluster.addresses["n4"]),)))
    await change(cluster, MembershipChange(promote=("n4",)))
    is_joined.set()
    await writing
    await agree(cluster)
    await brought(cluster.nodes["n4"])
    assert len(written) > 10, "clients went on meanwhile"
    assert {node.driver.status().term for node in cluster.nodes.values()} == terms, "heartbeats flowed"


async def half_received(cluster: Cluster, behind: str) -> int:
    """Bytes of a snapshot that have arrived, when it is about half."""

    def size() -> int:
        return sum(file.stat().st_size for file in cluster.nodes[behind].snapshot_folder.glob("incoming-*"))

    return await eventually(lambda: found if (found := size()) > 150 * COMMAND_BYTES else None)


async def test_s31_a_broken_stream_goes_on_where_it_broke_off(cluster: Cluster) -> None:
    behind = await left_behind(cluster)
    await cluster.start(behind)
    arrived = await half_received(cluster, behind)
    await cluster.kill(behind)
    await cluster.start(behind)
    await agree(cluster)
    node = cluster.nodes[behind]
    sent = sum(
        sender.metric("raft_snapshot_bytes_total", direction="sent") for sender in cluster.nodes.values()
    )
    received = node.metric("raft_snapshot_bytes_total", direction="received")
    await brought(node)
    assert received + arrived <= sent + SMALL_CHUNKS.chunk_bytes
    assert received < sent, "the first half was not sent again"


async def test_s29_a_leader_that_dies_while_it_sends_is_replaced_by_another_that_sends_its_own(
    cluster: Cluster,
) -> None:
    await cluster.join("n4")
    await change(cluster, MembershipChange(add_learners=(("n4", cluster.addresses["n4"]),)))
    await cluster.kill("n4")
    await write(cluster, 300)
    await compacted(cluster, 200)
    await cluster.start("n4")
    await half_received(cluster, "n4")
    sender = await a_leader(cluster)
    await cluster.kill(sender.node_id)
    await cluster.propose_anywhere(b"under another leader")
    await agree(cluster)
    await brought(cluster.nodes["n4"])


async def test_a_damaged_snapshot_is_not_installed_and_another_is_made(cluster: Cluster) -> None:
    behind = await left_behind(cluster)
    await cluster.start(behind)
    node = cluster.nodes[behind]
    node.memory.is_damaged = True
    await eventually(lambda: node.metric("raft_snapshots_total", direction="received", outcome="failed") > 0)
    assert len(node.memory.commands) < 300
    assert node.driver.status().leader_id is not None, "and the node lives"
    node.memory.is_damaged = False
    await agree(cluster)


async def test_a_receiver_without_room_says_so_and_loses_nothing(tmp_path: Path) -> None:
    full = SnapshotLimits(chunk_bytes=4 << 10, free_bytes_min=1 << 60)
    async with Cluster(tmp_path, options=Options(compaction=TAIL, snapshot_limits=full)) as cluster:
        behind = await left_behind(cluster)
        await cluster.start(behind)
        node = cluster.nodes[behind]
        await eventually(
            lambda: node.metric("raft_snapshots_total", direction="received", outcome="failed") > 0
        )
        assert not list(node.snapshot_folder.glob("incoming-*"))
        await cluster.propose_anywhere(b"the others carry on")


async def test_snapshot_files_are_gone_when_nobody_needs_them(cluster: Cluster) -> None:
    behind = await left_behind(cluster)
    await cluster.start(behind)
    await agree(cluster)
    assert not list(cluster.nodes[behind].snapshot_folder.glob("incoming-*"))
    senders = [node for node in cluster.nodes.values() if list(node.snapshot_folder.glob("outgoing-*"))]
    assert len(senders) == 1, "kept for a while, lest it be made again"
    await cluster.kill(senders[0].node_id)
    assert not list(senders[0].snapshot_folder.glob("outgoing-*"))


def test_what_an_earlier_run_was_sending_is_deleted_at_start(tmp_path: Path) -> None:
    (tmp_path / "outgoing-1").touch()
    SnapshotFiles(Memory(tmp_path / "state", Membership()), tmp_path)
    assert not list(tmp_path.iterdir())


async def test_an_install_that_was_cut_short_is_finished_at_the_next_start(cluster: Cluster) -> None:
    behind = await left_behind(cluster)
    leader = await a_leader(cluster)
    installed = leader.memory.write_snapshot(cluster.folder(behind) / "state")  # the log was not restored
    await cluster.start(behind)
    assert cluster.nodes[behind].store.base() == installed
    await agree(cluster)
