"""What a node notices of its own trouble: a disk that hangs or drags, a clock that jumps, a stalled loop."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from raft.errors import NotProposed, OutcomeUnknown, ReadUnavailable, StorageFailed
from raft.runtime.clock_watch import ClockWatch
from raft.runtime.daemon_thread import DaemonThread
from raft.runtime.disk_watch import PATIENCE_SECONDS, SLOW_COMMITS_MAX, DiskWatch
from raft.runtime.metrics import Metrics
from raft.types import Entry, HardState
from tests.raft_runtime.cluster import CALL_SECONDS, Cluster, eventually
from tests.raft_runtime.test_driver import FaultyStore, disk

TICK = 0.05


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def watch(clock: Clock, registry: CollectorRegistry) -> DiskWatch:
    return DiskWatch(clock, TICK, 8, Metrics(registry))


def pass_ticks(watch: DiskWatch, clock: Clock, count: int) -> None:
    for _ in range(count):
        clock.now += TICK
        watch.look()


def commit(watch: DiskWatch, clock: Clock, seconds: float, is_follower_ahead: bool = True) -> None:
    with watch.commit():
        clock.now += seconds
    if watch.was_slow:
        watch.compare(is_follower_ahead)


def test_a_disk_is_stalled_while_an_append_takes_too_long(watch: DiskWatch, clock: Clock) -> None:
    with watch.commit():
        pass_ticks(watch, clock, 15)
        assert not watch.is_stalled
        pass_ticks(watch, clock, 1)
        assert watch.is_stalled and not watch.is_hung
        pass_ticks(watch, clock, 600)
        assert watch.is_hung
    pass_ticks(watch, clock, 600)
    assert not watch.is_stalled and not watch.is_hung


def test_s45_an_event_loop_that_stood_still_is_no_stalled_disk(watch: DiskWatch, clock: Clock) -> None:
    with watch.commit():
        clock.now += 3600
        watch.look()
        assert not watch.is_stalled and not watch.is_hung


def test_a_stall_is_counted_once(watch: DiskWatch, clock: Clock, registry: CollectorRegistry) -> None:
    for _ in range(2):
        with watch.commit():
            pass_ticks(watch, clock, 20)
    assert registry.get_sample_value("raft_disk_stalls_total") == 2
    assert registry.get_sample_value("raft_log_append_seconds_count") == 2


def test_a_disk_is_slow_when_it_is_so_again_and_again(watch: DiskWatch, clock: Clock) -> None:
    for _ in range(SLOW_COMMITS_MAX - 1):
        commit(watch, clock, 0.15)
    assert not watch.is_slow
    commit(watch, clock, 0.15)
    assert watch.is_slow


@pytest.mark.parametrize(("seconds", "is_follower_ahead"), [(0.01, True), (0.15, False)])
def test_a_quick_append_or_one_that_no_follower_beat_forgives_all(
    watch: DiskWatch, clock: Clock, seconds: float, is_follower_ahead: bool
) -> None:
    for _ in range(SLOW_COMMITS_MAX - 1):
        commit(watch, clock, 0.15)
    commit(watch, clock, seconds, is_follower_ahead)
    commit(watch, clock, 0.15)
    assert not watch.is_slow


def test_leadership_does_not_go_round_where_all_disks_are_slow(watch: DiskWatch, clock: Clock) -> None:
    watch.forgive()
    while clock.now < 1000 + PATIENCE_SECONDS:
        assert not watch.is_slow
        commit(watch, clock, 0.15)
    assert watch.is_slow


@pytest.mark.parametrize("jump", [-3600.0, 5.0])
def test_a_jump_of_the_wall_clock_is_noticed_once(
    clock: Clock, registry: CollectorRegistry, jump: float
) -> None:
    wall = Clock()
    watch = ClockWatch(wall, clock, Metrics(registry))
    for now in range(10):
        clock.now += 0.05
        wall.now += 0.05 + (jump if now == 5 else 0.0001)
        watch.look()
    assert registry.get_sample_value("raft_clock_jumps_total") == 1


async def test_a_nodes_clock_that_is_set_shows_in_its_metrics(tmp_path: Path) -> None:
    async with Cluster(tmp_path, size=1) as cluster:
        node = await cluster.leader()
        node.wall_clock.set_ahead = -86_400
        await eventually(lambda: node.metric("raft_clock_jumps_total"))
        await node.propose(b"and nothing else changes")


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    """Three nodes on disks that can fail, hang and drag."""
    async with Cluster(tmp_path) as three:
        for node_id in list(three.nodes):
            await three.kill(node_id)
            await three.start(node_id, FaultyStore)
        yield three


async def test_s36_a_leader_whose_disk_hangs_turns_callers_away_and_is_replaced(cluster: Cluster) -> None:
    hung = await cluster.leader()
    term = hung.driver.status().term
    others = [node for node in cluster.nodes.values() if node is not hung]
    disk(hung).is_free.clear()
    waiting = asyncio.create_task(hung.propose(b"in the log, perhaps"))
    await eventually(lambda: hung.driver.is_stalled)
    with pytest.raises(NotProposed, match="disk_stalled"):
        await hung.driver.propose(b"not taken", 60)
    with pytest.raises(ReadUnavailable, match="disk_stalled"):
        await hung.driver.read_index(60)
    successor = await eventually(lambda: next((node for node in others if node.leads()), None))
    assert successor.driver.status().term > term
    await successor.propose(b"carried on")
    assert hung.metric("raft_disk_stalls_total") == 1
    assert hung.metric("raft_refused_proposals_total", reason="disk_stalled") >= 1
    disk(hung).is_free.set()
    await asyncio.gather(waiting, return_exceptions=True)
    await eventually(lambda: b"carried on" in hung.memory.commands)
    assert not hung.driver.is_stalled


async def test_s36_a_follower_whose_disk_hangs_turns_callers_away_and_costs_the_others_nothing(
    cluster: Cluster,
) -> None:
    leader = await cluster.leader()
    term = leader.driver.status().term
    hung = next(node for node in cluster.nodes.values() if node is not leader)
    disk(hung).is_free.clear()
    await leader.propose(b"first")
    await eventually(lambda: hung.driver.is_stalled)
    with pytest.raises(NotProposed, match="disk_stalled"):
        await hung.propose(b"not taken")
    await leader.propose(b"second")
    disk(hung).is_free.set()
    await eventually(lambda: hung.memory.commands == [b"first", b"second"])
    assert leader.driver.status().term == term


async def test_mistake_16_a_disk_that_never_answers_ends_the_node(cluster: Cluster) -> None:
    hung = await cluster.leader()
    hung.driver._task.disk._hung_ticks = 50
    disk(hung).is_free.clear()
    with pytest.raises(OutcomeUnknown):
        await hung.driver.propose(b"in doubt", 60)
    assert isinstance(await asyncio.wait_for(hung.driver.failed, CALL_SECONDS), StorageFailed)
    with pytest.raises(NotProposed, match="stopping"):
        await hung.propose(b"too late")
    disk(hung).is_free.set()


def test_a_process_ends_though_its_disk_never_answers() -> None:
    program = (
        "import threading\n"
        "from raft.runtime.daemon_thread import DaemonThread\n"
        "thread, begun = DaemonThread('log'), threading.Event()\n"
        "thread.submit(lambda: (begun.set(), threading.Event().wait()))\n"
        "begun.wait()\n"
    )
    subprocess.run([sys.executable, "-c", program], timeout=60, check=True)


class Dragging:
    """A disk whose appends can be told to take a while."""

    def __init__(self, store: FaultyStore) -> None:
        self._append = store.append
        self.seconds = 0.0

    def append(self, hard_state: HardState | None, entries: Sequence[Entry]) -> None:
        time.sleep(self.seconds)
        self._append(hard_state, entries)


async def test_a_leader_whose_disk_drags_hands_over_to_one_whose_disk_does_not(cluster: Cluster) -> None:
    slow = await cluster.leader()
    dragging = Dragging(disk(slow))
    disk(slow).append = dragging.append  # type: ignore[method-assign]
    slow.driver._task._store = disk(slow)
    dragging.seconds = 0.08
    term = slow.driver.status().term
    while not slow.metric("raft_slow_disk_transfers_total"):
        await cluster.propose_anywhere(b"more")
    await eventually(lambda: not slow.leads())
    successor = await cluster.leader()
    assert successor is not slow
    assert successor.driver.status().term == term + 1


async def test_s45_a_stall_of_the_event_loop_is_counted(tmp_path: Path) -> None:
    async with Cluster(tmp_path, size=1) as cluster:
        node = await cluster.leader()
        before = node.metric("raft_event_loop_stalls_total")
        time.sleep(0.5)  # noqa: ASYNC251 - the stall is the point
        await node.propose(b"after the stall")
        assert node.metric("raft_event_loop_stalls_total") > before


async def test_work_is_done_in_order_and_what_it_raises_reaches_the_caller() -> None:
    thread = DaemonThread("test")
    loop = asyncio.get_running_loop()
    done: list[int] = []
    gate = threading.Event()
    first = loop.run_in_executor(thread, gate.wait)
    others = [loop.run_in_executor(thread, done.append, number) for number in range(5)]
    gate.set()
    await asyncio.gather(first, *others)
    assert done == [0, 1, 2, 3, 4]
    with pytest.raises(ZeroDivisionError):
        await loop.run_in_executor(thread, lambda: 1 // 0)
    thread.shutdown()
    with pytest.raises(RuntimeError):
        thread.submit(gate.wait)
