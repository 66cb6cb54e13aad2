"""Nodes that need more than the log still holds are brought the state itself, whatever happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from raft.messages import InstallSnapshotReply
from tests.sim.cluster import Cluster, play
from tests.sim.network import Weather
from tests.sim.node import CHUNK_BYTES, SimulatedNode
from tests.sim.registers import Write

TAIL_ENTRIES = 10


async def fall_behind(
    cluster: Cluster, writes: int = 120, keys: int = 40
) -> tuple[SimulatedNode, SimulatedNode]:
    """The leader, and a node that is cut off while the log it needs is compacted away."""
    leader = await cluster.followed()
    behind = next(node for node in cluster.nodes.values() if node is not leader)
    cluster.isolate(behind)
    for number in range(writes):
        await cluster.ask(leader, Write(f"p{number % keys}", number))
    await cluster.until(lambda: leader.log.base().index > behind.log.last_index())
    return leader, behind


def has_caught_up(cluster: Cluster, node: SimulatedNode) -> Callable[[], bool]:
    def look() -> bool:
        return (
            node.machine is not None
            and node.machine.applied().index >= len(cluster.checkers.committed)
            and node.log.base().index > 0
        )

    return look


def chunks_to(cluster: Cluster, node: SimulatedNode) -> int:
    """How many chunks have arrived there, by the last events."""
    return sum(f">{node.id} snapshot chunk" in event for event in cluster.trace.recent)


@pytest.mark.parametrize("seed", range(6))
def test_s29_a_snapshot_arrives_beside_appends_and_duplicates_while_clients_write(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        _, behind = await fall_behind(cluster)
        cluster.workload.start(clients=3, keys=2, pause_seconds=0.05)
        cluster.heal()
        await cluster.until(has_caught_up(cluster, behind), 60.0)
        await cluster.settled()

    weather = Weather(duplicate=0.1, reorders=True, stream_break=0.02)
    play(story, seed=seed, weather=weather, tail_entries=TAIL_ENTRIES)


@pytest.mark.parametrize("seed", range(6))
def test_s29_the_leader_changes_in_mid_stream(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        leader, behind = await fall_behind(cluster)
        cluster.heal()
        await cluster.until(lambda: chunks_to(cluster, behind) > 2)
        leader.crash()
        await cluster.until(has_caught_up(cluster, behind), 90.0)
        leader.start()
        await cluster.settled()

    play(story, seed=seed, tail_entries=TAIL_ENTRIES)


@pytest.mark.parametrize("seed", range(6))
def test_s29_a_receiver_that_crashes_at_any_moment_comes_to_the_same_state(seed: int) -> None:
    """In mid-stream, between the installation of state and log, and right after."""

    async def story(cluster: Cluster) -> None:
        _, behind = await fall_behind(cluster)
        crashes: list[str] = []
        cluster.heal()
        for name in ("write", "verify", "install", "restore"):
            behind.on_work = _crash_at(cluster, behind, name, is_done=bool(seed % 2))
            await asyncio.sleep(8.0)
            behind.on_work = lambda call: None
            if behind.process is None:
                behind.start()
                crashes.append(name)
        assert "write" in crashes
        assert "install" in crashes
        await cluster.until(has_caught_up(cluster, behind), 60.0)
        await cluster.settled()

    play(story, seed=seed, tail_entries=TAIL_ENTRIES)


def _crash_at(cluster: Cluster, node: SimulatedNode, call: str, is_done: bool) -> Callable[[str], None]:
    """Power goes while that call is under way; `is_done` says whether it still took effect."""

    def look(name: str) -> None:
        if name == call:
            cluster.loop.after(0.0, node.crash, True, is_done)

    return look


@pytest.mark.parametrize("seed", range(4))
def test_s31_a_stream_that_broke_at_nine_tenths_is_resumed_there(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        leader, behind = await fall_behind(cluster, writes=600, keys=600)
        arrived: list[int] = []
        cluster.trace.on_event = lambda event: _note_chunk(event, behind, arrived)
        cluster.heal()
        await cluster.until(lambda: bool(arrived))
        size = _snapshot_size(leader)
        await cluster.until(lambda: max(arrived) >= 0.85 * size - CHUNK_BYTES)
        for pipe in cluster.network.pipes:
            pipe.break_off()
        before = max(arrived)
        arrived.clear()
        await cluster.until(has_caught_up(cluster, behind), 60.0)
        assert arrived and min(arrived) >= before - 8 * CHUNK_BYTES, "it began anew"

    play(story, seed=seed, weather=Weather(delay_seconds=0.02), tail_entries=TAIL_ENTRIES)


def _note_chunk(event: str, node: SimulatedNode, arrived: list[int]) -> None:
    if f">{node.id} snapshot chunk at " in event:
        arrived.append(int(event.rsplit(" ", 1)[1]))


def _snapshot_size(leader: SimulatedNode) -> int:
    return max(path.stat().st_size for path in leader.folder.glob("outgoing-*"))


@pytest.mark.parametrize("seed", range(4))
def test_a_new_node_is_brought_the_state_and_counts_after_it(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        leader, behind = await fall_behind(cluster)
        behind.crash()
        behind.wipe()
        behind.start()
        cluster.heal()
        await cluster.until(lambda: behind.log.hard_state().synced, 60.0)
        third = next(node for node in cluster.nodes.values() if node not in (leader, behind))
        third.crash()
        await cluster.ask(await cluster.elected(), Write("x", 1))

    play(story, seed=seed, tail_entries=TAIL_ENTRIES)


def test_the_receivers_answer_leaves_only_when_state_and_log_are_durable() -> None:
    """Held by the checkers for every run; here it is seen that there is such an answer at all."""

    async def story(cluster: Cluster) -> None:
        answers: list[InstallSnapshotReply] = []
        checked = cluster.network.on_send

        def watch(message: object) -> None:
            checked(message)  # type: ignore[arg-type]
            if isinstance(message, InstallSnapshotReply):
                answers.append(message)

        cluster.network.on_send = watch
        _, behind = await fall_behind(cluster)
        cluster.heal()
        await cluster.until(has_caught_up(cluster, behind), 60.0)
        assert answers and answers[0].match_index == behind.log.base().index

    play(story, tail_entries=TAIL_ENTRIES)
