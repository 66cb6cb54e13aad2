"""When enough nodes agree. Any two majorities share a node, and every proof of the paper rests on that node.

Joint consensus (two majorities at once) will be a second class with the same two methods.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from raft.types import NodeId


@dataclass(frozen=True, slots=True)
class Majority:
    voters: tuple[NodeId, ...]

    def agrees(self, nodes: Container[NodeId]) -> bool:
        """Whether more than half of the voters are among `nodes`; others among them count nothing."""
        agreeing = sum(voter in nodes for voter in self.voters)
        return 2 * agreeing > len(self.voters)

    def reached(self, values: Mapping[NodeId, int]) -> int:
        """The largest value that more than half of the voters have reached. `values` names every voter."""
        ascending = sorted(values[voter] for voter in self.voters)
        return ascending[(len(ascending) - 1) // 2]
