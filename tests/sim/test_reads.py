"""A read shows every write that was acknowledged before it began, wherever either was asked."""

from __future__ import annotations

import asyncio

import pytest

from raft import ReadUnavailable
from tests.sim.cluster import Cluster, play
from tests.sim.network import Weather
from tests.sim.node import SimulatedNode
from tests.sim.registers import Write


def others(cluster: Cluster, *without: SimulatedNode) -> list[SimulatedNode]:
    return [node for node in cluster.nodes.values() if node not in without]


@pytest.mark.parametrize("seed", range(6))
def test_s14_a_leader_that_is_alone_and_does_not_know_it_serves_no_stale_read(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        old = await cluster.elected()
        await cluster.ask(old, Write("x", 1))
        cluster.isolate(old)
        asked_before = [asyncio.create_task(cluster.read(old, "x")) for _ in range(5)]
        new = await cluster.until(lambda: next((node for node in others(cluster, old) if node.leads), None))
        await cluster.ask(new, Write("x", 2))
        for _ in range(5):
            with pytest.raises(ReadUnavailable):
                await cluster.read(old, "x")
        for outcome in await asyncio.gather(*asked_before, return_exceptions=True):
            assert isinstance(outcome, ReadUnavailable)
        cluster.heal()
        await cluster.until(lambda: old.machine is not None and old.machine.value("x") == 2)
        assert await cluster.read(old, "x") == 2

    play(story, size=3 if seed % 2 else 5, seed=seed)


@pytest.mark.parametrize("seed", range(6))
def test_s16_a_read_right_after_an_election_waits_for_the_no_op(seed: int) -> None:
    """The new leader holds an acknowledged write, but cannot know that it is committed."""

    async def story(cluster: Cluster) -> None:
        old = await cluster.elected()
        await cluster.ask(old, Write("x", 1))
        for node in others(cluster, old):
            # Nobody else has heard yet that the write is committed.
            cluster.network.cuts.add((old.id, node.id))
        old.crash()
        cluster.heal()
        new = await cluster.until(lambda: next((node for node in cluster.running() if node.leads), None))
        for node in others(cluster, new):
            cluster.network.cuts.add((node.id, new.id))
        status = new.driver.status() if new.driver is not None else None
        assert status is not None
        if cluster.checkers.committed[-1].term < status.term:
            reading = asyncio.create_task(cluster.read(new, "x"))
            await asyncio.sleep(0.3)
            assert not reading.done(), "a read was answered before anything of this term was committed"
            cluster.heal()
            assert await reading == 1
        else:
            cluster.heal()
            assert await cluster.read(new, "x") == 1

    play(story, seed=seed)


@pytest.mark.parametrize("seed", range(12))
def test_s17_clocks_that_drift_from_half_to_double_speed_make_no_read_stale(seed: int) -> None:
    """There is no lease that could trust a clock; cuts and transfers make leaders come and go."""

    async def story(cluster: Cluster) -> None:
        cluster.workload.start(clients=5, keys=1, pause_seconds=0.01)
        for _ in range(6):
            await asyncio.sleep(1.0)
            if (leader := cluster.leader()) is not None:
                cluster.isolate(leader)
            await asyncio.sleep(1.5)
            cluster.heal()

    def skewed(cluster: Cluster) -> None:
        rates = (0.5, 2.0, 1.0, 0.7, 1.6)
        for node, rate in zip(cluster.nodes.values(), rates[seed % 3 :], strict=False):
            node.clock_rate = rate

    play(story, size=3, seed=seed, prepare=skewed)


@pytest.mark.parametrize("seed", range(4))
def test_a_read_through_any_node_sees_a_write_acknowledged_by_any_other(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        await cluster.followed()
        nodes = list(cluster.nodes.values())
        for number in range(100):
            writer, reader = cluster.random.choice(nodes), cluster.random.choice(nodes)
            await cluster.ask(writer, Write("x", number))
            assert await cluster.read(reader, "x") == number

    play(story, seed=seed, weather=Weather(delay_seconds=0.01, reorders=True, duplicate=0.1))
