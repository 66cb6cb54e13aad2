"""Random schedules of every fault at once, then a quiet end in which the cluster must converge."""

from __future__ import annotations

from random import Random

import pytest

from tests.raft.network import Faults, Network


def live_through(seed: int, rounds: int = 60) -> Network:
    draw = Random(seed)
    faults = Faults(
        drop=draw.choice((0.0, 0.05, 0.2)),
        duplicate=draw.choice((0.0, 0.1)),
        delay_max=draw.choice((0, 3, 30)),
        sync_delay_max=draw.choice((0, 2, 12)),
    )
    network = Network(size=draw.choice((1, 2, 3, 3, 5)), seed=seed, faults=faults)
    names = sorted(network.machines)
    crash, cut, ask = draw.choice((0.0, 0.05, 0.15)), draw.choice((0.0, 0.05, 0.1)), draw.choice((0.3, 0.9))
    for round_number in range(rounds):
        for name in names:
            machine = network.machines[name]
            if machine.node is None:
                if draw.random() < 0.3:
                    network.restart(name)
            elif draw.random() < crash:
                network.crash(name, keep_pending_write=draw.random() < 0.5)
            elif draw.random() < ask:
                network.propose(name, b"%s-%d" % (name.encode(), round_number))
                network.read(name)
        if draw.random() < cut:
            network.heal()
            if draw.random() < 0.7:
                network.cut(*draw.sample(names, len(names) // 2))
        elif draw.random() < cut and len(names) > 1:
            network.cuts.add((draw.choice(names), draw.choice(names)))  # one way only
        network.tick(draw.randint(1, 4))
    return network


def come_to_rest(network: Network) -> None:
    network.faults = Faults()
    network.heal()
    for name, machine in network.machines.items():
        if machine.node is None:
            network.restart(name)
    network.tick(60)
    leader = network.elect()
    network.propose(leader, b"the last word")
    network.tick(30)
    assert network.placed[b"the last word"].index > 0
    assert network.committed[-1].data == b"the last word"


@pytest.mark.parametrize("seed", range(150))
def test_every_invariant_holds_under_random_faults_and_the_cluster_converges_after(seed: int) -> None:
    network = live_through(seed)
    come_to_rest(network)
    network.check_end()
