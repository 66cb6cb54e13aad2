"""Clusters that grow, shrink and move while they work."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from raft import AppendEntries, Entry, EntryKind, Message, NodeId, NotProposed, OutcomeUnknown, RaftError
from raft.membership import Membership, MembershipChange
from tests.sim.cluster import Cluster, play
from tests.sim.node import SimulatedNode
from tests.sim.registers import Write

PATIENCE_SECONDS = 30.0


async def change(cluster: Cluster, wish: MembershipChange, voters: set[NodeId]) -> None:
    """Ask whoever leads, again and again, until `voters` are the voters of the final membership."""
    end = cluster.loop.now + PATIENCE_SECONDS
    while cluster.loop.now < end:
        leader = await cluster.elected(PATIENCE_SECONDS)
        assert leader.driver is not None
        now = leader.driver.status().membership
        if set(now.voters) == voters and not now.is_joint:
            return
        try:
            await leader.driver.change_membership(wish, 3.0)
        except (NotProposed, OutcomeUnknown):
            await asyncio.sleep(0.1)
    raise AssertionError(f"the voters did not become {voters}")


async def add_learners(cluster: Cluster, *names: NodeId) -> None:
    """New machines, brought up to date and synced."""
    for name in names:
        cluster.add_node(name).start()
    end = cluster.loop.now + PATIENCE_SECONDS
    while cluster.loop.now < end:
        leader = await cluster.elected(PATIENCE_SECONDS)
        assert leader.driver is not None
        missing = [name for name in names if name not in leader.driver.status().membership.members]
        if not missing:
            break
        wish = MembershipChange(add_learners=tuple((name, name) for name in missing))
        try:
            await leader.driver.change_membership(wish, 3.0)
        except (NotProposed, OutcomeUnknown):
            await asyncio.sleep(0.1)
    await cluster.until(lambda: all(cluster.nodes[name].log.hard_state().synced for name in names))


@pytest.mark.parametrize("seed", range(5))
def test_s24_from_three_to_five_and_back_under_load_and_partition(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        await cluster.elected()
        cluster.workload.start(clients=4, keys=2, pause_seconds=0.02)
        await add_learners(cluster, "n4", "n5")
        cut = cluster.random.choice(list(cluster.nodes.values()))
        cluster.isolate(cut)
        rest = asyncio.create_task(
            change(cluster, MembershipChange(promote=("n4", "n5")), {"n1", "n2", "n3", "n4", "n5"})
        )
        await asyncio.sleep(2.0)
        cluster.heal()
        await rest
        cluster.isolate(cluster.random.choice(list(cluster.nodes.values())))
        gone = asyncio.create_task(change(cluster, MembershipChange(remove=("n1", "n2")), {"n3", "n4", "n5"}))
        await asyncio.sleep(2.0)
        cluster.heal()
        await gone
        leader = await cluster.elected()
        await cluster.ask(leader, Write("after", 1))
        assert leader.id in {"n3", "n4", "n5"}

    play(story, seed=seed)


PHASES = ["asked", "joint appended", "joint committed", "final appended", "final committed"]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("seed", range(3))
def test_s25_all_three_nodes_are_replaced_though_the_leader_crashes_on_the_way(phase: str, seed: int) -> None:
    """{1,2,3} → {4,5,6} in one joint step."""

    async def story(cluster: Cluster) -> None:
        leader = await cluster.elected()
        await cluster.ask(leader, Write("x", 1))
        await add_learners(cluster, "n4", "n5", "n6")
        cluster.workload.start(clients=2, keys=2, pause_seconds=0.02)
        leader = await cluster.elected()
        wish = MembershipChange(promote=("n4", "n5", "n6"), remove=("n1", "n2", "n3"))
        first = asyncio.create_task(_once(leader, wish))
        await cluster.until(lambda: not leader.is_running or _reached(leader, phase), 10.0)
        leader.crash()
        await asyncio.sleep(1.5)
        leader.start()
        await change(cluster, wish, {"n4", "n5", "n6"})
        first.cancel()
        new = await cluster.until(
            lambda: next(
                (cluster.nodes[name] for name in ("n4", "n5", "n6") if cluster.nodes[name].leads), None
            )
        )
        for name in ("n1", "n2", "n3"):
            cluster.nodes[name].crash()
        await cluster.ask(new, Write("x", 2))
        assert await cluster.read(new, "x") == 2

    play(story, seed=seed)


@pytest.mark.parametrize("seed", range(4))
def test_s25_the_new_nodes_elect_nobody_without_a_majority_of_the_old(seed: int) -> None:
    """They hold the joint membership, the old majority has never heard of it and works on without it."""

    async def story(cluster: Cluster) -> None:
        await cluster.elected()
        await add_learners(cluster, "n4", "n5", "n6")
        leader = await cluster.followed()
        old = [cluster.nodes[name] for name in ("n1", "n2", "n3") if name != leader.id]
        new = [cluster.nodes[name] for name in ("n4", "n5", "n6")]
        cluster.isolate(*old)
        wish = MembershipChange(promote=("n4", "n5", "n6"), remove=("n1", "n2", "n3"))
        asking = asyncio.create_task(_insist(leader, wish))
        await cluster.until(lambda: all(node.log.membership_at_end()[1].is_joint for node in new))
        leader.crash()
        for _ in range(50):
            await asyncio.sleep(0.1)
            assert not any(node.leads for node in new)
        await cluster.until(lambda: any(node.leads for node in old))
        asking.cancel()
        cluster.heal()
        leader.start()
        await cluster.settled()

    play(story, seed=seed)


async def _insist(leader: SimulatedNode, wish: MembershipChange) -> None:
    """Until it is begun: who was just added may not count as caught up yet."""
    while leader.driver is not None:
        try:
            await leader.driver.change_membership(wish, 5.0)
        except NotProposed:
            await asyncio.sleep(0.05)
        except OutcomeUnknown:
            return


async def _once(leader: SimulatedNode, wish: MembershipChange) -> None:
    assert leader.driver is not None
    with suppress(RaftError):
        await leader.driver.change_membership(wish, 5.0)


def _reached(leader: SimulatedNode, phase: str) -> bool:
    assert leader.driver is not None
    status = leader.driver.status()
    seen = [Membership.decode(entry.data) for entry in leader.log.membership_entries()]
    joint = [index for index, each in enumerate(seen) if each.is_joint]
    committed = leader.log.membership_entries()[joint[0]].index <= status.commit_index if joint else False
    match phase:
        case "asked":
            return True
        case "joint appended":
            return bool(joint)
        case "joint committed":
            return committed
        case "final appended":
            return bool(joint) and not seen[-1].is_joint
        case _:
            index, membership = leader.log.membership_at_end()
            return bool(joint) and not membership.is_joint and index <= status.commit_index


@pytest.mark.parametrize("seed", range(4))
def test_s27_a_leader_that_is_removed_hands_over_and_leaves_without_a_pause(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.elected()
        cluster.workload.start(clients=3, keys=2, pause_seconds=0.02)
        left = {"n1", "n2", "n3"} - {leader.id}
        before = cluster.loop.now
        await _once(leader, MembershipChange(remove=(leader.id,)))
        new = await cluster.until(
            lambda: next((cluster.nodes[name] for name in sorted(left) if cluster.nodes[name].leads), None)
        )
        assert cluster.loop.now - before < 0.9, "the others waited for an election timeout"
        await cluster.ask(new, Write("x", 1))
        await cluster.until(lambda: not leader.leads)

    play(story, seed=seed)


@pytest.mark.parametrize("seed", range(4))
def test_s27_a_node_removed_while_it_was_away_disturbs_nobody_when_it_comes_back(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.elected()
        away = next(node for node in cluster.nodes.values() if node is not leader)
        cluster.isolate(away)
        left = {"n1", "n2", "n3"} - {away.id}
        await change(cluster, MembershipChange(remove=(away.id,)), left)
        leader = await cluster.elected()
        assert leader.driver is not None
        term = leader.driver.status().term
        await asyncio.sleep(5.0)
        cluster.heal()
        await asyncio.sleep(10.0)
        assert leader.leads
        assert leader.driver.status().term == term
        await cluster.ask(leader, Write("x", 1))

    play(story, seed=seed)


@pytest.mark.parametrize("seed", range(4))
def test_s27_of_two_nodes_one_is_removed_and_dies_and_the_other_goes_on_alone(seed: int) -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.elected()
        peer = next(node for node in cluster.nodes.values() if node is not leader)
        await change(cluster, MembershipChange(remove=(peer.id,)), {leader.id})
        peer.crash()
        await cluster.ask(await cluster.elected(), Write("x", 1))
        leader.crash()
        leader.start()
        await cluster.ask(await cluster.elected(), Write("x", 2))

    play(story, size=2, seed=seed)


def test_s27_of_two_nodes_one_dies_before_its_removal_commits_and_nothing_is_pretended() -> None:
    async def story(cluster: Cluster) -> None:
        leader = await cluster.elected()
        peer = next(node for node in cluster.nodes.values() if node is not leader)
        peer.crash()
        assert leader.driver is not None
        with pytest.raises(RaftError):
            await leader.driver.change_membership(MembershipChange(remove=(peer.id,)), 3.0)
        with pytest.raises(RaftError):
            await cluster.ask(leader, Write("x", 1))
        peer.start()
        await cluster.ask(await cluster.elected(), Write("x", 2))

    play(story, size=2)


@pytest.mark.parametrize("seed", range(4))
def test_a_leader_removed_by_an_entry_only_it_and_no_voter_has_still_brings_the_change_to_its_end(
    seed: int,
) -> None:
    """Thesis §4.2.2: who is not in its own latest membership may be the only one who can lead, until that
    membership is committed."""

    async def story(cluster: Cluster) -> None:
        leader = await cluster.elected()
        keeps = [name for name in cluster.nodes if name != leader.id][:3]
        goes = tuple(name for name in cluster.nodes if name not in keeps)
        checked = cluster.network.on_send

        def cut_off_with_the_final_entry(message: Message) -> None:
            checked(message)
            if isinstance(message, AppendEntries) and any(map(_is_final, message.entries)):
                cluster.isolate(leader)

        cluster.network.on_send = cut_off_with_the_final_entry
        asking = asyncio.create_task(_once(leader, MembershipChange(remove=goes)))
        await cluster.until(lambda: _reached(leader, "final appended"))
        cluster.network.on_send = checked
        leader.crash()
        for name in (*goes, keeps[0]):
            cluster.nodes[name].crash()
        leader.start()
        cluster.heal()
        asking.cancel()
        new = await cluster.until(
            lambda: next((cluster.nodes[name] for name in keeps if cluster.nodes[name].leads), None), 60.0
        )
        await cluster.ask(new, Write("x", 1))

    play(story, size=5, seed=seed)


def _is_final(entry: Entry) -> bool:
    return entry.kind is EntryKind.MEMBERSHIP and not Membership.decode(entry.data).is_joint
