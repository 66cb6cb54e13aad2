"""Faults that the cluster itself must carry out: who leads, who belongs to it, who gets the state anew."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from lms_cluster.operator_client import OperationRefused
from protos.lms_pb2 import ChangeMembershipRequest
from raft.types import NodeId
from tests.chaos.cluster import ChaosCluster, State
from tests.chaos.schedule import Fault

SECONDS_MAX = 120.0
"""For any of these, under whatever other faults there are meanwhile, calm times included."""
TRANSFER_SECONDS = 10.0
POLL_SECONDS = 0.2
DISK = "a disk"
"""Claimed by whoever takes one away: a second one lost at the same time may hold the only other copy."""


async def hand_over(fault: Fault, cluster: ChaosCluster, nodes: Sequence[NodeId]) -> bool:
    """To the last node. Whether the cluster did."""
    try:
        await asyncio.to_thread(cluster.local.operator().transfer_leadership, nodes[-1], TRANSFER_SECONDS)
    except OperationRefused:
        return False
    return True


async def replace(fault: Fault, cluster: ChaosCluster, nodes: Sequence[NodeId]) -> bool:
    """The spare node joins with an empty disk; then the first node leaves for good, and is the next spare."""
    joiner, leaver = cluster.spare, nodes[0]
    if joiner is None:
        return False
    with cluster.claimed(joiner, leaver) as free:
        if free:
            (voters,) = cluster.voters
            both = voters | {joiner}
            cluster.voters = [voters, both]
            await _join(fault, cluster, joiner)
            cluster.voters = [both, both - {leaver}]
            await _leave(cluster, leaver)
            cluster.voters = [both - {leaver}]
        return free


async def lose_disk(fault: Fault, cluster: ChaosCluster, nodes: Sequence[NodeId]) -> bool:
    """The first node's, while it does not run. The others give it the state anew."""
    victim = nodes[0]
    with cluster.claimed(victim, DISK) as free:
        if free:
            await cluster.kill(victim)
            cluster.wipe(victim)
            await asyncio.sleep(fault.lasts)
            cluster.launch(victim)
            await _patiently(lambda: _is_synced(cluster, victim), cluster, f"{victim} is not given its state")
            cluster.states[victim] = State.RUNNING
        return free


async def _join(fault: Fault, cluster: ChaosCluster, joiner: NodeId) -> None:
    """Killed on the way by half of the faults: then it is told once more to join."""
    cluster.launch(joiner, "--join")
    if fault.strength < 0.5:
        await asyncio.sleep(fault.lasts / 2)
        await cluster.kill(joiner)
        cluster.launch(joiner, "--join")
    await _patiently(lambda: _has_vote(cluster, joiner), cluster, f"{joiner} does not get a vote")
    cluster.states[joiner] = State.RUNNING


async def _leave(cluster: ChaosCluster, leaver: NodeId) -> None:
    cluster.states[leaver] = State.STARTING  # it may end by itself as soon as it hears of it
    await _patiently(lambda: _is_removed(cluster, leaver), cluster, f"{leaver} is not removed")
    await cluster.terminate(leaver)
    cluster.set_aside(leaver)


async def _is_removed(cluster: ChaosCluster, node_id: NodeId) -> bool:
    """Asks for it, as often as it takes."""
    change = ChangeMembershipRequest(remove=[node_id])
    try:
        await asyncio.to_thread(cluster.local.operator().change_membership, change)
    except OperationRefused:
        return False
    return True


async def _has_vote(cluster: ChaosCluster, node_id: NodeId) -> bool:
    status = await cluster.status(node_id)
    return status is not None and node_id in status.membership.voters and not status.membership.outgoing


async def _is_synced(cluster: ChaosCluster, node_id: NodeId) -> bool:
    status = await cluster.status(node_id)
    return status is not None and status.synced


async def _patiently(done: Callable[[], Awaitable[bool]], cluster: ChaosCluster, otherwise: str) -> None:
    """Wait until it is done; `otherwise` is the accusation when it is not in time."""
    deadline = time.monotonic() + SECONDS_MAX
    while not await done():
        if time.monotonic() > deadline:
            cluster.accuse(f"{otherwise} within {SECONDS_MAX:.0f} s")
            return
        await asyncio.sleep(POLL_SECONDS)
