"""Under load, without a quorum, on clogged links, after a pause: bounded, and back to work."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from raft import NotProposed, OutcomeUnknown, RaftError
from tests.sim.cluster import Cluster, play
from tests.sim.node import TICK_SECONDS
from tests.sim.registers import Add, Write

ELECTION_SECONDS = 20 * TICK_SECONDS


@pytest.mark.parametrize("seed", range(2))
def test_s38_without_a_quorum_clients_that_hammer_get_fast_errors_and_memory_stays_bounded(
    seed: int,
) -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.followed()
        for node in cluster.nodes.values():
            if node is not leader:
                node.crash()
        await cluster.until(lambda: not leader.leads)
        started, refused = cluster.loop.now, 0
        for _ in range(20):
            results = await asyncio.gather(
                *(cluster.ask(leader, Add("x", 1)) for _ in range(500)), return_exceptions=True
            )
            assert all(isinstance(result, NotProposed) for result in results)
            refused += len(results)
        assert cluster.loop.now - started < 1.0, "a refusal was waited for"
        assert leader.log.last_index() < 100
        for node in cluster.nodes.values():
            if node.process is None:
                node.start()
        await cluster.ask(await cluster.followed(), Add("x", 1))

    play(story, seed=seed)


def test_s38_a_leader_that_just_lost_its_quorum_leaves_no_caller_waiting_past_the_deadline() -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.followed()
        for node in cluster.nodes.values():
            if node is not leader:
                node.crash()
        started = cluster.loop.now
        results = await asyncio.gather(
            *(cluster.ask(leader, Add("x", 1)) for _ in range(2000)), return_exceptions=True
        )
        assert all(isinstance(result, RaftError) for result in results)
        assert cluster.loop.now - started < 2.0 + ELECTION_SECONDS
        assert leader.log.last_index() < 100, "what cannot be committed was taken without end"

    def bounded(cluster: Cluster) -> None:
        for node in cluster.nodes.values():
            node.config = replace(node.config, uncommitted_bytes_max=1000)

    play(story, prepare=bounded)


@pytest.mark.parametrize("seed", range(6))
def test_s43_links_clogged_one_by_one_and_unclogged_in_another_order(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        await cluster.elected()
        cluster.workload.start(clients=4, keys=2, pause_seconds=0.02)
        names = list(cluster.nodes)
        for _ in range(3):
            links = [(one, other) for one in names for other in names if one != other]
            cluster.random.shuffle(links)
            for link in links[: len(links) // 2]:
                cluster.network.clog(link)
                await asyncio.sleep(cluster.random.uniform(0.0, 0.4))
            clogged = cluster.network.clogged()
            cluster.random.shuffle(clogged)
            for link in clogged:
                cluster.network.unclog(link)
                await asyncio.sleep(cluster.random.uniform(0.0, 0.4))
        await cluster.settled()

    play(story, size=5, seed=seed)


@pytest.mark.parametrize("seed", range(4))
def test_s45_a_leader_whose_event_loop_stands_still_for_two_seconds_finds_its_successor(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.followed()
        cluster.workload.start(clients=4, keys=2, pause_seconds=0.02)
        assert leader.process is not None
        await asyncio.sleep(1.0)
        leader.process.stall(cluster.loop, 2.0)
        new = await cluster.until(
            lambda: next((node for node in cluster.running() if node.leads and node is not leader), None)
        )
        await asyncio.sleep(4.0)
        assert not leader.leads
        assert new.leads, "the one that slept disturbed the one that took over"
        await cluster.settled()

    play(story, seed=seed)


@pytest.mark.parametrize("seed", range(3))
def test_s45_a_follower_that_slept_hears_its_leader_before_it_thinks_of_an_election(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.followed()
        assert leader.driver is not None
        term = leader.driver.status().term
        for node in cluster.running():
            if node is not leader and node.process is not None:
                node.process.stall(cluster.loop, 2.0)
                await asyncio.sleep(5.0)
        assert leader.leads
        assert leader.driver.status().term == term

    play(story, seed=seed)


@pytest.mark.parametrize("seed", range(3))
def test_a_crash_under_full_load_tells_every_caller_something_true(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.followed()
        asked = [asyncio.create_task(cluster.ask(leader, Add("x", 1))) for _ in range(300)]
        await asyncio.sleep(cluster.random.uniform(0.0, 0.02))
        leader.crash(power_is_lost=True)
        results = await asyncio.gather(*asked, return_exceptions=True)
        leader.start()
        await cluster.settled()
        reader = await cluster.followed()
        total = await cluster.read(reader, "x")
        done = sum(isinstance(result, int) for result in results)
        refused = sum(isinstance(result, NotProposed) for result in results)
        unknown = sum(isinstance(result, OutcomeUnknown) for result in results)
        assert done + refused + unknown == 300
        assert done <= total <= done + unknown
        await cluster.ask(reader, Write("x", 0))

    play(story, seed=seed)
