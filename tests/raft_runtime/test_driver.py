"""Real clusters: what callers are told holds while nodes die, return, hang and fail."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from raft.config import Config
from raft.errors import NotProposed, OutcomeUnknown, ReadUnavailable, StorageFailed
from raft.runtime.proposals import QUEUED_BYTES_MAX, Applied
from raft.types import Entry, HardState, LogStore
from tests.raft_runtime.cluster import CALL_SECONDS, TICK_SECONDS, Cluster, RunningNode, eventually

ELECTION_SECONDS_MAX = 2 * Config("n1").election_ticks * TICK_SECONDS


class FaultyStore:
    """A log whose disk can be told to fail or to hang."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.hard_state = store.hard_state
        self.base = store.base
        self.last_index = store.last_index
        self.term = store.term
        self.entries = store.entries
        self.membership_entries = store.membership_entries
        self.compact = store.compact
        self.restore = store.restore
        self.is_broken = False
        self.is_free = threading.Event()
        self.is_free.set()

    def append(self, hard_state: HardState | None, entries: Sequence[Entry]) -> None:
        self.is_free.wait(60)
        if self.is_broken:
            raise StorageFailed("the disk is gone")
        self._store.append(hard_state, entries)

    def close(self) -> None:
        self._store.close()


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with Cluster(tmp_path) as three:
        yield three


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[RunningNode]:
    """A cluster of one, on a faulty disk."""
    async with Cluster(tmp_path, size=1) as cluster:
        await cluster.kill("n1")
        await cluster.start("n1", FaultyStore)
        node = await cluster.leader()
        await node.driver.read_index(CALL_SECONDS)  # nothing is under way any more
        yield node


def disk(node: RunningNode) -> FaultyStore:
    assert isinstance(node.store, FaultyStore)
    return node.store


async def all_hold(cluster: Cluster, commands: Sequence[bytes]) -> None:
    """Every running node applies these, once each, in one order that all share."""
    await eventually(
        lambda: all(set(commands) <= set(node.memory.commands) for node in cluster.nodes.values())
    )
    longest = max((node.memory.commands for node in cluster.nodes.values()), key=len)
    for node in cluster.nodes.values():
        assert node.memory.commands == longest[: len(node.memory.commands)]


async def test_three_nodes_agree_on_one_leader(cluster: Cluster) -> None:
    leader = await cluster.leader()
    statuses = [node.driver.status() for node in cluster.nodes.values()]
    assert {status.leader_id for status in statuses} == {leader.node_id}


async def test_a_cluster_of_one_serves_by_itself(alone: RunningNode) -> None:
    assert (await alone.propose(b"alone")).response == b"1"
    assert await alone.driver.read_index(CALL_SECONDS) > 0


async def test_a_proposal_through_any_node_is_applied_by_all(cluster: Cluster) -> None:
    await cluster.leader()
    for count, node in enumerate(cluster.nodes.values(), start=1):
        assert (await node.propose(node.node_id.encode())).response == b"%d" % count
    await all_hold(cluster, [b"n1", b"n2", b"n3"])


async def test_a_thousand_proposals_at_once_get_a_place_each(cluster: Cluster) -> None:
    await cluster.leader()
    nodes = list(cluster.nodes.values())
    commands = [b"%d" % number for number in range(1000)]
    placed = await asyncio.gather(
        *(nodes[number % 3].propose(command) for number, command in enumerate(commands))
    )
    assert len({applied.index for applied in placed}) == 1000
    assert sorted(int(applied.response) for applied in placed) == list(range(1, 1001))
    await all_hold(cluster, commands)


async def test_the_state_machine_is_told_of_before_the_caller(cluster: Cluster) -> None:
    leader = await cluster.leader()
    told: list[int] = []
    leader.driver.on_applied = told.append
    applied = [await leader.propose(b"%d" % number) for number in range(5)]
    assert told[-1] == applied[-1].index == leader.memory.applied().index
    assert told == sorted(set(told))


async def test_the_others_go_on_when_the_leader_dies_and_it_catches_up_when_it_returns(
    cluster: Cluster,
) -> None:
    acknowledged = []
    for round_ in range(3):
        leader = await cluster.leader()
        acknowledged += [b"%d before" % round_, b"%d after" % round_]
        await leader.propose(acknowledged[-2])
        await cluster.kill(leader.node_id)
        await cluster.propose_anywhere(acknowledged[-1])
        await cluster.start(leader.node_id)
        await all_hold(cluster, acknowledged)


