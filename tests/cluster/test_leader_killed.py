"""kill -9 of the leader, again and again, under load: nothing acknowledged is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field

import pytest

from bot.client.api import LmsError
from bot.client.grpc_client import GrpcLmsClient
from lms_cluster.local.cluster import LocalCluster
from tests.cluster.conftest import connect
from tests.cluster.handing_in import new_assignment, texts_of
from tests.world import sign_in

CLIENTS = 8
KILLS = 10
POSTS_BETWEEN_KILLS = 20


@dataclass(slots=True)
class Record:
    """The texts that clients posted: those acknowledged, and those whose outcome nobody told them."""

    acknowledged: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    refused: list[LmsError] = field(default_factory=list)
    progress: asyncio.Condition = field(default_factory=asyncio.Condition)


async def keep_posting(
    client: GrpcLmsClient, assignment: str, number: int, record: Record, stop: asyncio.Event
) -> None:
    token = await sign_in(client, ("ada", "linus", "edsger")[number % 3])
    for count in itertools.count():
        if stop.is_set():
            return
        text = f"text {number}-{count}"
        try:
            await client.submit(token, f"load-{number}-{count}", assignment, text, ())
            async with record.progress:
                record.acknowledged.add(text)
                record.progress.notify_all()
        except LmsError as error:
            if error.reason == "OUTCOME_UNKNOWN":
                record.unknown.add(text)
            elif error.reason != "NO_QUORUM":
                record.refused.append(error)


async def more_acknowledged(record: Record, count: int) -> None:
    """Wait until `count` more posts are acknowledged: the class goes on."""
    goal = len(record.acknowledged) + count
    async with record.progress:
        await record.progress.wait_for(lambda: len(record.acknowledged) >= goal)


@pytest.mark.timeout(300)
async def test_ten_leaders_killed_under_load_lose_nothing_and_repeat_nothing(
    cluster: LocalCluster, client: GrpcLmsClient
) -> None:
    record, stop = Record(), asyncio.Event()
    posters = [connect(cluster) for _ in range(CLIENTS)]
    assignment = await new_assignment(client)
    tasks = [
        asyncio.create_task(keep_posting(each, assignment, number, record, stop))
        for number, each in enumerate(posters)
    ]
    async with asyncio.timeout(240):
        for _ in range(KILLS):
            await more_acknowledged(record, POSTS_BETWEEN_KILLS)
            leader = await asyncio.to_thread(cluster.wait_for_leader)
            await asyncio.to_thread(cluster.node(leader).kill)
            await more_acknowledged(record, POSTS_BETWEEN_KILLS)
            cluster.node(leader).start()
            await asyncio.to_thread(cluster.wait_ready, [cluster.node(leader)], [cluster.address(leader)])
        stop.set()
        await asyncio.gather(*tasks)
    await asyncio.to_thread(cluster.wait_equal_state)

    found = await texts_of(client, await sign_in(client, "grace"))
    assert record.refused == []
    assert record.acknowledged - found.keys() == set(), "acknowledged, and lost"
    assert [text for text, times in found.items() if times > 1] == [], "applied twice"
    assert found.keys() <= record.acknowledged | record.unknown, "never posted"
    for each in posters:
        await each.close()
