"""What is told because a date has come is told once, whichever node leads when it comes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from lms_cluster import dated_notices, node, stamp
from lms_cluster.services.composition import Services
from protos.lms_pb2 import EVENT_KIND_ASSIGNMENT_OPENED, NewAssignment, WatchRequest
from tests.lms_cluster.services.cluster import RunningCluster, eventually

HOUR = timedelta(hours=1)


class Clock:
    """The nodes' time of day: the machine's, and the time that was let pass."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def pass_by(self, span: timedelta) -> None:
        self._ahead += span

    def seconds(self) -> float:
        return time.time() + self._ahead.total_seconds()

    def nanoseconds(self) -> int:
        return int(self.seconds() * 1_000_000) * 1_000

    def in_(self, span: timedelta) -> Timestamp:
        return Timestamp(seconds=int(self.seconds() + span.total_seconds()))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(stamp, "time", SimpleNamespace(time_ns=clock.nanoseconds))
    monkeypatch.setattr(node, "Services", partial(Services, clock=clock.seconds))
    monkeypatch.setattr(dated_notices, "POLL_SECONDS", 0.05)
    return clock


@pytest.fixture
async def cluster(tmp_path: Path, clock: Clock) -> AsyncIterator[RunningCluster]:
    cluster = RunningCluster(tmp_path)
    await cluster.start()
    yield cluster
    await cluster.stop()


async def test_students_are_told_once_of_each_assignment_that_opens_over_a_change_of_leaders(
    cluster: RunningCluster, clock: Clock
) -> None:
    people = await cluster.populate()
    leader = await eventually(cluster.leader)
    follower = (await cluster.followers())[0]
    for title, opens in (("First", HOUR), ("Second", 2 * HOUR), ("Third", 3 * HOUR)):
        await people["grace"].post(assignment=assignment(title, clock, opens))
    watch = cluster.lms(follower).Watch(WatchRequest(), metadata=people["ada"].metadata)
    events = aiter(watch)
    await anext(events)

    async def opened() -> str:
        event = await anext(events)
        assert event.kind == EVENT_KIND_ASSIGNMENT_OPENED
        return event.item.assignment.title

    clock.pass_by(HOUR)
    assert await opened() == "First"
    await cluster.stop_node(leader)
    clock.pass_by(HOUR)
    assert await opened() == "Second"
    await cluster.start_node(leader)
    clock.pass_by(HOUR)
    assert await opened() == "Third"
    watch.cancel()


def assignment(title: str, clock: Clock, opens: timedelta) -> NewAssignment:
    return NewAssignment(title=title, points=10, opens=clock.in_(opens), due=clock.in_(opens + 48 * HOUR))
