"""Random schedules of every fault at once, then a quiet end in which the cluster must converge."""

from __future__ import annotations

from random import Random

import pytest

from raft import Membership, MembershipChange, Role
from raft.quorum import quorum_of
from tests.raft.network import Faults, Network


class Life:
    """What befalls one cluster, drawn from one seed: first which faults it knows and how often, then when."""

    def __init__(self, seed: int) -> None:
        self.draw = draw = Random(seed)
        faults = Faults(
            drop=draw.choice((0.0, 0.05, 0.2)),
            duplicate=draw.choice((0.0, 0.1)),
            delay_max=draw.choice((0, 3, 30)),
            sync_delay_max=draw.choice((0, 2, 12)),
        )
        self.network = Network(size=draw.choice((1, 2, 3, 3, 5)), seed=seed, faults=faults)
        self.crash = draw.choice((0.0, 0.05, 0.15))
        self.cut = draw.choice((0.0, 0.05, 0.1))
        self.ask = draw.choice((0.3, 0.9))
        self.compact = draw.choice((0.0, 0.1, 0.5))
        self.change = draw.choice((0.0, 0.1, 0.5))
        self.transfer = draw.choice((0.0, 0.0, 0.1))
        self.wipe = draw.choice((0.0, 0.0, 0.05, 0.2))

    def live(self, rounds: int = 60) -> Network:
        for number in range(rounds):
            for name in sorted(self.network.machines):
                self._befall(name, number)
            self._cut_or_heal()
            if self.draw.random() < self.change:
                self._change_membership()
            if self.draw.random() < self.wipe:
                self._wipe()
            self.network.tick(self.draw.randint(1, 4))
        return self.network

    def _befall(self, name: str, number: int) -> None:
        draw, network = self.draw, self.network
        machine = network.machines[name]
        if machine.node is None:
            if draw.random() < 0.3:
                network.restart(name)
        elif draw.random() < self.crash:
            network.crash(name, keep_pending_write=draw.random() < 0.5)
        elif draw.random() < self.ask:
            network.propose(name, b"%s-%d" % (name.encode(), number))
            network.read(name)
        if draw.random() < self.compact:
            machine.compact(keep=draw.choice((0, 0, 3, 20)))
        if machine.node is not None and draw.random() < self.transfer:
            machine.node.transfer_leadership(draw.choice((None, *network.machines)))

    def _cut_or_heal(self) -> None:
        draw, network = self.draw, self.network
        names = sorted(network.machines)
        if draw.random() < self.cut:
            network.heal()
            if draw.random() < 0.7:
                network.cut(*draw.sample(names, len(names) // 2))
        elif draw.random() < self.cut and len(names) > 1:
            network.cuts.add((draw.choice(names), draw.choice(names)))  # one way only

    def _change_membership(self) -> None:
        """Asked of every leader, a deposed one too, as an operator might."""
        draw, network = self.draw, self.network
        if not all(network.machines[name].disk.hard_state().synced for name in self._members()):
            return  # one that does not count may become needed
        for name, machine in sorted(network.machines.items()):
            if machine.node is None or machine.node.status().role is not Role.LEADER:
                continue
            membership = machine.node.status().membership
            strangers = [each for each in "abcdefg" if each not in membership.members]
            change = draw.choice(
                (
                    MembershipChange(add_learners=tuple((each, each) for each in strangers[:1])),
                    MembershipChange(promote=membership.learners[:1]),
                    MembershipChange(promote=membership.learners, remove=membership.voters[:2]),
                    MembershipChange(remove=(draw.choice(membership.members),)),
                )
            )
            for joining, _ in change.add_learners:
                if joining not in network.machines:
                    network.add_machine(joining)
            network.change(name, change)

    def _wipe(self) -> None:
        """One whose promises the others can do without."""
        network = self.network
        name = self.draw.choice(sorted(network.machines))
        others = {
            each
            for each, machine in network.machines.items()
            if each != name and machine.disk.hard_state().synced
        }
        if all(quorum_of(membership).agrees(others) for membership in self._memberships()):
            network.wipe(name)

    def _members(self) -> set[str]:
        return {name for membership in self._memberships() for name in membership.members}

    def _memberships(self) -> list[Membership]:
        """All that anybody may act under now or after a restart."""
        found: list[Membership] = []
        for machine in self.network.machines.values():
            found.append(machine.disk.base().membership)
            found += [Membership.decode(entry.data) for entry in machine.disk.membership_entries()]
            if machine.node is not None:
                found.append(machine.node.status().membership)
        return [membership for membership in found if membership.voters]


def come_to_rest(network: Network) -> None:
    network.faults = Faults()
    network.heal()
    for name, machine in network.machines.items():
        if machine.node is None:
            network.restart(name)
    network.tick(100)
    leader = network.elect()
    network.propose(leader, b"the last word")
    network.tick(40)
    assert network.placed[b"the last word"].index > 0
    assert network.committed[-1].data == b"the last word"


@pytest.mark.parametrize("seed", range(150))
def test_every_invariant_holds_under_random_faults_and_the_cluster_converges_after(seed: int) -> None:
    network = Life(seed).live()
    come_to_rest(network)
    network.check_end()
