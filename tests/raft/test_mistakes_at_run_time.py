"""Mistakes that other implementations made between the protocol and its callers: real drivers, logs and
sockets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import cast

import pytest

from raft.errors import NotProposed
from raft.messages import ProposalResult
from raft.runtime.proposals import ProposalWaiters
from raft.types import Entry, EntryKind, HardState, LogStore
from tests.raft_runtime.cluster import Cluster, eventually


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with Cluster(tmp_path) as three:
        yield three


class HangingStore:
    """A log whose disk takes a write and does not return, until it is freed."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.is_free = threading.Event()
        self.is_free.set()

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def append(self, hard_state: HardState | None, entries: Sequence[Entry]) -> None:
        self.is_free.wait(60)
        self._store.append(hard_state, entries)


async def test_mistake_08_no_two_callers_are_acknowledged_for_one_index(cluster: Cluster) -> None:
    # S35. Each acknowledged place holds what its own caller proposed, on every disk.
    await cluster.leader()
    nodes = list(cluster.nodes.values())
    asked = [(nodes[number % 3], b"%d" % number) for number in range(300)]
    placed = await asyncio.gather(*(node.propose(data) for node, data in asked))
    last = max(applied.index for applied in placed)
    await eventually(lambda: all(node.driver.status().applied_index >= last for node in nodes))
    for (_, data), applied in zip(asked, placed, strict=True):
        for node in nodes:
            (entry,) = node.store.entries(applied.index, applied.index + 1, 1 << 20)
            assert (entry.term, entry.data) == (applied.term, data)


async def test_mistake_11_another_terms_entry_at_the_awaited_index_is_not_taken_for_ones_own() -> None:
    waiters = ProposalWaiters(4)
    proposal_id, outcome = waiters.add(b"mine")
    waiters.take()
    waiters.settle([ProposalResult(proposal_id, term=1, index=5)])
    waiters.applied([Entry(2, 5, EntryKind.COMMAND, b"another's")], [b"done"])
    with pytest.raises(NotProposed, match="lost"):
        await outcome


async def test_mistake_16_a_leader_whose_disk_hangs_makes_room_and_acknowledges_nothing(
    cluster: Cluster,
) -> None:
    # S36
    for node_id in cluster.node_ids:
        await cluster.kill(node_id)
        await cluster.start(node_id, hanging)
    hung = await cluster.leader()
    await hung.propose(b"before")
    disk = cast(HangingStore, hung.store)
    disk.is_free.clear()
    stuck = asyncio.create_task(hung.propose(b"stuck"))
    others = [node for node in cluster.nodes.values() if node is not hung]
    successor = await eventually(lambda: next((node for node in others if node.leads()), None))
    await successor.propose(b"onward")
    assert not stuck.done() or stuck.exception() is not None
    disk.is_free.set()
    await asyncio.wait([stuck])  # followers may have had it, so that either answer may be true by now
    await eventually(lambda: b"onward" in hung.memory.commands)
    assert hung.memory.commands.count(b"stuck") <= 1
    assert hung.memory.commands == successor.memory.commands[: len(hung.memory.commands)]


def hanging(store: LogStore) -> LogStore:
    return cast(LogStore, HangingStore(store))
