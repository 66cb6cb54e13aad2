"""Files live on a majority: what went in through one node comes out of another after the leader is gone."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime, timedelta

import pytest

from bot.client.api import UPLOAD_BYTES_MAX, LmsError
from bot.client.grpc_client import GrpcLmsClient
from lms_cluster.local.cluster import LocalCluster
from tests.cluster.conftest import connect
from tests.world import sign_in


async def test_the_largest_file_survives_the_leader_byte_for_byte(
    cluster: LocalCluster, client: GrpcLmsClient
) -> None:
    grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
    due = datetime.now(UTC) + timedelta(days=7)
    assignment = await client.add_assignment(grace, "files-assignment", "Essay", "Write.", 10, due)
    content = random.Random(20).randbytes(UPLOAD_BYTES_MAX)
    file = await client.upload(ada, "essay.bin", "application/octet-stream", content)
    submission = await client.submit(ada, "files-submission", assignment.item.id, "", (file,))

    leader = cluster.wait_for_leader()
    cluster.node(leader).kill()
    reader = connect(cluster, next(node_id for node_id in cluster.nodes if node_id != leader))
    named, received = await reader.download(grace, submission.item.id)
    assert hashlib.sha256(received).hexdigest() == file.sha256 == named.sha256
    assert received == content
    await reader.close()


async def test_one_byte_more_is_refused_with_the_limit_named(client: GrpcLmsClient) -> None:
    ada = await sign_in(client, "ada")
    with pytest.raises(LmsError, match="20 MB"):
        await client.upload(ada, "essay.bin", "application/octet-stream", bytes(UPLOAD_BYTES_MAX + 1))
