"""Real processes: three nodes under a temporary folder, with the people of tests/world.py in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.client.grpc_client import GrpcLmsClient
from demo.seed import add_people
from lms_cluster.local.cluster import CLUSTER_FILE, LocalCluster
from tests.world import PEOPLE


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    cluster = LocalCluster.create(tmp_path / "classroom", node_count=3)
    try:
        cluster.start(with_tutor=False)
        yield cluster
    finally:
        cluster.stop()


@pytest_asyncio.fixture
async def client(cluster: LocalCluster) -> AsyncIterator[GrpcLmsClient]:
    """Through every node, with the people signed up."""
    client = connect(cluster)
    await add_people(cluster, client, PEOPLE)
    yield client
    await client.close()


async def let_people_in(cluster: LocalCluster) -> None:
    """For a cluster that outlives a test."""
    client = connect(cluster)
    await add_people(cluster, client, PEOPLE)
    await client.close()


def connect(cluster: LocalCluster, *node_ids: str) -> GrpcLmsClient:
    """A client of these nodes; of all when none is named."""
    return GrpcLmsClient({node_id: cluster.address(node_id) for node_id in node_ids or cluster.nodes})


def ask_the_tutor_at(address: str, cluster: LocalCluster) -> None:
    """Those of its nodes that are started from now on do."""
    file = cluster.folder / CLUSTER_FILE
    file.write_text(file.read_text().replace(cluster.config.tutor, address))
