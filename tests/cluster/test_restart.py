"""Every node killed at once, and started again in any order: nothing acknowledged is gone, tokens work."""

from __future__ import annotations

import itertools
import signal

import pytest

from bot.client.api import LmsError, Recipient
from bot.client.grpc_client import GrpcLmsClient
from lms_cluster.local.cluster import LocalCluster
from tests.cluster.conftest import connect
from tests.world import sign_in


@pytest.mark.timeout(240)
async def test_all_nodes_killed_at_once_come_back_in_any_order(
    cluster: LocalCluster, client: GrpcLmsClient
) -> None:
    token = await sign_in(client, "ada")
    asked: list[str] = []
    for number, order in enumerate(itertools.permutations(cluster.nodes)):
        text = f"question {number}"
        await client.ask(token, f"restart-{number}", text, Recipient.INSTRUCTOR)
        asked.append(text)
        for process in cluster.nodes.values():
            process.signal(signal.SIGKILL)
        for process in cluster.nodes.values():
            process.wait(seconds=10)
        for node_id in order:
            cluster.node(node_id).start()
        cluster.wait_for_leader()
        found = (await client.queries(token)).items
        assert sorted(query.text for query in found) == sorted(asked)
    cluster.wait_equal_state()


async def test_a_minority_cannot_write_and_says_that_nothing_was_saved(
    cluster: LocalCluster, client: GrpcLmsClient
) -> None:
    token = await sign_in(client, "ada")
    _, *others = cluster.nodes
    for node_id in others:
        cluster.node(node_id).kill()
    with pytest.raises(LmsError) as refusal:
        await client.ask(token, "minority-1", "Anyone?", Recipient.INSTRUCTOR)
    assert refusal.value.reason in ("NO_QUORUM", "OUTCOME_UNKNOWN")
    for node_id in others:
        cluster.node(node_id).start()
    cluster.wait_for_leader()
    receipt = await client.ask(token, "minority-1", "Anyone?", Recipient.INSTRUCTOR)
    found = [query.text for query in (await client.queries(token)).items]
    assert found.count("Anyone?") == 1
    assert receipt.item.text == "Anyone?"


async def test_a_token_logged_out_is_refused_by_every_node_at_once(
    cluster: LocalCluster, client: GrpcLmsClient
) -> None:
    clients = [connect(cluster, node_id) for node_id in cluster.nodes]
    for round_ in range(20):
        token = await sign_in(client, "ada")
        await clients[round_ % 3].logout(token)
        for each in clients:
            with pytest.raises(LmsError) as refusal:
                await each.account(token)
            assert refusal.value.reason == "SESSION_ENDED"
    for each in clients:
        await each.close()
