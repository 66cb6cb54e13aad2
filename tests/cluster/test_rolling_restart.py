"""All nodes restarted one after another while people work: it costs a client nothing but a retry."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from bot.client.api import Recipient
from bot.client.grpc_client import GrpcLmsClient
from lms_cluster.local.changes import restart_all
from lms_cluster.local.cluster import LocalCluster
from tests.cluster.conftest import connect
from tests.world import sign_in

CLIENTS = 6


async def work(client: GrpcLmsClient, number: int, stop: asyncio.Event) -> int:
    """Posts and reads until told to stop; gives how many questions were asked. Any failed call fails it."""
    token = await sign_in(client, ("ada", "linus", "edsger")[number % 3])
    for count in itertools.count():
        if stop.is_set():
            return count
        asked = await client.ask(token, f"roll-{number}-{count}", f"{number}-{count}", Recipient.INSTRUCTOR)
        assert (await client.query(token, asked.item.id)).text == f"{number}-{count}"
    raise AssertionError


@pytest.mark.timeout(240)
async def test_a_rolling_restart_fails_no_call_and_needs_no_election_by_timeout(
    cluster: LocalCluster, client: GrpcLmsClient
) -> None:
    clients = [connect(cluster) for _ in range(CLIENTS)]
    stop = asyncio.Event()
    tasks = [asyncio.create_task(work(each, number, stop)) for number, each in enumerate(clients)]
    await asyncio.to_thread(restart_all, cluster)
    stop.set()
    asked = await asyncio.gather(*tasks)
    await asyncio.to_thread(cluster.wait_equal_state)

    views = [cluster.status(node_id) for node_id in cluster.nodes]
    elections = [dict(view.elections) for view in views if view]  # each counts since its own restart
    assert sum(each["timeout"] for each in elections) == 0
    assert sum(each["transfer"] for each in elections) >= 1
    token = await sign_in(client, "grace")
    found: set[str] = set()
    page = ""
    while True:
        queries = await client.queries(token, page=page)
        found |= {query.text for query in queries.items}
        if not (page := queries.next_page):
            break
    assert found == {f"{number}-{count}" for number, counts in enumerate(asked) for count in range(counts)}
    for each in clients:
        await each.close()
