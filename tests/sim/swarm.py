"""One seed of the swarm: a cluster lives through its chaos under clients; then a quorum heals, and only that,
and it must come to work again; then everything heals, and all must come to hold the same."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from raft import NodeId, NotProposed, OutcomeUnknown, ReadUnavailable
from tests.sim.chaos import DEEDS, Chaos
from tests.sim.classroom import Grades
from tests.sim.cluster import Cluster, Violated, memory_folder
from tests.sim.linearizability import Operation
from tests.sim.node import SimulatedNode
from tests.sim.profile import Profile, draw_profile
from tests.sim.quorums import agrees
from tests.sim.register_machine import Registers
from tests.sim.registers import Read

STEP_SECONDS: Final = 0.25
RECOVERY_SECONDS_MAX: Final = 60.0
"""Simulated, from the healing of a quorum to progress: some sixty election timeouts."""


@dataclass(frozen=True, slots=True)
class Report:
    """How one seed went. Two runs of it went alike when `events` and `digest` are equal."""

    seed: int
    ticks: int
    events: int
    digest: int
    operations: int
    faults: Counter[str]
    violation: str
    """Empty when all promises were kept."""


def run_seed(seed: int) -> Report:
    random = Random(f"{seed} swarm")
    profile = draw_profile(random, tuple(DEEDS))
    with memory_folder() as folder:
        return _run(folder, seed, profile, random)


def _run(folder: Path, seed: int, profile: Profile, random: Random) -> Report:
    subject = Grades() if profile.has_classroom else Registers()
    cluster = Cluster(folder, seed, profile.size, profile.weather, profile.tail_entries, subject)
    for number in range(profile.spare):
        cluster.add_node(f"n{profile.size + number + 1}")
    chaos = Chaos(cluster, profile, random)
    violation = ""
    try:
        cluster.run(_live(cluster, profile, chaos, random))
        if not cluster.checkers.violations:
            cluster.judge_history()
        cluster.assert_clean()
    except Violated as found:
        violation = str(found)
    return Report(
        seed,
        cluster.ticks,
        cluster.trace.events,
        cluster.trace.digest,
        len(cluster.workload.history),
        cluster.trace.faults,
        violation,
    )


async def _live(cluster: Cluster, profile: Profile, chaos: Chaos, random: Random) -> None:
    nodes = cluster.nodes.values()
    for node, rate, seconds in zip(nodes, profile.clock_rates, profile.disk_seconds, strict=True):
        node.clock_rate, node.speed.seconds = rate, seconds
        node.config = replace(profile.config, node_id=node.id)
        node.start()
    cluster.workload.start(profile.clients, profile.keys, profile.pause_seconds)
    while cluster.loop.now < profile.seconds:
        await asyncio.sleep(STEP_SECONDS)
        chaos.step()
    healed = _heal_quorum(cluster, chaos, random)
    await _progress(cluster, healed, "a quorum healed, and the cluster did not come to work again")
    _heal_all(cluster)
    await cluster.workload.stop()
    everybody = list(cluster.nodes.values())
    await _progress(cluster, everybody, "everything healed, and the cluster did not come to work again")
    await _equal(cluster)
    await _read_all(cluster, profile.keys)


def _heal_quorum(cluster: Cluster, chaos: Chaos, random: Random) -> list[SimulatedNode]:
    """Enough of those whose disks are whole for every membership that may be in force; all else stays as it
    is."""
    memberships = [*cluster.checkers.memberships_in_force(), *chaos.memberships_asked_for()]
    candidates = [node for node in cluster.nodes.values() if node.log.hard_state().synced]
    random.shuffle(candidates)
    healed: list[SimulatedNode] = []
    while not all(agrees(membership, [node.id for node in healed]) for membership in memberships):
        healed.append(candidates.pop())
    names = {node.id for node in healed}
    cluster.fault("quorum heals", " ".join(sorted(names)))
    _heal(cluster, names)
    return healed


def _heal_all(cluster: Cluster) -> None:
    cluster.trace.note(cluster.loop.now, "everything heals")
    cluster.heal()
    _heal(cluster, set(cluster.nodes))


def _heal(cluster: Cluster, names: set[NodeId]) -> None:
    network = cluster.network
    network.calm |= names
    network.cuts -= {link for link in network.cuts if names.issuperset(link)}
    for link in network.clogged():
        if names.issuperset(link):
            network.unclog(link)
    for node in cluster.nodes.values():
        if node.id in names:
            node.speed.seconds = 0.001
            node.calm_down()
            if node.process is None:
                node.start()


async def _progress(cluster: Cluster, healed: list[SimulatedNode], promise: str) -> None:
    """A write is acknowledged through one of the healed."""
    end = cluster.loop.now + RECOVERY_SECONDS_MAX
    while cluster.loop.now < end:
        for node in healed:
            if not node.is_running:
                if node.process is None:
                    node.start()
                continue
            try:
                await cluster.touch(node)
            except (NotProposed, OutcomeUnknown):
                continue
            return
        await asyncio.sleep(STEP_SECONDS)
    cluster.checkers.violate(f"{promise}\n{_states(cluster)}")


async def _equal(cluster: Cluster) -> None:
    """Every member applies all that is committed, and every voter counts again."""
    end = cluster.loop.now + RECOVERY_SECONDS_MAX
    behind: list[str] = ["nobody leads"]
    while cluster.loop.now < end:
        if (leader := cluster.leader()) is not None and leader.driver is not None:
            status = leader.driver.status()
            members = [cluster.nodes[name] for name in status.membership.members]
            behind = [node.id for node in members if not _has_caught_up(node, status.commit_index)]
            if not behind and not status.membership.is_joint and status.commit_index == status.last_index:
                return
        await asyncio.sleep(STEP_SECONDS)
    promise = f"everything healed, and not all came to hold the same: {behind}"
    cluster.checkers.violate(f"{promise}\n{_states(cluster)}")


def _states(cluster: Cluster) -> str:
    return "\n".join(
        f"  {node.id} {node.driver.status() if node.driver is not None else 'is down'}"
        for node in cluster.nodes.values()
    )


def _has_caught_up(node: SimulatedNode, commit_index: int) -> bool:
    """Its state is that of the others: the checkers compare what every entry led to."""
    return (
        node.machine is not None
        and node.machine.applied().index == commit_index
        and node.log.hard_state().synced
    )


async def _read_all(cluster: Cluster, keys: int) -> None:
    """The last word on every key becomes part of the history."""
    for number in range(keys):
        key, invoked_at = f"k{number}", cluster.workload.now
        for _ in range(20):
            if (leader := cluster.leader()) is not None:
                try:
                    value = await cluster.read(leader, key)
                except ReadUnavailable:
                    continue
                returned_at = cluster.workload.now
                cluster.workload.history.append(Operation("last", invoked_at, returned_at, Read(key), value))
                break
            await asyncio.sleep(STEP_SECONDS)
