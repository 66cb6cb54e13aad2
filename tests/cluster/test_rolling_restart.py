"""All nodes restarted one after another while people work: it costs a client nothing but a retry."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from bot.client.grpc_client import GrpcLmsClient
from lms_cluster.local.changes import restart_all
from lms_cluster.local.cluster import LocalCluster
from tests.cluster.conftest import connect
from tests.cluster.handing_in import new_assignment, texts_of
from tests.world import sign_in

CLIENTS = 6


async def work(client: GrpcLmsClient, assignment: str, number: int, stop: asyncio.Event) -> int:
    """Posts and reads until told to stop; gives how often it posted. Any failed call fails it."""
    token = await sign_in(client, ("ada", "linus", "edsger")[number % 3])
    for count in itertools.count():
        if stop.is_set():
            return count
        text = f"{number}-{count}"
        posted = await client.submit(token, f"rolling-{text}", assignment, text, ())
        assert (await client.submission(token, posted.item.id)).text == text
    raise AssertionError


@pytest.mark.timeout(240)
async def test_a_rolling_restart_fails_no_call_and_needs_no_election_by_timeout(
    cluster: LocalCluster, client: GrpcLmsClient
) -> None:
    clients = [connect(cluster) for _ in range(CLIENTS)]
    stop = asyncio.Event()
    assignment = await new_assignment(client)
    tasks = [asyncio.create_task(work(each, assignment, number, stop)) for number, each in enumerate(clients)]
    await asyncio.to_thread(restart_all, cluster)
    stop.set()
    posted = await asyncio.gather(*tasks)
    await asyncio.to_thread(cluster.wait_equal_state)

    views = [cluster.status(node_id) for node_id in cluster.nodes]
    elections = [dict(view.elections) for view in views if view]  # each counts since its own restart
    assert sum(each["timeout"] for each in elections) == 0
    assert sum(each["transfer"] for each in elections) >= 1
    expected = {f"{number}-{count}": 1 for number, counts in enumerate(posted) for count in range(counts)}
    assert await texts_of(client, await sign_in(client, "grace")) == expected
    for each in clients:
        await each.close()
