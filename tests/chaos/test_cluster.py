"""What is known of the nodes: who could agree on something, and whose process is whose."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_cluster.config import load_config
from tests.chaos.cluster import ChaosCluster, State
from tests.chaos.proxies import CUT


@pytest.fixture
def cluster(tmp_path: Path) -> ChaosCluster:
    """Three members said to run, though no process does."""
    cluster = ChaosCluster.create(tmp_path / "classroom", 3, pytest.fail)
    cluster.states |= dict.fromkeys(cluster.members, State.RUNNING)
    return cluster


def quorums(cluster: ChaosCluster) -> set[str]:
    return {" ".join(sorted(quorum)) for quorum in cluster.quorums()}


def test_a_quorum_runs_and_is_whole_in_every_direction(cluster: ChaosCluster) -> None:
    assert quorums(cluster) == {"n1 n2", "n1 n3", "n2 n3"}
    cluster.mesh.directions["n1", "n2"].impose(CUT)
    assert quorums(cluster) == {"n1 n3", "n2 n3"}
    cluster.states["n3"] = State.STOPPED
    assert quorums(cluster) == set()
    cluster.mesh.directions["n1", "n2"].lift(CUT)
    assert quorums(cluster) == {"n1 n2"}


def test_while_one_membership_gives_way_to_another_a_quorum_is_one_of_both(cluster: ChaosCluster) -> None:
    three = frozenset(cluster.members)
    cluster.voters = [three, three | {"n4"}]
    assert quorums(cluster) == {"n1 n2 n3"}
    cluster.states["n4"] = State.RUNNING
    assert quorums(cluster) == {"n1 n2 n3", "n1 n2 n4", "n1 n3 n4", "n2 n3 n4"}


def test_a_node_belongs_to_one_fault_at_a_time(cluster: ChaosCluster) -> None:
    with cluster.claimed("n1", "n2") as first:
        assert first
        with cluster.claimed("n2", "n3") as second:
            assert not second
        with cluster.claimed("n3") as third:
            assert third
    with cluster.claimed("n1", "n2", "n3") as afterwards:
        assert afterwards


async def test_each_node_finds_the_others_behind_proxies_and_itself_where_it_listens(tmp_path: Path) -> None:
    cluster = ChaosCluster.create(tmp_path / "classroom", 3, pytest.fail)
    try:
        await cluster.start()
        real = cluster.local.config.addresses
        for node_id in real:
            seen = load_config(cluster.local.folder / f"{node_id}.toml").addresses
            assert seen.keys() == real.keys()
            assert {other for other in real if seen[other] == real[other]} == {node_id}
    finally:
        await cluster.close()


async def test_a_process_that_ends_by_itself_is_accused_and_started_again(tmp_path: Path) -> None:
    accused: list[str] = []
    cluster = ChaosCluster.create(tmp_path / "classroom", 3, accused.append)
    try:
        await cluster.start()
        cluster.local.node("n2").kill()  # behind the cluster's back
        await cluster.restart_dead()
        assert len(accused) == 1
        assert accused[0].startswith("n2 ended by itself")
        assert cluster.states["n2"] is State.RUNNING
        assert cluster.local.node("n2").pid() is not None
    finally:
        await cluster.close()
