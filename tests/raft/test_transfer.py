"""Transfer of leadership on whole clusters: S22, S23."""

from __future__ import annotations

import pytest

from raft import MembershipChange, Role, TimeoutNow
from tests.raft.network import Faults, Network


def two(seed: int = 1, size: int = 3) -> tuple[Network, str, str]:
    """A quiet cluster with its leader and one of the others."""
    network = Network(size=size, seed=seed)
    leader = network.elect()
    network.tick(5)
    return network, leader, next(name for name in network.machines if name != leader)


def campaigns(network: Network) -> tuple[int, int]:
    """By timeout, by transfer."""
    statuses = [network.node(name).status() for name in network.machines]
    return sum(s.campaigns_by_timeout for s in statuses), sum(s.campaigns_by_transfer for s in statuses)


def test_a_fresh_target_leads_at_once_and_no_timeout_was_waited_for() -> None:
    network, leader, target = two()
    by_timeout, _ = campaigns(network)
    assert network.node(leader).transfer_leadership(target)
    network.settle()
    assert network.leader() == target
    assert campaigns(network) == (by_timeout, 1)


def test_a_lagging_target_is_brought_up_to_date_first() -> None:
    network, leader, target = two()
    network.cut(target)
    for number in range(20):
        network.propose(leader, b"%d" % number)
        network.tick()
    network.heal()
    assert network.node(leader).transfer_leadership(target)
    network.tick(5)
    assert network.leader() == target
    assert network.machines[target].applied == network.committed


def test_a_dead_target_costs_an_election_timeout_of_refused_proposals_and_no_more() -> None:
    network, leader, target = two()
    network.crash(target)
    network.tick(3)
    network.propose(leader, b"before")
    assert network.node(leader).transfer_leadership(target)
    network.propose(leader, b"meanwhile")
    network.tick(10)
    network.propose(leader, b"after")
    network.tick(5)
    assert network.refused == {b"meanwhile": "transferring"}
    assert network.leader() == leader
    assert [entry.data for entry in network.committed][-2:] == [b"before", b"after"]


@pytest.mark.parametrize("kind", ["learner", "self", "stranger", "follower asks"])
def test_a_transfer_that_cannot_be_is_not_begun(kind: str) -> None:
    network, leader, other = two()
    network.add_machine("d")
    network.change(leader, MembershipChange(add_learners=(("d", "there"),)))
    network.tick(10)
    target = {"learner": "d", "self": leader, "stranger": "x", "follower asks": leader}[kind]
    asked = other if kind == "follower asks" else leader
    assert not network.node(asked).transfer_leadership(target)
    network.propose(leader, b"taken")
    network.settle()
    assert network.refused == {}
    assert network.leader() == leader


def test_a_second_transfer_goes_to_the_second_target() -> None:
    network, leader, first = two(size=5)
    second = next(name for name in network.machines if name not in {leader, first})
    network.crash(first)
    assert network.node(leader).transfer_leadership(first)
    assert network.node(leader).transfer_leadership(first)
    network.tick(2)
    assert network.node(leader).transfer_leadership(second)
    assert network.node(leader).transfer_leadership(None)
    assert network.node(leader).status().transferee == second
    network.tick(3)
    assert network.leader() == second


@pytest.mark.parametrize("seed", range(20))
def test_under_writes_and_faults_transfers_lose_nothing(seed: int) -> None:
    faults = Faults(drop=0.05, duplicate=0.1, delay_max=4, sync_delay_max=3)
    network = Network(size=5, seed=seed, faults=faults)
    for number in range(40):
        leader = network.elect()
        for name in network.machines:
            network.propose(name, b"%s-%d" % (name.encode(), number))
        network.node(leader).transfer_leadership(None)
        network.tick(3)
    network.faults = Faults()
    network.tick(40)
    network.propose(network.elect(), b"end")
    network.tick(20)
    network.check_end()


def test_rolling_transfers_cost_no_election_by_timeout() -> None:
    network, leader, _ = two(size=5)
    by_timeout, _ = campaigns(network)
    for number in range(10):
        network.propose(leader, b"%d" % number)
        assert network.node(leader).transfer_leadership(None)
        network.tick(3)
        successor = network.leader()
        assert successor is not None
        assert successor != leader
        leader = successor
    assert campaigns(network) == (by_timeout, 10)


def test_a_late_timeout_now_costs_at_most_one_election_and_loses_nothing() -> None:
    network, leader, target = two()
    term = network.node(leader).status().term
    network.propose(leader, b"kept")
    network.settle()
    network.node(target).step(TimeoutNow(leader, target, term))
    network.tick(30)
    assert network.node(network.elect()).status().term == term + 1
    network.node(target).step(TimeoutNow(leader, target, term))
    network.tick(30)
    assert network.node(network.elect()).status().term == term + 1
    assert b"kept" in {entry.data for entry in network.committed}


def test_a_late_timeout_now_at_a_node_that_lags_makes_it_no_leader() -> None:
    network, leader, target = two()
    term = network.node(leader).status().term
    network.cut(target)
    network.propose(leader, b"kept")
    network.tick(2)
    network.node(target).step(TimeoutNow(leader, target, term))
    assert network.node(target).status().role is Role.CANDIDATE
    network.heal()
    network.tick(40)
    assert network.elect() != target
