"""Power cuts at every storage call, disks that drag, hang, fail, and come back empty."""

from __future__ import annotations

import asyncio

import pytest

from raft import NotProposed, RaftError, ReadUnavailable
from tests.sim.cluster import Cluster, play
from tests.sim.node import TICK_SECONDS, SimulatedNode
from tests.sim.registers import Add, Write

ELECTION_SECONDS = 20 * TICK_SECONDS


@pytest.mark.parametrize("is_written", [False, True], ids=["before the sync", "after the sync"])
@pytest.mark.parametrize("victim", ["n1", "n2"])
def test_s03_power_lost_at_every_storage_call_of_a_node_costs_no_vote_and_no_entry(
    victim: str, is_written: bool
) -> None:
    """The write under way is on the disk, or it is not; either way nobody has heard of it yet."""
    for call in range(1, 26):

        async def story(cluster: Cluster, call: int = call) -> None:
            node, calls = cluster.nodes[victim], 0

            def count(name: str) -> None:
                nonlocal calls
                if name == "append":
                    calls += 1
                    if calls == call:
                        cluster.loop.after(0.0, node.crash, True, is_written)

            node.on_work = count
            cluster.workload.start(clients=2, keys=1, pause_seconds=0.05)
            for _ in range(3):
                leader = await cluster.elected()
                cluster.isolate(leader)
                await asyncio.sleep(1.2 * ELECTION_SECONDS)
                cluster.heal()
                if node.process is None:
                    node.start()
            await cluster.settled()

        play(story, seed=call)


@pytest.mark.parametrize("count", [1, 2, 3], ids=["a minority", "a majority", "everybody"])
@pytest.mark.parametrize("seed", range(4))
def test_s05_what_was_not_synced_is_lost_at_different_times_and_nothing_acknowledged_is(
    count: int, seed: int
) -> None:
    async def story(cluster: Cluster) -> None:
        for node in cluster.nodes.values():
            node.speed.seconds = 0.05  # much is under way at any moment
        await cluster.elected()
        cluster.workload.start(clients=6, keys=2, pause_seconds=0.01)
        names = list(cluster.nodes)
        for _ in range(4):
            await asyncio.sleep(cluster.random.uniform(0.5, 2.0))
            for name in cluster.random.sample(names, count):
                cluster.nodes[name].crash(power_is_lost=True, keeps_work=False)
                await asyncio.sleep(cluster.random.uniform(0.0, 0.2))
            await asyncio.sleep(0.5)
            for node in cluster.nodes.values():
                if node.process is None:
                    node.start()
        await cluster.settled()

    play(story, seed=seed)


@pytest.mark.parametrize("seed", range(6))
def test_s28_a_wiped_disk_under_a_known_name_does_not_vote_until_it_is_filled_again(seed: int) -> None:
    """It holds an acknowledged write with the leader only; then it forgets, and the leader is gone."""

    async def story(cluster: Cluster) -> None:
        leader = await cluster.followed()
        wiped, third = (node for node in cluster.nodes.values() if node is not leader)
        cluster.isolate(third)
        await cluster.ask(leader, Write("x", 1))
        wiped.crash()
        leader.crash()
        wiped.wipe()
        wiped.start()
        cluster.heal()
        # The two that run are a majority by number, and must not make one.
        await asyncio.sleep(10 * ELECTION_SECONDS)
        assert not any(node.leads for node in cluster.running())
        leader.start()
        new = await cluster.elected()
        assert await cluster.read(new, "x") == 1
        await cluster.until(lambda: wiped.log.hard_state().synced)
        third.crash()
        await cluster.ask(await cluster.elected(), Write("x", 2))

    play(story, seed=seed)


def test_s28_a_node_wiped_again_and_again_is_filled_each_time() -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.followed()
        victim = next(node for node in cluster.nodes.values() if node is not leader)
        cluster.workload.start(clients=3, keys=2, pause_seconds=0.02)
        for _ in range(5):
            victim.crash()
            victim.wipe()
            victim.start()
            if cluster.random.random() < 0.5:
                await asyncio.sleep(cluster.random.uniform(0.0, 0.3))
                continue
            await cluster.until(lambda: victim.log.hard_state().synced)
        await cluster.until(lambda: victim.log.hard_state().synced)
        await cluster.settled()

    play(story)


@pytest.mark.parametrize("seed", range(3))
def test_s36_a_leader_whose_disk_drags_hands_over_and_one_whose_disk_hangs_is_replaced(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.followed()
        cluster.workload.start(clients=4, keys=2, pause_seconds=0.02)
        leader.speed.seconds = 0.3
        await cluster.until(lambda: cluster.leader() not in (None, leader), 60.0)
        leader.speed.seconds = 0.001
        leader = await cluster.followed()
        leader.hang()
        started = cluster.loop.now
        new = await _another_serves(cluster, leader)
        assert cluster.loop.now - started < 6 * ELECTION_SECONDS
        with pytest.raises(NotProposed):  # definite and fast: its callers go elsewhere
            await cluster.ask(leader, Write("x", 1))
        with pytest.raises(ReadUnavailable):
            await cluster.read(leader, "x")
        leader.unhang()
        await cluster.ask(new, Write("x", 2))
        await cluster.settled()

    play(story, seed=seed)


@pytest.mark.parametrize("seconds", [0.3, None], ids=["dragging", "hung"])
def test_s36_a_followers_sick_disk_slows_nobody_else(seconds: float | None) -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.followed()
        sick = next(node for node in cluster.nodes.values() if node is not leader)
        if seconds is None:
            sick.hang()
        else:
            sick.speed.seconds = seconds
        started = cluster.loop.now
        for number in range(100):
            await cluster.ask(leader, Add("x", number))
        assert cluster.loop.now - started < 5.0, "writes waited for the sick disk"
        assert leader.leads
        sick.calm_down()
        sick.speed.seconds = 0.001
        await cluster.settled()

    play(story)


def test_s36_a_disk_that_hangs_for_good_ends_the_process() -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.followed()
        leader.hang()
        with pytest.raises(RaftError):
            await cluster.ask(leader, Write("x", 1))
        await cluster.until(lambda: leader.process is None, 60.0)

    play(story)


@pytest.mark.parametrize("seed", range(4))
def test_a_disk_that_refuses_a_write_ends_the_process_and_nothing_is_lost(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        await cluster.elected()
        cluster.workload.start(clients=4, keys=2, pause_seconds=0.02)
        for _ in range(4):
            await _fail_and_restart(cluster, await cluster.elected())
        await cluster.settled()

    play(story, seed=seed)


async def _another_serves(cluster: Cluster, old: SimulatedNode) -> SimulatedNode:
    while True:
        for node in cluster.running():
            if node is not old and node.leads:
                try:
                    await cluster.ask(node, Write("served", 1))
                except RaftError:
                    continue
                return node
        await asyncio.sleep(TICK_SECONDS)


async def _fail_and_restart(cluster: Cluster, node: SimulatedNode) -> None:
    node.fail_next_write()
    await cluster.until(lambda: node.process is None)
    node.start()
