"""What is acknowledged stays, what was refused never happens, and every log comes to agree."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from raft import AppendEntries, Entry, EntryKind, HardState, NotProposed, RaftError
from tests.sim.cluster import Cluster, play
from tests.sim.network import Weather
from tests.sim.node import SimulatedNode
from tests.sim.register_machine import POISON, RegisterMachine
from tests.sim.registers import Add, Write


def others(cluster: Cluster, *without: SimulatedNode) -> list[SimulatedNode]:
    return [node for node in cluster.nodes.values() if node not in without]


async def figure_8(cluster: Cluster, rounds: int) -> None:
    """Paper, figure 8: leaders append, reach some, and crash before or after it is committed; those who come
    back hold logs of every length. A majority is kept, or nothing would be worth looking at."""
    random = cluster.random
    for _ in range(rounds):
        leader = await cluster.until(cluster.leader)
        asyncio.create_task(_propose(cluster, leader))  # noqa: RUF006 - it may never end well
        await asyncio.sleep(random.expovariate(1 / 0.04))
        if random.random() < 0.7:
            leader.crash(power_is_lost=True)
        down = [node for node in cluster.nodes.values() if node.process is None]
        while len(down) > len(cluster.nodes) // 2 or (down and random.random() < 0.1):
            down.pop(random.randrange(len(down))).start()
    cluster.network.weather = Weather()
    for node in cluster.nodes.values():
        if node.process is None:
            node.start()
    await cluster.settled()


async def _propose(cluster: Cluster, node: SimulatedNode) -> None:
    with suppress(RaftError):
        await cluster.ask(node, Add("x", 1))


def entry_by_entry(cluster: Cluster) -> None:
    """Appends hold one entry each, and disks take their time over it, so that an old term's may be on a
    majority of them before the new one's first is."""
    for node in cluster.nodes.values():
        node.config = replace(node.config, entries_bytes_max=1, inflight_messages_max=1)
        node.speed.seconds = 0.02


@pytest.mark.parametrize("seed", range(5))
def test_s01_a_thousand_rounds_of_figure_8_lose_nothing_that_was_committed(seed: int) -> None:
    play(lambda cluster: figure_8(cluster, 200), size=5, seed=seed, prepare=entry_by_entry)


@pytest.mark.parametrize("seed", range(2))
def test_s02_figure_8_on_a_wire_that_loses_repeats_and_reorders_for_long(seed: int) -> None:
    weather = Weather(loss=0.1, duplicate=0.1, slow=0.3, reorders=True)
    play(lambda cluster: figure_8(cluster, 200), size=5, seed=seed, weather=weather, prepare=entry_by_entry)


