"""Carrying out one fault on the cluster, and undoing it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from random import Random
from typing import Any

from raft.types import NodeId
from tests.chaos.cluster import ChaosCluster
from tests.chaos.members import hand_over, lose_disk, replace
from tests.chaos.mesh import Pair
from tests.chaos.proxies import CUT, Impairment
from tests.chaos.schedule import Fault, Kind

DELAY_SECONDS_MAX = 0.5
BYTES_PER_SECOND = (10_000.0, 500_000.0)
CRASHES = 3


async def carry_out(fault: Fault, cluster: ChaosCluster) -> bool:
    """Returns when it is over. False when it was left out: another fault has one of its victims, or there is
    no leader to be its first, or to do it."""
    places = list(cluster.states)
    nodes = [places[place] for place in fault.order if places[place] in cluster.members]
    if fault.leader_first:
        leader = await cluster.leader()
        if leader is None:
            return False
        nodes.sort(key=lambda node_id: node_id != leader)
    if fault.kind in _ON_PROCESSES:
        victims = nodes[: fault.count]
        with cluster.claimed(*victims) as free:
            if free:
                await asyncio.gather(
                    *(_ON_PROCESSES[fault.kind](fault, cluster, victim) for victim in victims)
                )
            return free
    if fault.kind in _BY_THE_CLUSTER:
        return await _BY_THE_CLUSTER[fault.kind](fault, cluster, nodes)
    if fault.kind is Kind.SWIZZLE:
        await _swizzle(fault, cluster, nodes)
    elif fault.kind is Kind.RESET:
        cluster.mesh.reset(_between(nodes[: fault.count], nodes))
    else:
        await _impair(cluster, pairs(fault, nodes), impairment(fault), fault.lasts)
    return True


def pairs(fault: Fault, nodes: Sequence[NodeId]) -> list[Pair]:
    """The directions that the fault impairs. `nodes` are in the fault's order."""
    victims, rest = nodes[: fault.count], nodes[fault.count :]
    match fault.kind:
        case Kind.CUT_ONE_WAY:
            return [(nodes[0], nodes[1])]
        case Kind.CUT:
            return [(nodes[0], nodes[1]), (nodes[1], nodes[0])]
        case Kind.MUTE:
            return _between(victims, nodes)
        case Kind.DEAF:
            return _between(nodes, victims)
        case Kind.SPLIT:
            here, there = (victims, rest) if rest else (victims[:1], victims[1:])
            return _between(here, there) + _between(there, here)
        case Kind.SLOW | Kind.THIN:
            return _between(victims, nodes) + _between(rest, victims)
    raise ValueError(f"{fault.kind} impairs no link for its whole time")


def impairment(fault: Fault) -> Impairment:
    if fault.kind is Kind.SLOW:
        return Impairment(delay=fault.strength * DELAY_SECONDS_MAX)
    if fault.kind is Kind.THIN:
        slowest, fastest = BYTES_PER_SECOND
        return Impairment(bytes_per_second=slowest * (fastest / slowest) ** (1 - fault.strength))
    return CUT


def _between(senders: Sequence[NodeId], receivers: Sequence[NodeId]) -> list[Pair]:
    return [(one, other) for one in senders for other in receivers if one != other]


async def _impair(cluster: ChaosCluster, pairs: Sequence[Pair], wrong: Impairment, seconds: float) -> None:
    directions = [cluster.mesh.directions[pair] for pair in pairs]
    for direction in directions:
        direction.impose(wrong)
    try:
        await asyncio.sleep(seconds)
    finally:
        for direction in directions:
            direction.lift(wrong)


async def _swizzle(fault: Fault, cluster: ChaosCluster, nodes: Sequence[NodeId]) -> None:
    """Links are cut one by one, and mended one by one in another order (FoundationDB's swizzle-clog)."""
    random = Random(fault.strength)
    directions = _between(nodes, nodes)
    step = fault.lasts / 2 / len(directions)
    mended = random.sample(range(len(directions)), len(directions))
    async with asyncio.TaskGroup() as group:
        for place, pair in enumerate(random.sample(directions, len(directions))):
            begins, ends = place * step, fault.lasts / 2 + mended[place] * step
            group.create_task(_later(begins, _impair(cluster, [pair], CUT, ends - begins)))


async def _later(seconds: float, then: Coroutine[Any, Any, None]) -> None:
    await asyncio.sleep(seconds)
    await then


async def _kill(fault: Fault, cluster: ChaosCluster, victim: NodeId) -> None:
    await cluster.kill(victim)
    await asyncio.sleep(fault.lasts)
    await cluster.start_node(victim)


async def _crash_loop(fault: Fault, cluster: ChaosCluster, victim: NodeId) -> None:
    """Killed anywhere between its first instruction and its first answers."""
    for _ in range(CRASHES):
        await cluster.kill(victim)
        cluster.launch(victim)
        await asyncio.sleep(fault.lasts / CRASHES)
    await cluster.kill(victim)
    await cluster.start_node(victim)


async def _terminate(fault: Fault, cluster: ChaosCluster, victim: NodeId) -> None:
    await cluster.terminate(victim)
    await asyncio.sleep(fault.lasts)
    await cluster.start_node(victim)


async def _stop(fault: Fault, cluster: ChaosCluster, victim: NodeId) -> None:
    cluster.stop(victim)
    await asyncio.sleep(fault.lasts)
    cluster.resume(victim)


_BY_THE_CLUSTER = {Kind.TRANSFER: hand_over, Kind.REPLACE: replace, Kind.WIPE: lose_disk}
_ON_PROCESSES = {
    Kind.KILL: _kill,
    Kind.CRASH_LOOP: _crash_loop,
    Kind.TERMINATE: _terminate,
    Kind.STOP: _stop,
}
