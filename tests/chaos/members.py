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

SECONDS_MAX = 300.0
"""For any of these, whatever other faults there are meanwhile: every change of leader makes a snapshot begin
anew, and only the calm after the last fault may be long enough for one of some size."""
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
            if await _join(fault, cluster, joiner):
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
            if await _patiently(cluster, victim, "is not given its state", _is_synced):
                cluster.states[victim] = State.RUNNING
        return free


async def _join(fault: Fault, cluster: ChaosCluster, joiner: NodeId) -> bool:
    """Whether it did. Killed on the way by half of the faults: then it is told once more to join."""
    cluster.launch(joiner, "--join")
    if fault.strength < 0.5:
        await asyncio.sleep(fault.lasts / 2)
        await cluster.kill(joiner)
        cluster.launch(joiner, "--join")
    joined = await _patiently(cluster, joiner, "does not get a vote", _has_vote)
    if joined:
        cluster.states[joiner] = State.RUNNING
    return joined


async def _leave(cluster: ChaosCluster, leaver: NodeId) -> None:
    cluster.states[leaver] = State.STARTING  # it may end by itself as soon as it hears of it
    if await _patiently(cluster, leaver, "is not removed", _is_removed):
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


async def _patiently(
    cluster: ChaosCluster,
    node_id: NodeId,
    otherwise: str,
    is_done: Callable[[ChaosCluster, NodeId], Awaitable[bool]],
) -> bool:
    """Whether it is done in time; `otherwise` is what the node is accused of."""
    deadline = time.monotonic() + SECONDS_MAX
    while not await is_done(cluster, node_id):
        if time.monotonic() > deadline:
            words = cluster.local.node(node_id).last_lines(15)
            cluster.accuse(f"{node_id} {otherwise} within {SECONDS_MAX:.0f} s. Its last words:\n{words}")
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True
