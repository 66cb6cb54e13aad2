"""Sections 5.1 to 5.6 of the paper, and figure 3, on whole clusters. The network's own checks (Election
Safety, Log Matching, Leader Completeness, State Machine Safety) run at every step, beside what is asserted
here."""

from __future__ import annotations

from random import Random

import pytest

from raft import Entry, Role
from tests.raft.network import Faults, Network


def test_a_cluster_of_five_works_with_any_two_down() -> None:
    # §5.1: five servers tolerate two failures.
    for seed, down in enumerate(("ab", "bc", "cd", "de", "ea")):
        network = Network(size=5, seed=seed)
        network.elect()
        for name in down:
            network.crash(name)
        network.propose(network.elect(), b"onward")
        network.tick(10)
        assert network.committed[-1].data == b"onward"


def test_a_cluster_without_a_majority_commits_nothing() -> None:
    # §5.1, §5.3.
    network = Network(size=5)
    leader = network.elect()
    before = len(network.committed)
    for name in sorted(set(network.machines) - {leader})[:3]:
        network.crash(name)
    network.propose(leader, b"nowhere")
    network.tick(60)
    assert len(network.committed) == before


@pytest.mark.parametrize("size", [4, 6])
def test_split_votes_are_resolved(size: int) -> None:
    # §5.2: with an even number every campaign may be split; randomised timeouts make that rare.
    for seed in range(10):
        Network(size, seed=seed, faults=Faults(delay_max=3)).elect(ticks_max=400)


@pytest.mark.parametrize("seed", range(10))
def test_leader_append_only(seed: int) -> None:
    # Figure 3 and §5.3: a leader never overwrites or deletes entries of its log, whatever happens around it.
    draw = Random(seed)
    faults = Faults(drop=0.1, duplicate=0.1, delay_max=8, sync_delay_max=3)
    network = Network(size=5, seed=seed, faults=faults)
    led: dict[tuple[str, int], list[Entry]] = {}
    for number in range(150):
        network.tick()
        if number % 20 == 10:
            network.heal()
            network.cut(*draw.sample(sorted(network.machines), 2))
        for name in network.machines:
            status = network.node(name).status()
            if status.role is Role.LEADER:
                network.propose(name, b"%d %s" % (number, name.encode()))
                log = list(network.machines[name].disk.log)
                before = led.get((name, status.term), [])
                assert log[: len(before)] == before
                led[name, status.term] = log
    assert led


def test_a_follower_that_was_down_gets_everything_and_the_leader_never_gives_up() -> None:
    # §5.3, §5.5: the leader retries indefinitely, even after it has answered the client.
    network = Network()
    leader = network.elect()
    late = next(name for name in network.machines if name != leader)
    network.crash(late)
    for number in range(30):
        network.propose(leader, b"%d" % number)
        network.tick(5)
    assert len(network.committed) > 30
    network.restart(late)
    network.tick(20)
    assert network.machines[late].applied == network.committed


def test_one_slow_follower_delays_nothing() -> None:
    # §5.3: in the common case a command completes as soon as a majority has answered.
    network = Network()
    leader = network.elect()
    slow = next(name for name in network.machines if name != leader)
    network.cut(slow)
    network.propose(leader, b"x")
    network.settle(8)
    assert network.committed[-1].data == b"x"


def test_a_leader_that_was_cut_off_gives_up_what_it_never_committed() -> None:
    # §5.3: conflicting entries in followers' logs are overwritten; §5.4: committed ones never.
    network = Network(size=5, seed=4)
    old = network.elect()
    network.propose(old, b"kept")
    network.settle()
    network.cut(old)
    for number in range(5):
        network.propose(old, b"lost %d" % number)
    network.tick(60)
    new = network.leader()
    assert new is not None
    network.propose(new, b"instead")
    network.tick(10)
    network.heal()
    network.tick(60)
    assert network.machines[old].disk.log == network.machines[new].disk.log
    data = [entry.data for entry in network.machines[old].applied]
    assert b"kept" in data
    assert b"instead" in data
    assert not any(each.startswith(b"lost") for each in data)
    network.check_end()


@pytest.mark.parametrize("rates", [(1, 1, 1), (1, 3, 9), (5, 1, 1)])
def test_safety_does_not_depend_on_clocks(rates: tuple[int, ...]) -> None:
    # §5.6: clocks that run at different speeds cost leaders, never entries.
    network = Network(seed=sum(rates), faults=Faults(delay_max=6))
    for number in range(120):
        for name, rate in zip(network.machines, rates, strict=True):
            for _ in range(rate):
                network.node(name).tick()
            network.propose(name, b"%d %s" % (number, name.encode()))
        for _ in range(4):
            network.step()
    network.faults = Faults()
    network.tick(60)
    network.propose(network.elect(), b"last")
    network.tick(20)
    network.check_end()
