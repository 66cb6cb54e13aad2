"""What a change of membership must keep: every quorum before and every quorum after share a node."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from itertools import combinations

from raft import NodeId
from raft.membership import Membership


def agrees(membership: Membership, nodes: Collection[NodeId]) -> bool:
    """Whether `nodes` hold a majority, and in joint consensus a majority of both sides."""
    return bool(membership.voters) and all(
        2 * sum(voter in nodes for voter in side) > len(side)
        for side in (membership.voters, membership.outgoing)
        if side
    )


@lru_cache(4096)
def intersect(one: Membership, other: Membership) -> bool:
    """Whether no quorum of `one` could decide without any node of a quorum of `other`. Tries every set."""
    everybody = sorted({*one.voters, *one.outgoing, *other.voters, *other.outgoing})
    return not any(
        agrees(one, nodes) and agrees(other, [node for node in everybody if node not in nodes])
        for count in range(len(everybody) + 1)
        for nodes in combinations(everybody, count)
    )
