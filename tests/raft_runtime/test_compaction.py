"""When the log is cut back, and what holds that back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from raft.membership import Membership
from raft.runtime import compaction
from raft.runtime.compaction import PINNED_TAILS_MAX, Compactor
from raft.runtime.log_sizes import CompactionPolicy, LogSizes
from raft.runtime.metrics import Metrics
from raft.types import Entry, EntryKind, Index
from storage.log_store import SqliteLogStore
from tests.raft_runtime.cluster import Memory, eventually

TAIL = CompactionPolicy(tail_entries=100, tail_bytes=64_000)


def test_by_entries_the_tail_is_what_the_policy_says() -> None:
    sizes = LogSizes(TAIL, 0, 0)
    for index in range(1, 201):
        sizes.add(index, 10)
    assert not sizes.exceed(2)
    sizes.add(201, 10)
    assert sizes.exceed(2)
    assert sizes.tail_begin() == 101


def test_by_bytes_the_tail_is_that_to_within_a_stretch() -> None:
    sizes = LogSizes(TAIL, 0, 0)
    for index in range(1, 130):
        sizes.add(index, 1000)
    assert sizes.exceed(2)
    assert 129 - 64 <= sizes.tail_begin() <= 129 - 63


def test_one_entry_larger_than_the_tail_leaves_itself_alone() -> None:
    sizes = LogSizes(TAIL, 0, 0)
    sizes.add(1, 10)
    sizes.add(2, 10 * TAIL.tail_bytes)
    assert sizes.tail_begin() == 2


def test_after_a_compaction_only_what_is_left_counts() -> None:
    sizes = LogSizes(TAIL, 0, 0)
    for index in range(1, 301):
        sizes.add(index, 1000)
    sizes.begin_after(sizes.tail_begin())
    assert not sizes.exceed(2)
    sizes.begin_after(10)
    assert sizes.base_index > 200, "it never goes back"


def test_what_the_log_held_at_start_counts_before_what_came_later() -> None:
    sizes = LogSizes(TAIL, 0, 100)
    sizes.add(101, 1000)
    sizes.precede([(50, 60_000), (100, 60_000)])
    assert not sizes.exceed(2)
    sizes.add(120, 10_000)
    assert sizes.exceed(2)
    assert sizes.tail_begin() == 100


class Node:
    """A log and a state, and a compactor between them."""

    def __init__(self, folder: Path, entries: int = 0, size: int = 10) -> None:
        membership = Membership(("n1",))
        self.size = size
        self.pinned: Index | None = None
        self.store = SqliteLogStore.found(folder / "raft.db", membership)
        self.state = Memory(folder / "state", membership)
        self.compacted: list[Index] = []
        if entries:
            self._append(entries)
        self.registry = CollectorRegistry()
        self.compactor = Compactor(
            TAIL,
            self.store,
            self.state,
            Metrics(self.registry),
            applied_index=self.state.applied().index,
            pinned_index=lambda: self.pinned,
            compact=self._compact,
        )
        self.running = asyncio.create_task(self.compactor.run())

    def write(self, count: int) -> None:
        self._append(count)
        self.compactor.applied(self.state.applied().index, count * self.size)

    async def stop(self) -> None:
        self.compactor.stop()
        await self.running
        self.store.close()

    def _append(self, count: int) -> None:
        last = self.store.last_index()
        entries = [
            Entry(1, last + number, EntryKind.COMMAND, bytes(self.size)) for number in range(1, count + 1)
        ]
        self.store.append(None, entries)
        self.state.apply(entries)

    async def _compact(self, index: Index) -> None:
        self.compacted.append(index)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "PAUSE_SECONDS", 0.01)


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    node = Node(tmp_path)
    yield node
    await node.stop()


async def test_the_log_is_cut_back_once_it_is_two_tails_long(node: Node) -> None:
    node.write(200)
    node.write(1)
    await eventually(lambda: node.compacted == [101])
    assert node.registry.get_sample_value("raft_compactions_total") == 1


async def test_mistake_19_never_past_what_is_durable(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    def checkpoint() -> Index:
        nonlocal asked
        asked += 1
        return 40

    monkeypatch.setattr(node.state, "checkpoint", checkpoint)
    node.write(300)
    await eventually(lambda: asked >= 3)
    assert node.compacted == [40]


async def test_never_past_a_snapshot_under_way_unless_the_log_grows_without_bound(node: Node) -> None:
    node.pinned = 30
    node.write(300)
    await eventually(lambda: node.compacted == [30])
    node.write(300)
    await asyncio.sleep(0)
    node.write(PINNED_TAILS_MAX * TAIL.tail_entries)
    await eventually(lambda: node.compacted == [30, 600 + (PINNED_TAILS_MAX - 1) * TAIL.tail_entries])


async def test_the_bytes_that_a_log_held_at_start_are_counted(tmp_path: Path) -> None:
    node = Node(tmp_path, entries=100, size=2000)
    await eventually(lambda: bool(node.compacted))
    assert 100 - TAIL.tail_bytes // 2000 <= node.compacted[0] < 100
    await node.stop()


async def test_after_an_installed_snapshot_the_log_is_short(node: Node) -> None:
    node.write(150)
    node.compactor.installed(1000)
    node.compactor.applied(1100, 1000)
    await asyncio.sleep(0.05)
    assert node.compacted == []
