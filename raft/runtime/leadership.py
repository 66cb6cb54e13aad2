"""Who leads, as far as this node knows, and callers that wait for another to take over."""

from __future__ import annotations

import asyncio
from asyncio import Future

from raft.errors import RaftError
from raft.runtime.metrics import Metrics
from raft.status import Status
from raft.types import NodeId, Role, Term


class TransferFailed(RaftError):
    """Leadership was not handed over, and the node that was asked to may still lead."""


class Leadership:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._known: tuple[Term, NodeId | None] = (0, None)
        self._waiting: list[tuple[Term, Future[NodeId]]] = []

    def look(self, status: Status) -> None:
        """Whenever the node may have learned of another leader, and once a tick."""
        known = (status.term, status.leader_id)
        if known != self._known:
            self._known = known
            if status.leader_id is not None:
                self._metrics.leader_changes.inc()
        has_given_up = status.role is Role.LEADER and status.transferee is None
        for term, waiting in self._waiting:
            if waiting.done():
                continue
            if status.term > term and status.leader_id is not None:
                waiting.set_result(status.leader_id)
            elif status.term == term and has_given_up:
                waiting.set_exception(TransferFailed("the one asked to take over did not"))

    async def successor(self, term: Term) -> NodeId:
        """Who leads after this node's leadership of `term`, which it is handing over. Raises
        TransferFailed."""
        waiting: Future[NodeId] = asyncio.get_running_loop().create_future()
        self._waiting.append((term, waiting))
        try:
            return await waiting
        finally:
            self._waiting.remove((term, waiting))

    def fail_all(self, why: str) -> None:
        for _, waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(TransferFailed(why))
