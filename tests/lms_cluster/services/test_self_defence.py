"""What a node does about a disk that fills up, and about a state that is not what the others made of the
log."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from lms_cluster import disk_reserve, opening
from lms_cluster.commands import apply_command
from lms_cluster.disk_reserve import RESERVE_BYTES, RESUME_BYTES
from lms_cluster.healing import give_up_data
from lms_cluster.health_watch import LMS
from lms_cluster.history_comparison import HistoryDiverged
from lms_cluster.local.ports import free_ports
from lms_cluster.node import Node
from protos.command_pb2 import Command, Outcome
from protos.lms_pb2 import (
    KIND_ANNOUNCEMENT,
    GetClusterStatusRequest,
    GetClusterStatusResponse,
    NewAnnouncement,
)
from storage.chain import CHAIN_INTERVAL
from storage.log_store import SqliteLogStore
from tests.lms_cluster.services.cluster import (
    NODES,
    Person,
    RunningCluster,
    eventually,
    refusal,
)


class Disk:
    """How much is free, as a test says."""

    def __init__(self) -> None:
        self.free = 10 * RESUME_BYTES

    def measure(self, _: Path) -> int:
        return self.free


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[RunningCluster]:
    cluster = RunningCluster(tmp_path)
    yield cluster
    await cluster.stop()


async def status(cluster: RunningCluster, node_id: str) -> GetClusterStatusResponse:
    request = GetClusterStatusRequest(with_state_hash=True)
    return await cluster.admin(node_id).GetClusterStatus(request, metadata=cluster.secret)


async def equal_states(cluster: RunningCluster) -> bool:
    views = [await status(cluster, node_id) for node_id in cluster.nodes]
    return len({(view.applied_index, view.state_hash) for view in views}) == 1


async def test_a_leader_whose_disk_fills_up_hands_over_and_takes_no_writes_until_there_is_room(
    cluster: RunningCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_reserve, "LOOK_SECONDS", 0.02)
    disks = {node_id: Disk() for node_id in NODES}
    for node_id in NODES:
        await cluster.start_node(node_id, disks[node_id].measure)
    leader = await eventually(cluster.leader)
    people = await cluster.populate()
    grace = people["grace"]

    disks[leader].free = RESERVE_BYTES - 1

    async def another_leads() -> bool:
        return (await cluster.leader()) not in ("", leader)

    await eventually(another_leads)
    view = await status(cluster, leader)
    assert (view.disk_free, len(view.alarms)) == (RESERVE_BYTES - 1, 1)
    assert "disk is almost full" in view.alarms[0]
    refused = await refusal(grace.post(leader, announcement=NewAnnouncement(text="no room")))
    assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "DISK_ALMOST_FULL")
    assert "nothing was saved" in refused.message
    other = next(node_id for node_id in NODES if node_id != leader)
    posted = await grace.post(other, announcement=NewAnnouncement(text="room elsewhere"))
    read = await grace.get(leader, kind=KIND_ANNOUNCEMENT, id=posted.item.id)
    assert read.items[0].announcement.text == "room elsewhere"

    disks[leader].free = RESUME_BYTES - 1  # more than the mark, and not clearly more

    async def looked() -> bool:
        return (await status(cluster, leader)).disk_free == RESUME_BYTES - 1

    await eventually(looked)
    assert (await status(cluster, leader)).alarms
    disks[leader].free = RESUME_BYTES

    async def takes_writes() -> bool:
        return not (await status(cluster, leader)).alarms

    await eventually(takes_writes)
    await grace.post(leader, announcement=NewAnnouncement(text="room again"))


async def test_where_every_disk_is_almost_full_nothing_is_saved_and_all_is_read(
    cluster: RunningCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_reserve, "LOOK_SECONDS", 0.02)
    disk = Disk()
    for node_id in NODES:
        await cluster.start_node(node_id, disk.measure)
    await eventually(cluster.leader)
    people = await cluster.populate()
    before = await people["grace"].post(announcement=NewAnnouncement(text="before"))
    disk.free = 0

    async def all_complain() -> bool:
        return all([(await status(cluster, node_id)).alarms for node_id in NODES])

    await eventually(all_complain)
    for node_id in NODES:
        refused = await refusal(people["grace"].post(node_id, announcement=NewAnnouncement(text="lost")))
        assert refused.reason == "DISK_ALMOST_FULL"
        read = await people["ada"].get(node_id, kind=KIND_ANNOUNCEMENT)
        assert [item.id for item in read.items] == [before.item.id]


async def fill(person: Person, entries: int) -> None:
    """So many entries more, at least."""
    gate = asyncio.Semaphore(64)

    async def post(number: int) -> None:
        async with gate:
            await person.post(NODES[number % 2], announcement=NewAnnouncement(text=f"{number}"))

    await asyncio.gather(*(post(number) for number in range(entries)))


def apply_differently(command: Command, index: int, term: int) -> Outcome:
    """What a bug, or a bit that fell over, may make of an entry on one node."""
    if command.announce.text == "0":
        command.announce.text = "1"
    return apply_command(command, index, term)


@pytest.mark.timeout(180)
async def test_s39_a_node_that_made_something_else_of_the_log_is_found_out_and_heals(
    cluster: RunningCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cluster.start_node("n1")
    await cluster.start_node("n2")
    with monkeypatch.context() as patched:
        patched.setattr(opening, "apply_command", apply_differently)
        await cluster.start_node("n3")
    await eventually(cluster.leader)
    people = await cluster.populate()
    wrong = cluster.nodes["n3"]
    assert not wrong.ended.done()
    await fill(people["grace"], CHAIN_INTERVAL)

    async with asyncio.timeout(60):
        why = await asyncio.shield(wrong.ended)
    assert isinstance(why, HistoryDiverged)
    assert (await status(cluster, "n3")).applied_index < 2 * CHAIN_INTERVAL

    async def others_complain() -> bool:
        views = [await status(cluster, node_id) for node_id in ("n1", "n2")]
        return all(any("n3 made something else" in alarm for alarm in view.alarms) for view in views)

    await eventually(others_complain)
    assert not any(cluster.nodes[node_id].ended.done() for node_id in ("n1", "n2"))
    await cluster.stop_node("n3")
    give_up_data(cluster.config.node("n3").data, why)
    await cluster.start_node("n3")
    await eventually(lambda: equal_states(cluster))


async def test_a_node_that_is_new_says_that_it_should_not_be_chosen(cluster: RunningCluster) -> None:
    nodes = tuple(
        replace(node, data=node.data.with_name(f"{node.id}-empty")) for node in cluster.config.nodes
    )
    node = Node(replace(cluster.config, nodes=nodes), "n1")
    await node.start()
    try:
        stub = health_pb2_grpc.HealthStub(cluster.channel("n1"))
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=LMS))
        assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING
        view = await cluster.admin("n1").GetClusterStatus(GetClusterStatusRequest())
        assert (view.synced, list(view.membership.voters)) == (False, [])
        assert "neither votes nor counts" in view.alarms[0]
    finally:
        await node.stop()


async def test_a_leader_whose_disk_hangs_is_replaced_and_says_that_it_should_not_be_chosen(
    cluster: RunningCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    answers.set()
    hangs = ""
    append = SqliteLogStore.append

    def append_slowly(store: SqliteLogStore, *what: Any) -> None:
        if hangs and hangs in str(store._path):
            answers.wait()
        append(store, *what)

    monkeypatch.setattr(SqliteLogStore, "append", append_slowly)
    for node_id in NODES:
        await cluster.start_node(node_id)
    leader = hangs = await eventually(cluster.leader)
    people = await cluster.populate()
    stub = health_pb2_grpc.HealthStub(cluster.channel(leader))

    async def health_is(status: int) -> bool:
        return bool((await stub.Check(health_pb2.HealthCheckRequest(service=LMS))).status == status)

    answers.clear()
    try:
        other = next(node_id for node_id in NODES if node_id != leader)
        await people["grace"].post(other, announcement=NewAnnouncement(text="without it"))
        await eventually(lambda: health_is(health_pb2.HealthCheckResponse.NOT_SERVING))
        assert "the disk does not answer" in (await status(cluster, leader)).alarms[0]
        refused = await refusal(people["grace"].post(leader, announcement=NewAnnouncement(text="here")))
        assert refused.reason == "NO_QUORUM"
    finally:
        answers.set()
    await eventually(lambda: health_is(health_pb2.HealthCheckResponse.SERVING))
    await people["grace"].post(leader, announcement=NewAnnouncement(text="here again"))


async def test_prometheus_finds_consensus_the_disk_and_the_alarms(cluster: RunningCluster) -> None:
    (port,) = free_ports(1)
    first, *others = cluster.config.nodes
    cluster.config = replace(cluster.config, nodes=(replace(first, metrics=f"127.0.0.1:{port}"), *others))
    for node_id in NODES:
        await cluster.start_node(node_id)
    await eventually(cluster.leader)

    def scrape() -> str:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            return str(answer.read().decode())

    scraped = await asyncio.to_thread(scrape)
    assert 'homeroom_alarm{alarm="disk_almost_full"} 0.0' in scraped
    assert "homeroom_disk_free_bytes " in scraped
    assert "homeroom_files_set_aside_total 0.0" in scraped
    assert "homeroom_failed_entries_total 0.0" in scraped
    assert "raft_term " in scraped
    assert "raft_log_append_seconds_count" in scraped