async def test_everything_acknowledged_is_there_after_all_were_down_at_once(cluster: Cluster) -> None:
    leader = await cluster.leader()
    commands = [b"%d" % number for number in range(100)]
    await asyncio.gather(*(leader.propose(command) for command in commands))
    for node_id in list(cluster.nodes):
        await cluster.kill(node_id)
    for node_id in ("n3", "n1", "n2"):
        await cluster.start(node_id)
    await all_hold(cluster, commands)
    assert (await (await cluster.leader()).propose(b"more")).response == b"101"


async def test_a_read_through_any_node_never_sees_the_past(cluster: Cluster) -> None:
    await cluster.leader()
    nodes = list(cluster.nodes.values())
    for number in range(150):
        writer, reader = nodes[number % 3], nodes[(number + 1 + number // 3 % 2) % 3]
        applied = await writer.propose(b"%d" % number)
        assert await reader.driver.read_index(CALL_SECONDS) >= applied.index
        assert b"%d" % number in reader.memory.commands


async def test_many_readers_at_once_are_all_answered(cluster: Cluster) -> None:
    await cluster.leader()
    nodes = list(cluster.nodes.values())
    applied = await nodes[0].propose(b"written")
    indexes = await asyncio.gather(
        *(nodes[number % 3].driver.read_index(CALL_SECONDS) for number in range(600))
    )
    assert min(indexes) >= applied.index


async def test_a_read_survives_the_change_of_leader(cluster: Cluster) -> None:
    leader = await cluster.leader()
    applied = await leader.propose(b"written")
    await cluster.kill(leader.node_id)
    survivors = list(cluster.nodes.values())
    indexes = await asyncio.gather(*(node.driver.read_index(30) for node in survivors))
    assert min(indexes) >= applied.index


async def test_without_a_quorum_nothing_is_acknowledged_and_nothing_is_read(cluster: Cluster) -> None:
    leader = await cluster.leader()
    for node_id in [node_id for node_id in cluster.nodes if node_id != leader.node_id]:
        await cluster.kill(node_id)
    with pytest.raises(OutcomeUnknown):
        await leader.driver.propose(b"alone", 0.1)
    with pytest.raises(ReadUnavailable):
        await leader.driver.read_index(0.1)
    await eventually(lambda: not leader.leads())
    with pytest.raises(NotProposed) as refused:
        await leader.propose(b"alone")
    assert refused.value.reason == "no_leader"
    assert leader.memory.commands == []


async def test_a_leaders_callers_learn_that_another_terms_entry_took_the_place(cluster: Cluster) -> None:
    deposed = await cluster.leader()
    others = [node_id for node_id in cluster.nodes if node_id != deposed.node_id]
    for node_id in others:
        await cluster.kill(node_id)
    waiting = asyncio.create_task(deposed.driver.propose(b"never", 60))
    await eventually(lambda: not deposed.leads())
    silent = deposed.driver._transport
    await silent.close()  # cut off while the others elect and write
    for node_id in others:
        await cluster.start(node_id)
    await asyncio.gather(*(cluster.nodes[node_id].driver.read_index(30) for node_id in others))
    deposed.driver._task._peers = None
    silent.start(deposed.driver._task.receive, deposed.driver._task.receiver.serve)
    with pytest.raises(NotProposed) as lost:
        await waiting
    assert lost.value.reason == "lost"
    await cluster.propose_anywhere(b"later")
    assert b"never" not in deposed.memory.commands


async def test_a_leader_whose_disk_fails_acknowledges_nothing_more_and_another_takes_over(
    cluster: Cluster,
) -> None:
    for node_id in list(cluster.nodes):
        await cluster.kill(node_id)
        await cluster.start(node_id, FaultyStore)
    broken = await cluster.leader()
    await broken.propose(b"acknowledged")
    disk(broken).is_broken = True
    with pytest.raises(OutcomeUnknown):
        await broken.propose(b"in doubt")
    assert isinstance(await broken.driver.failed, StorageFailed)
    with pytest.raises(NotProposed, match="stopping"):
        await broken.propose(b"too late")
    with pytest.raises(ReadUnavailable):
        await broken.driver.read_index(CALL_SECONDS)
    await cluster.kill(broken.node_id)
    await cluster.propose_anywhere(b"after")
    await all_hold(cluster, [b"acknowledged", b"after"])
    await cluster.start(broken.node_id)
    await all_hold(cluster, [b"acknowledged", b"after"])


async def test_a_state_machine_that_fails_stops_its_node(cluster: Cluster) -> None:
    await cluster.leader()
    node = cluster.nodes["n2"]

    def refuse(entries: Sequence[Entry]) -> list[bytes]:
        raise StorageFailed("no space left")

    node.memory.apply = refuse  # type: ignore[method-assign]
    await cluster.propose_anywhere(b"command")
    assert "no space left" in str(await asyncio.wait_for(node.driver.failed, CALL_SECONDS))
    await cluster.propose_anywhere(b"the others carry on")


async def test_while_the_disk_hangs_the_queue_fills_and_more_is_refused_at_once(alone: RunningNode) -> None:
    disk(alone).is_free.clear()
    last_index = alone.driver.status().last_index
    in_the_log = asyncio.create_task(alone.propose(b"in the log"))
    await eventually(lambda: alone.driver.status().last_index > last_index)
    queued = asyncio.create_task(alone.driver.propose(bytes(QUEUED_BYTES_MAX), 0.1))
    await asyncio.sleep(0)
    with pytest.raises(NotProposed) as refused:
        await alone.driver.propose(b"one more", 30)
    assert refused.value.reason == "overloaded"
    with pytest.raises(NotProposed):
        await queued
    disk(alone).is_free.set()
    assert (await in_the_log).response == b"1"
    assert (await alone.propose(b"again")).response == b"2"


async def test_a_caller_who_gives_up_is_told_unknown_once_the_node_has_the_proposal(
    alone: RunningNode,
) -> None:
    disk(alone).is_free.clear()
    with pytest.raises(OutcomeUnknown):
        await alone.driver.propose(b"patient", 0.1)
    disk(alone).is_free.set()
    await eventually(lambda: alone.memory.commands == [b"patient"])


async def test_stopping_tells_every_caller(alone: RunningNode) -> None:
    disk(alone).is_free.clear()
    last_index = alone.driver.status().last_index
    handed = asyncio.create_task(alone.propose(b"handed"))
    await eventually(lambda: alone.driver.status().last_index > last_index)
    queued = asyncio.create_task(alone.propose(b"queued"))
    reading = asyncio.create_task(alone.driver.read_index(CALL_SECONDS))
    await asyncio.sleep(0)
    stopping = asyncio.create_task(alone.driver.stop())
    with pytest.raises(NotProposed):
        await queued
    with pytest.raises(OutcomeUnknown):
        await handed
    with pytest.raises(ReadUnavailable):
        await reading
    disk(alone).is_free.set()
    await stopping
    assert alone.store.last_index() == last_index + 1, "the write under way was finished"


async def test_callers_who_leave_disturb_nobody(cluster: Cluster) -> None:
    leader = await cluster.leader()
    calls = [asyncio.create_task(leader.propose(b"%d" % number)) for number in range(200)]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()
    stayed = await asyncio.gather(*calls[1::2])
    assert all(isinstance(applied, Applied) for applied in stayed)


async def test_a_long_apply_does_not_cost_the_leader_its_place(cluster: Cluster) -> None:
    leader = await cluster.leader()
    term = leader.driver.status().term
    is_done = threading.Event()
    apply = leader.memory.apply

    def apply_slowly(entries: Sequence[Entry]) -> list[bytes]:
        is_done.wait(30)
        return apply(entries)

    leader.memory.apply = apply_slowly  # type: ignore[method-assign]
    slow = asyncio.create_task(leader.driver.propose(b"slow", 30))
    follower = next(node for node in cluster.nodes.values() if node is not leader)
    commit_index = leader.driver.status().commit_index
    clock = asyncio.get_running_loop()
    until = clock.time() + 5 * ELECTION_SECONDS_MAX
    proposed = 0
    while clock.time() < until:
        await follower.propose(b"%d" % proposed)
        proposed += 1
    assert leader.driver.status().term == term
    assert leader.driver.status().commit_index >= commit_index + proposed
    assert not slow.done()
    is_done.set()
    assert (await slow).term == term


async def test_a_stall_of_the_event_loop_does_not_cost_a_term(cluster: Cluster) -> None:
    leader = await cluster.leader()
    term = leader.driver.status().term
    time.sleep(3 * ELECTION_SECONDS_MAX)  # noqa: ASYNC251 - the stall is the point
    await leader.propose(b"after the stall")
    assert leader.driver.status().term == term
