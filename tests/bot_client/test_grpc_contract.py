"""The contract of every LmsClient, over three real nodes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from bot.client.grpc_client import GrpcLmsClient
from demo.seed import add_people
from lms_cluster.local.cluster import LocalCluster
from tests.bot_client.contract import LmsClientContract
from tests.bot_client.contract_coursework import CourseworkContract
from tests.world import PEOPLE


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    cluster = LocalCluster.create(tmp_path_factory.mktemp("classroom"), node_count=3)
    try:
        cluster.start(with_tutor=False)
        yield cluster
    finally:
        cluster.stop()


@pytest_asyncio.fixture
async def client(nodes: LocalCluster) -> AsyncIterator[GrpcLmsClient]:
    client = GrpcLmsClient({node_id: nodes.address(node_id) for node_id in nodes.nodes})
    await add_people(nodes, client, PEOPLE)
    yield client
    await client.close()


class TestGrpcLmsClient(LmsClientContract, CourseworkContract):
    """See the contract."""
