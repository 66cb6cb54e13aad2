"""A node's life: starting alone and light, losing its quorum, stopping, and coming back."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from lms_cluster.__main__ import run
from lms_cluster.config import ConfigError, NodeConfig
from lms_cluster.data_folder import DataFolderUnusable
from lms_cluster.founding import found_node
from lms_cluster.health_watch import LEADER, LMS
from lms_cluster.local.ports import free_ports
from lms_cluster.node import Node
from protos.lms_pb2 import (
    CONSISTENCY_STALE,
    KIND_ANNOUNCEMENT,
    BootstrapRequest,
    GetClusterStatusRequest,
    GetClusterStatusResponse,
    GetRequest,
    NewAnnouncement,
    PostRequest,
)
from raft.errors import StorageFailed
from storage.log_store import SqliteLogStore
from tests.lms_cluster.services.cluster import NODES, RunningCluster, eventually, refusal

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[RunningCluster]:
    cluster = RunningCluster(tmp_path)
    await cluster.start()
    yield cluster
    await cluster.stop()


async def health(cluster: RunningCluster, node_id: str, service: str) -> int:
    stub = health_pb2_grpc.HealthStub(cluster.channel(node_id))
    answer = await stub.Check(health_pb2.HealthCheckRequest(service=service))
    return int(answer.status)


async def statuses(cluster: RunningCluster) -> list[GetClusterStatusResponse]:
    request = GetClusterStatusRequest(with_state_hash=True)
    secret = cluster.secret
    return [await cluster.admin(n).GetClusterStatus(request, metadata=secret) for n in cluster.nodes]


async def test_all_nodes_come_to_the_same_state(cluster: RunningCluster) -> None:
    people = await cluster.populate()
    for n in range(20):
        await people["grace"].post(NODES[n % 3], announcement=NewAnnouncement(text=f"{n}"))

    async def equal() -> bool:
        return len({(each.applied_index, each.state_hash) for each in await statuses(cluster)}) == 1

    await eventually(equal)
    leader = await eventually(cluster.leader)
    for status in await statuses(cluster):
        assert (status.leader_id, status.users) == (leader, 4)
        assert len(status.state_hash) == 64
        assert {peer.node_id for peer in status.peers} == (
            set(NODES) - {leader} if status.node_id == leader else set()
        )


async def test_the_health_service_knows_who_leads(cluster: RunningCluster) -> None:
    leader = await eventually(cluster.leader)

    async def settled() -> bool:
        roles = {node_id: await health(cluster, node_id, LEADER) for node_id in NODES}
        return roles == {node_id: SERVING if node_id == leader else NOT_SERVING for node_id in NODES}

    await eventually(settled)
    for service in ("", LMS):
        assert [await health(cluster, node_id, service) for node_id in NODES] == [SERVING] * 3


async def test_reflection_names_the_services(cluster: RunningCluster) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(cluster.channel("n1"))
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    answer = await anext(aiter(stub.ServerReflectionInfo(iter([request]))))
    names = {service.name for service in answer.list_services_response.service}
    assert {"lms.v1.LmsService", "lms.v1.AdminService", "grpc.health.v1.Health"} <= names


async def test_the_first_administrator_is_the_only_one_made_so(cluster: RunningCluster) -> None:
    # Whoever is merely the first to reach the port must not have the classroom.
    stranger = BootstrapRequest(username="mallory", password="long enough")
    refused = await refusal(cluster.admin("n1").Bootstrap(stranger))
    assert (refused.code, refused.reason) == ("UNAUTHENTICATED", "NO_SECRET")
    weak = BootstrapRequest(username="root", password="short")
    assert (
        await refusal(cluster.admin("n1").Bootstrap(weak, metadata=cluster.secret))
    ).violations.keys() == {"password"}
    await cluster.populate()
    again = BootstrapRequest(username="second", password="long enough")
    for node_id in NODES:
        refused = await refusal(cluster.admin(node_id).Bootstrap(again, metadata=cluster.secret))
        assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "RULE")


async def test_without_a_quorum_nothing_is_saved_and_old_state_is_read_as_such(
    cluster: RunningCluster,
) -> None:
    people = await cluster.populate()
    grace = people["grace"]
    await grace.post(announcement=NewAnnouncement(text="before"))
    leader = await eventually(cluster.leader)
    for node_id in NODES:
        if node_id != leader:
            await cluster.stop_node(node_id)

    async def stepped_down() -> bool:
        return not await cluster.leader()

    await eventually(stepped_down)
    lms = cluster.lms(leader)
    new = PostRequest(request_id=uuid4().hex, announcement=NewAnnouncement(text="lost"))
    refused = await refusal(lms.Post(new, timeout=0.5, metadata=grace.metadata))
    assert (refused.code, refused.reason) == ("UNAVAILABLE", "NO_QUORUM")
    assert "nothing was saved" in refused.message
    read = GetRequest(kind=KIND_ANNOUNCEMENT)
    refused = await refusal(lms.Get(read, timeout=0.5, metadata=grace.metadata))
    assert (refused.code, refused.reason) == ("UNAVAILABLE", "NO_QUORUM")

    read.consistency = CONSISTENCY_STALE
    answer = await lms.Get(read, timeout=5, metadata=grace.metadata)
    assert answer.stale
    assert [item.announcement.text for item in answer.items] == ["before"]


async def test_posts_go_on_when_the_leader_stops_and_the_node_catches_up(cluster: RunningCluster) -> None:
    people = await cluster.populate()
    grace = people["grace"]
    leader = await eventually(cluster.leader)
    await cluster.stop_node(leader)
    other = next(iter(cluster.nodes))
    posted = await grace.post(other, announcement=NewAnnouncement(text="without it"))
    await cluster.start_node(leader)
    read = await grace.get(leader, kind=KIND_ANNOUNCEMENT, id=posted.item.id)
    assert read.items[0].announcement.text == "without it"


async def test_a_whole_cluster_that_was_stopped_remembers_everything(cluster: RunningCluster) -> None:
    people = await cluster.populate()
    posted = await people["grace"].post(announcement=NewAnnouncement(text="kept"))
    for node_id in NODES:
        await cluster.stop_node(node_id)
    for node_id in reversed(NODES):
        await cluster.start_node(node_id)
    read = await people["ada"].get("n2", kind=KIND_ANNOUNCEMENT, id=posted.item.id)
    assert read.items[0].announcement.text == "kept"


async def test_its_folder_is_its_owners_alone(cluster: RunningCluster) -> None:
    for node in cluster.config.nodes:
        assert node.data.stat().st_mode & 0o777 == 0o700


async def test_a_node_the_cluster_does_not_know_cannot_be(cluster: RunningCluster) -> None:
    with pytest.raises(ConfigError, match="no node 'n9'"):
        Node(cluster.config, "n9")


async def test_two_nodes_cannot_share_one_data_folder(cluster: RunningCluster) -> None:
    with pytest.raises(DataFolderUnusable, match="another process"):
        Node(cluster.config, "n1")


async def test_an_address_that_is_taken_is_said_so(cluster: RunningCluster, tmp_path: Path) -> None:
    taken = replace(cluster.config.node("n1"), data=tmp_path / "elsewhere")
    node = Node(replace(cluster.config, nodes=(taken,)), "n1")
    with pytest.raises(OSError, match="cannot listen on"):
        await node.start()
    await node.stop()


async def test_a_process_whose_disk_fails_ends_with_a_failure(
    cluster: RunningCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageFailed("the disk is full")

    alone = NodeConfig("n1", f"127.0.0.1:{free_ports(1)[0]}", tmp_path / "alone")
    config = replace(cluster.config, nodes=(alone,))
    found_node(config, "n1")
    monkeypatch.setattr(SqliteLogStore, "append", fail)
    with structlog.testing.capture_logs() as lines:
        assert await run(config, "n1") == 1
    assert any("the disk is full" in str(line.get("why")) for line in lines)


def test_a_node_starts_without_the_parsers_the_model_and_the_messenger() -> None:
    program = (
        "import sys, lms_cluster.__main__\n"
        "heavy = {'torch', 'transformers', 'numpy', 'telegram', 'pypdf', 'docx', 'pptx', 'lxml'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    root = Path(__file__).parents[3]
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root
    )
    assert result.stdout.strip() == "[]"


async def test_a_process_without_its_configuration_says_why_and_exits(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lms_cluster", "--config", str(tmp_path / "none.toml"), "--node", "n1"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert b"No such file" in errors
