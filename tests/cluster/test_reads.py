"""Reads are linearizable through every node."""

from __future__ import annotations

from bot.client.grpc_client import GrpcLmsClient
from lms_cluster.local.cluster import LocalCluster
from tests.cluster.conftest import connect
from tests.cluster.handing_in import new_assignment
from tests.world import sign_in

ROUNDS = 1000


async def test_a_read_through_another_node_never_sees_the_past(
    cluster: LocalCluster, client: GrpcLmsClient
) -> None:
    clients = [connect(cluster, node_id) for node_id in cluster.nodes]
    assignment, token = await new_assignment(client), await sign_in(client, "ada")
    for number in range(ROUNDS):
        writer, reader = clients[number % 3], clients[(number + 1 + number // 3 % 2) % 3]
        written = await writer.submit(token, f"linear-{number}", assignment, f"text {number}", ())
        seen = await reader.submission(token, written.item.id)
        assert seen.text == f"text {number}"
    for each in clients:
        await each.close()