@pytest.mark.parametrize("seed", range(6))
def test_s11_any_old_message_may_come_again_ten_seconds_later(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        cluster.workload.start(clients=3, keys=2, pause_seconds=0.02)
        for _ in range(6):
            await asyncio.sleep(2.0)
            leader = cluster.leader()
            if leader is not None:
                leader.crash(power_is_lost=True)
                await asyncio.sleep(1.0)
                leader.start()
        await cluster.settled()

    play(story, seed=seed, weather=Weather(replay=0.4, duplicate=0.2, reorders=True))


@pytest.mark.parametrize("seed", range(4))
def test_s12_a_divergent_tail_is_never_applied_however_high_the_leaders_commit_index(seed: int) -> None:
    """The old leader's tail is as long as the new leader's log when the new one's heartbeats arrive."""

    async def story(cluster: Cluster) -> None:
        old = await cluster.elected()
        cluster.isolate(old)
        wishes = [asyncio.create_task(_propose(cluster, old)) for _ in range(50)]
        new = await cluster.until(lambda: next((n for n in others(cluster, old) if n.leads), None))
        await cluster.until(lambda: cluster.checkers.committed[-1].term > 1)
        for number in range(20):
            await cluster.ask(new, Write("y", number))
        cluster.heal()
        await asyncio.gather(*wishes)
        await cluster.settled()
        assert old.machine is not None
        assert old.machine.value("x") == 0
        assert old.machine.value("y") == 19

    play(story, seed=seed)


def test_s13_a_tail_of_ten_thousand_entries_over_many_terms_is_found_in_one_probe_a_term() -> None:
    """A node leads a minority again and again: its tail grows over 50 terms that nobody else has."""
    terms, entries_a_term = 50, 200

    async def story(cluster: Cluster) -> None:
        leader = await cluster.elected()
        diverged = others(cluster, leader)[0]
        await cluster.settled()
        cluster.isolate(diverged)
        await asyncio.sleep(1.0)
        diverged.crash()
        _grow_tail(diverged, terms, entries_a_term)
        # The rest moves on to a later term, or the tail would win.
        for node in others(cluster, diverged):
            node.crash()
        for node in others(cluster, diverged):
            _move_to_term(node, 2 * terms)
            node.start()
        leader = await cluster.elected()
        diverged.start()
        probes = _count_probes(cluster, leader, diverged)
        cluster.heal()
        await cluster.settled()
        assert probes() <= terms + 2

    play(story)


def _grow_tail(node: SimulatedNode, terms: int, entries_a_term: int) -> None:
    disk = node.log
    term, index = disk.hard_state().term, disk.last_index()
    for later in range(term + 1, term + terms + 1):
        batch = [
            Entry(later, index + number, EntryKind.COMMAND, b"{}") for number in range(1, entries_a_term + 1)
        ]
        disk.append(HardState(later, node.id), batch)
        index += entries_a_term


def _move_to_term(node: SimulatedNode, term: int) -> None:
    node.log.append(HardState(term), ())


def _count_probes(cluster: Cluster, leader: SimulatedNode, follower: SimulatedNode) -> Callable[[], int]:
    """How many places the leader has asked the follower about until they met."""
    asked: set[int] = set()
    checked = cluster.network.on_send

    def watch(message: object) -> None:
        checked(message)  # type: ignore[arg-type]
        if isinstance(message, AppendEntries) and (message.from_, message.to) == (leader.id, follower.id):
            assert leader.driver is not None
            progress = next(p for p in leader.driver.status().peers if p.node_id == follower.id)
            if progress.match_index == 0:
                asked.add(message.prev_index)

    cluster.network.on_send = watch
    return lambda: len(asked)


@pytest.mark.parametrize("seed", range(6))
def test_s34_an_index_used_again_by_another_term_is_nobodys_acknowledgement(seed: int) -> None:
    """What the old leader placed at an index is gone; its caller hears of no success when that index is
    applied."""

    async def story(cluster: Cluster) -> None:
        old = await cluster.elected()
        cluster.isolate(old)
        assert old.driver is not None
        command = cluster.subject.encode("lost", Write("lost", 1))
        lost = asyncio.create_task(old.driver.propose(command, 30.0))
        new = await cluster.until(lambda: next((n for n in others(cluster, old) if n.leads), None))
        await cluster.until(lambda: cluster.checkers.committed[-1].term > 1)
        for number in range(5):
            await cluster.ask(new, Write("kept", number))
        cluster.heal()
        with pytest.raises(NotProposed, match="lost"):
            await lost
        await cluster.settled()
        assert old.machine is not None and old.machine.value("lost") == 0

    play(story, seed=seed)


@pytest.mark.parametrize("seed", range(3))
def test_s35_a_thousand_proposals_at_once_get_places_of_their_own_without_a_gap(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        await cluster.followed()
        nodes = list(cluster.nodes.values())
        sums = await asyncio.gather(*(cluster.ask(nodes[n % 3], Add("x", 1)) for n in range(1000)))
        assert sorted(sums) == list(range(1, 1001))

    play(story, seed=seed)


def test_s39_a_nondeterministic_apply_is_caught_at_the_entry_where_it_happens() -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.elected()
        await cluster.ask(leader, Write("x", 1))
        odd = others(cluster, leader)[0]
        assert isinstance(odd.machine, RegisterMachine)
        odd.machine.is_deterministic = False
        await cluster.ask(leader, Write("x", 2))
        await asyncio.sleep(1.0)

    with pytest.raises(AssertionError, match="diverged at entry"):
        play(story)


@pytest.mark.parametrize("seed", range(3))
def test_s40_an_entry_that_cannot_be_understood_has_the_same_answer_everywhere(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        await cluster.followed()
        for node in cluster.nodes.values():
            assert node.driver is not None
            for data in (b"\xff", b"[]", b'["r", "Dance", "k"]', b'["r"]'):
                assert (await node.driver.propose(data, 2.0)).response == POISON
        await cluster.settled()

    play(story, seed=seed)
