"""Watching events: each once, from any node, until the session ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import grpc
import pytest

from lms_cluster import feed
from protos.lms_pb2 import (
    EVENT_KIND_ANNOUNCEMENT,
    EVENT_KIND_UNSPECIFIED,
    LogoutRequest,
    NewAnnouncement,
    WatchRequest,
    WatchResponse,
)
from tests.lms_cluster.services.cluster import NODES, Person, RunningCluster, eventually, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def watching(
    person: Person, node_id: str, cursor: str = ""
) -> AsyncIterator[AsyncIterator[WatchResponse]]:
    call: Any = person.cluster.lms(node_id).Watch(
        WatchRequest(cursor=cursor), timeout=30, metadata=person.metadata
    )
    try:
        yield aiter(call)
    finally:
        call.cancel()


async def test_a_watch_begins_with_a_cursor_and_hears_what_happens(
    cluster: RunningCluster, grace: Person, ada: Person
) -> None:
    for node_id in NODES:
        async with watching(ada, node_id) as events:
            assert (await anext(events)).kind == EVENT_KIND_UNSPECIFIED
            for text in ("one", "two"):
                await grace.post("n1", announcement=NewAnnouncement(text=text))
                event = await anext(events)
                assert (event.kind, event.item.announcement.text) == (EVENT_KIND_ANNOUNCEMENT, text)


async def test_a_cursor_goes_on_at_another_node_with_nothing_lost_or_repeated(
    cluster: RunningCluster, grace: Person, ada: Person
) -> None:
    async with watching(ada, "n1") as events:
        cursor = (await anext(events)).cursor
    texts = [f"announcement {n}" for n in range(12)]
    for text in texts:
        await grace.post("n2", announcement=NewAnnouncement(text=text))
    heard = []
    for turn in range(4):
        async with watching(ada, NODES[turn % 3], cursor) as events:
            assert (await anext(events)).cursor == cursor
            for _ in range(3):
                event = await anext(events)
                heard.append(event.item.announcement.text)
                cursor = event.cursor
    assert heard == texts


async def test_a_long_backlog_comes_whole(cluster: RunningCluster, grace: Person, ada: Person) -> None:
    async with watching(ada, "n1") as events:
        cursor = (await anext(events)).cursor
    count = 120
    for n in range(count):
        await grace.post("n1", announcement=NewAnnouncement(text=f"{n}"))
    async with watching(ada, "n3", cursor) as events:
        await anext(events)
        assert [(await anext(events)).item.announcement.text for _ in range(count)] == [
            f"{n}" for n in range(count)
        ]


@pytest.mark.parametrize("node_id", NODES)
async def test_a_watch_ends_with_its_session(
    cluster: RunningCluster, people: dict[str, Person], node_id: str
) -> None:
    person = await cluster.login("linus")
    async with watching(person, node_id) as events:
        await anext(events)
        await cluster.lms("n1").Logout(LogoutRequest(), metadata=person.metadata)
        refused = await refusal(anext(events))
    assert (refused.code, refused.reason) == ("UNAUTHENTICATED", "SESSION_ENDED")


async def test_a_stranger_and_a_strange_cursor_are_refused(cluster: RunningCluster, ada: Person) -> None:
    async with watching(Person(cluster, "nobody", "forged"), "n1") as events:
        assert (await refusal(anext(events))).reason == "SESSION_ENDED"
    async with watching(ada, "n1", "not-a-cursor") as events:
        assert "cursor" in (await refusal(anext(events))).violations


async def test_a_node_has_room_for_so_many_watchers_and_no_more(
    cluster: RunningCluster, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "WATCHERS_MAX", 1)

    async def room() -> bool:
        async with watching(ada, "n1") as events:
            with suppress(grpc.aio.AioRpcError):
                return bool(await anext(events))
        return False

    await eventually(room)  # those of other tests are leaving
    async with watching(ada, "n1") as events:
        await eventually(lambda: anext(events))
        async with watching(ada, "n1") as more:
            refused = await refusal(anext(more))
    assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
    await eventually(room)
