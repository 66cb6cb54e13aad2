"""The contract of every LmsClient, over three real nodes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from bot.client.api import LmsError
from bot.client.grpc_client import GrpcLmsClient
from lms_cluster.local.cluster import LocalCluster
from tests.bot_client.contract import LmsClientContract
from tests.bot_client.contract_coursework import CourseworkContract
from tests.bot_client.contract_of_people import PeopleContract
from tests.bot_client.contract_questions import QuestionsContract
from tests.bot_client.contract_tutoring import TutoringContract
from tests.cluster.conftest import connect, let_people_in
from tests.world import sign_in


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    cluster = LocalCluster.create(tmp_path_factory.mktemp("classroom"), node_count=3)
    try:
        cluster.start(with_tutor=False)
        asyncio.run(let_people_in(cluster))
        yield cluster
    finally:
        cluster.stop()


@pytest_asyncio.fixture
async def client(nodes: LocalCluster) -> AsyncIterator[GrpcLmsClient]:
    client = connect(nodes)
    yield client
    await client.close()


class TestGrpcLmsClient(
    LmsClientContract, CourseworkContract, PeopleContract, QuestionsContract, TutoringContract
):
    """See the contract."""

    async def test_leadership_goes_where_it_is_sent_and_by_administrators_alone(
        self, client: GrpcLmsClient
    ) -> None:
        root, grace = await sign_in(client, "root"), await sign_in(client, "grace")
        for node_id in ("n1", "n2", "n3"):
            assert await client.transfer_leadership(root, node_id) == node_id
        assert await client.transfer_leadership(root) in {"n1", "n2", "n3"}
        with pytest.raises(LmsError) as unknown:
            await client.transfer_leadership(root, "n9")
        assert unknown.value.violations == {"node_id": "must be a voter of the cluster"}
        with pytest.raises(LmsError) as refused:
            await client.transfer_leadership(grace, "n1")
        assert refused.value.reason == "WRONG_ROLE"
