"""A classroom of real processes to measure, in a temporary folder, with the demo course's people in it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.client.grpc_client import GrpcLmsClient
from demo.accounts import Account, load_accounts
from demo.seed import add_people
from lms_cluster.local.cluster import LocalCluster


@asynccontextmanager
async def classroom(node_count: int = 3) -> AsyncIterator[tuple[LocalCluster, dict[str, Account]]]:
    """Started, signed up, and stopped in the end."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = LocalCluster.create(Path(folder), node_count)
        try:
            cluster.start(with_tutor=False)
            accounts = load_accounts(cluster.folder)
            client = connect(cluster)
            await add_people(cluster, client, accounts)
            await client.close()
            yield cluster, accounts
        finally:
            cluster.stop()


def connect(cluster: LocalCluster, *node_ids: str) -> GrpcLmsClient:
    """A client of these nodes; of all when none is named."""
    return GrpcLmsClient({node_id: cluster.address(node_id) for node_id in node_ids or cluster.nodes})
