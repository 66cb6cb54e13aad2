"""The network between the nodes: a direction and a proxy for every ordered pair of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from raft.types import NodeId
from tests.chaos.proxies import Direction, LinkProxy

Pair = tuple[NodeId, NodeId]
"""From, to."""


class Mesh:
    """`addresses` maps node ids to where the nodes really listen, "host:port". Clients go there directly."""

    def __init__(self, addresses: Mapping[NodeId, str]) -> None:
        self.directions: dict[Pair, Direction] = {pair: Direction() for pair in _pairs(addresses)}
        self._links = {
            (opener, target): LinkProxy(
                self.directions[opener, target], self.directions[target, opener], _parts(addresses[target])
            )
            for opener, target in self.directions
        }
        self._seen_at: dict[Pair, str] = {}

    async def start(self) -> None:
        for pair, link in self._links.items():
            self._seen_at[pair] = await link.start()

    def address(self, opener: NodeId, target: NodeId) -> str:
        """Where `opener` finds `target`, once started."""
        return self._seen_at[opener, target]

    def reset(self, pairs: Iterable[Pair]) -> None:
        """Every connection that carries bytes of these directions ends at once."""
        for opener, target in pairs:
            self._links[opener, target].reset()
            self._links[target, opener].reset()

    def can_talk(self, nodes: Iterable[NodeId]) -> bool:
        """Whether nothing at all is wrong between any two of these."""
        return all(self.directions[pair].is_whole for pair in _pairs(nodes))

    async def close(self) -> None:
        await asyncio.gather(*(link.close() for link in self._links.values()))


def _pairs(nodes: Iterable[NodeId]) -> list[Pair]:
    names = list(nodes)
    return [(one, other) for one in names for other in names if one != other]


def _parts(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)
