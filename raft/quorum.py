"""When enough nodes agree. Any two majorities share a node, and every proof of the paper rests on that node.

During joint consensus a majority of each of two sets must agree (paper §6, thesis §4.3), so what is agreed
shares a node with every majority of either set.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from raft.membership import Membership
from raft.types import NodeId


@dataclass(frozen=True, slots=True)
class Majority:
    voters: tuple[NodeId, ...]

    def agrees(self, nodes: Container[NodeId]) -> bool:
        """Whether more than half of the voters are among `nodes`; others among them count nothing."""
        agreeing = sum(voter in nodes for voter in self.voters)
        return 2 * agreeing > len(self.voters)

    def reached(self, values: Mapping[NodeId, int]) -> int:
        """The largest value that more than half of the voters have reached. `values` names every voter, and
        there is one."""
        ascending = sorted([values[voter] for voter in self.voters])
        return ascending[(len(ascending) - 1) // 2]


@dataclass(frozen=True, slots=True)
class Joint:
    incoming: Majority
    outgoing: Majority

    def agrees(self, nodes: Container[NodeId]) -> bool:
        """Whether both majorities do."""
        return self.incoming.agrees(nodes) and self.outgoing.agrees(nodes)

    def reached(self, values: Mapping[NodeId, int]) -> int:
        """The largest value that both majorities have reached."""
        return min(self.incoming.reached(values), self.outgoing.reached(values))


def quorum_of(membership: Membership) -> Majority | Joint:
    """Without voters nothing is ever agreed."""
    if membership.is_joint:
        return Joint(Majority(membership.voters), Majority(membership.outgoing))
    return Majority(membership.voters)
