"""Nodes join, are promoted and leave while the cluster works; leadership is handed over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from raft.errors import NotProposed, OutcomeUnknown
from raft.membership import Membership, MembershipChange
from raft.runtime.leadership import TransferFailed
from tests.raft_runtime.cluster import CALL_SECONDS, Cluster, Options, RunningNode, eventually

CHANGE_SECONDS = 30.0


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with Cluster(tmp_path) as three:
        yield three


async def a_leader(cluster: Cluster) -> RunningNode:
    """Whether or not all know it: a node that joins knows nobody."""
    return await eventually(lambda: next((node for node in cluster.nodes.values() if node.leads()), None))


async def change(cluster: Cluster, wanted: MembershipChange) -> Membership:
    """Through whoever leads, until it is taken: a learner may have to catch up first."""
    async with asyncio.timeout(CHANGE_SECONDS):
        while True:
            leader = await a_leader(cluster)
            try:
                return await leader.driver.change_membership(wanted, CHANGE_SECONDS)
            except NotProposed:
                await asyncio.sleep(0.01)


async def joined(cluster: Cluster, node_id: str) -> RunningNode:
    """`node_id` is a voter now."""
    await cluster.join(node_id)
    await change(cluster, MembershipChange(add_learners=((node_id, cluster.addresses[node_id]),)))
    await change(cluster, MembershipChange(promote=(node_id,)))
    return cluster.nodes[node_id]


async def test_a_new_node_learns_the_log_and_then_votes(cluster: Cluster) -> None:
    await cluster.propose_anywhere(b"before")
    n4 = await joined(cluster, "n4")
    applied = await n4.propose(b"through the new one")
    assert n4.memory.commands == [b"before", b"through the new one"]
    for node in cluster.nodes.values():
        await node.driver.read_index(CALL_SECONDS)
        membership = node.driver.status().membership
        assert membership.voters == ("n1", "n2", "n3", "n4") and not membership.is_joint
        assert node.memory.applied().index >= applied.index


async def test_a_change_is_answered_once_the_final_membership_is_applied(cluster: Cluster) -> None:
    await joined(cluster, "n4")
    leader = await cluster.leader()
    removed = next(node_id for node_id in cluster.nodes if node_id != leader.node_id)
    membership = await change(cluster, MembershipChange(remove=(removed,)))
    assert removed not in membership.members and not membership.is_joint
    assert leader.memory.applied().membership == membership


async def test_a_removed_leader_hands_over_and_the_others_carry_on(cluster: Cluster) -> None:
    leader = await cluster.leader()
    term = leader.driver.status().term
    await leader.driver.read_index(CALL_SECONDS)  # its term's first entry is committed
    membership = await leader.driver.change_membership(
        MembershipChange(remove=(leader.node_id,)), CHANGE_SECONDS
    )
    assert leader.node_id not in membership.members
    await eventually(lambda: not leader.leads())
    others = [node for node in cluster.nodes.values() if node is not leader]
    successor = await eventually(lambda: next((node for node in others if node.leads()), None))
    assert successor.driver.status().term == term + 1, "handed over, not found out"
    await successor.propose(b"after")


async def test_nobody_keeps_a_link_to_a_node_that_has_left(cluster: Cluster) -> None:
    leader = await cluster.leader()
    removed = next(node_id for node_id in cluster.nodes if node_id != leader.node_id)
    await change(cluster, MembershipChange(remove=(removed,)))
    await eventually(lambda: removed not in leader.transport._links)


async def test_only_the_leader_changes_the_membership(cluster: Cluster) -> None:
    leader = await cluster.leader()
    follower = next(node for node in cluster.nodes.values() if node is not leader)
    with pytest.raises(NotProposed, match="not_leader"):
        await follower.driver.change_membership(MembershipChange(remove=("n1",)), CALL_SECONDS)


async def test_what_becomes_of_a_change_without_a_quorum_is_unknown(cluster: Cluster) -> None:
    leader = await cluster.leader()
    await leader.propose(b"settled")
    for node_id in [node_id for node_id in cluster.nodes if node_id != leader.node_id]:
        await cluster.kill(node_id)
    with pytest.raises((OutcomeUnknown, NotProposed)):
        # NotProposed only where the leader has stepped down already.
        await leader.driver.change_membership(MembershipChange(remove=("n1",)), 0.1)
    assert leader.memory.applied().membership.voters == ("n1", "n2", "n3")


async def test_s28_a_wiped_disk_under_a_known_id_counts_again_once_it_is_filled(cluster: Cluster) -> None:
    acknowledged = [b"%d" % number for number in range(20)]
    for command in acknowledged:
        await cluster.propose_anywhere(command)
    leader = await cluster.leader()
    wiped = next(node_id for node_id in cluster.nodes if node_id != leader.node_id)
    await cluster.kill(wiped)
    for file in cluster.folder(wiped).iterdir():
        if file.is_file():
            file.unlink()
    await cluster.start(wiped)
    node = cluster.nodes[wiped]
    assert not node.driver.status().synced
    await cluster.propose_anywhere(b"without it")
    await eventually(lambda: node.driver.status().synced)
    third = next(node_id for node_id in cluster.nodes if node_id not in (wiped, leader.node_id))
    await cluster.kill(third)
    await cluster.propose_anywhere(b"with it")
    assert set(acknowledged) < set(leader.memory.commands)


async def test_s22_leadership_goes_where_it_is_asked_to_without_a_timeout(cluster: Cluster) -> None:
    for _ in range(3):
        leader = await cluster.leader()
        term = leader.driver.status().term
        target = next(node_id for node_id in cluster.nodes if node_id != leader.node_id)
        assert await leader.driver.transfer_leadership(target, CALL_SECONDS) == target
        assert cluster.nodes[target].driver.status().term == term + 1
        status = cluster.nodes[target].driver.status()
        assert status.campaigns_by_transfer >= 1


async def test_a_transfer_under_load_refuses_or_applies_every_proposal(cluster: Cluster) -> None:
    leader = await cluster.leader()
    proposing = [asyncio.create_task(leader.propose(b"%d" % number)) for number in range(300)]
    await leader.driver.transfer_leadership(None, CALL_SECONDS)
    outcomes = await asyncio.gather(*proposing, return_exceptions=True)
    successor = await cluster.leader()
    await successor.driver.read_index(CALL_SECONDS)
    for number, outcome in enumerate(outcomes):
        if isinstance(outcome, NotProposed):
            assert b"%d" % number not in successor.memory.commands
        else:
            assert not isinstance(outcome, BaseException), outcome
            assert b"%d" % number in successor.memory.commands


@pytest.mark.parametrize("target", ["itself", "nobody we know", "through a follower"])
async def test_s22_a_transfer_that_cannot_be_is_refused_at_once(cluster: Cluster, target: str) -> None:
    leader = await cluster.leader()
    follower = next(node for node in cluster.nodes.values() if node is not leader)
    asked = follower if target == "through a follower" else leader
    named = {"itself": leader.node_id, "nobody we know": "n9"}.get(target)
    with pytest.raises(TransferFailed):
        await asked.driver.transfer_leadership(named, 60)
    assert leader.leads()


async def test_s22_a_transfer_to_a_dead_node_fails_and_the_leader_goes_on(cluster: Cluster) -> None:
    leader = await cluster.leader()
    dead = next(node_id for node_id in cluster.nodes if node_id != leader.node_id)
    await cluster.kill(dead)
    with pytest.raises(TransferFailed):
        await leader.driver.transfer_leadership(dead, 60)
    await cluster.propose_anywhere(b"still here")


async def test_a_rolling_restart_costs_no_election_by_timeout(tmp_path: Path) -> None:
    async with Cluster(tmp_path, options=Options(tick_seconds=0.05)) as cluster:
        term = (await cluster.leader()).driver.status().term
        handed_over = 0
        for node_id in list(cluster.nodes):
            handed_over += cluster.nodes[node_id].leads()
            await cluster.kill(node_id)
            await eventually(lambda: any(node.leads() for node in cluster.nodes.values()))
            await cluster.start(node_id)
            leader = await cluster.leader()
            await cluster.nodes[node_id].propose(node_id.encode())
            await leader.driver.read_index(CALL_SECONDS)
        assert (await cluster.leader()).driver.status().term == term + handed_over


async def test_stopping_lets_callers_learn_what_became_of_their_proposals(cluster: Cluster) -> None:
    leader = await cluster.leader()
    waiting = [asyncio.create_task(leader.propose(b"%d" % number)) for number in range(50)]
    await eventually(lambda: bool(leader.memory.commands))
    await cluster.kill(leader.node_id)
    for outcome in await asyncio.gather(*waiting, return_exceptions=True):
        assert not isinstance(outcome, OutcomeUnknown)
    with pytest.raises(NotProposed, match="stopping"):
        await leader.propose(b"too late")


async def test_refused_writes_are_refused_from_anybody_and_reads_go_on(cluster: Cluster) -> None:
    leader = await cluster.leader()
    leader.driver.refuse_writes("disk_full")
    for node in cluster.nodes.values():
        with pytest.raises(NotProposed, match="disk_full"):
            await node.propose(b"no room")
        await node.driver.read_index(CALL_SECONDS)
    leader.driver.refuse_writes("")
    await leader.propose(b"room again")
