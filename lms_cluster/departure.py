"""How a node learns that it was removed. The cluster owes it no word: once the others have agreed, they stop
talking to it. So a node that hears of no leader, or finds itself left out, asks the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from lms_cluster.operator_client import OperatorClient
from protos.lms_pb2 import NODE_ROLE_LEADER
from raft.runtime.driver import Driver
from raft.runtime.secret import ClusterSecret
from raft.types import NodeId

LOOK_SECONDS = 0.5
SILENCE_SECONDS = 3.0
"""Without a leader for this long, a member asks."""
TIMES_TOLD = 2
"""A leader acts on a change before it is agreed on, and may yet take it back: it is asked again."""


class RemovedFromCluster(Exception):
    """The cluster has agreed to go on without this node."""


class Departure:
    """`addresses`: those that this node was configured with, which win over the membership's."""

    def __init__(
        self, node_id: NodeId, driver: Driver, addresses: Mapping[NodeId, str], secret: ClusterSecret
    ) -> None:
        self._node_id = node_id
        self._driver = driver
        self._addresses = addresses
        self._secret = secret
        status = driver.status()
        self._belonged = status.synced and bool(status.membership.members)
        self._heard_at = time.monotonic()

    async def told(self) -> RemovedFromCluster:
        """Returns when the cluster has removed this node; a node that never belonged waits for ever."""
        times = 0
        while times < TIMES_TOLD:
            await asyncio.sleep(LOOK_SECONDS)
            times = times + 1 if self._should_ask() and await self._is_left_out() else 0
        return RemovedFromCluster(f"{self._node_id} was removed from the cluster")

    def _should_ask(self) -> bool:
        status = self._driver.status()
        is_member = self._node_id in status.membership.members
        self._belonged = self._belonged or is_member
        now = time.monotonic()
        if status.leader_id is not None:
            self._heard_at = now
        return self._belonged and (not is_member or now - self._heard_at > SILENCE_SECONDS)

    async def _is_left_out(self) -> bool:
        """Whether a leader who knows no less than this node says so."""
        status = self._driver.status()
        addresses = {**dict(status.membership.addresses), **self._addresses}
        client = OperatorClient(addresses, self._secret)
        others = [node_id for node_id in addresses if node_id != self._node_id]
        views = await asyncio.gather(*(asyncio.to_thread(client.status, other) for other in others))
        for view in views:
            if view is None or view.role != NODE_ROLE_LEADER:
                continue
            members = view.membership
            named = {*members.voters, *members.outgoing, *members.learners}
            if view.term >= status.term and view.commit_index >= status.commit_index:
                return self._node_id not in named
        return False
