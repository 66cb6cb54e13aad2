"""How a node comes to take part in a cluster that runs: it asks to receive the log, catches up, and asks for
a vote. Every step is safe to repeat, so a node that is started with `--join` again goes on where it was."""

from __future__ import annotations

import asyncio

import structlog

from lms_cluster.operator_client import OperationRefused, OperatorClient
from protos.lms_pb2 import ChangeMembershipRequest
from raft.membership import Membership
from raft.runtime.driver import Driver

TRY_SECONDS = 5.0
PAUSE_SECONDS = 0.2
PROGRESS_SECONDS = 2.0
"""Between two log lines about how far it is."""
LASTING = frozenset({"NO_SECRET", "INVALID_FIELD", "IMPOSSIBLE"})
"""Reasons of refusals that no repetition changes. A vote is "impossible" for a node that was removed
meanwhile."""

_log = structlog.get_logger(__name__)


class JoinRefused(Exception):
    """The cluster will not have this node; the message says why."""


class Joining:
    """`address`: where the others find this node, "host:port". `client` knows the others."""

    def __init__(self, node_id: str, address: str, driver: Driver, client: OperatorClient) -> None:
        self._node_id = node_id
        self._address = address
        self._driver = driver
        self._client = client

    async def run(self) -> None:
        """Returns once the node has a vote, and at once when it has one. Raises JoinRefused."""
        if self._node_id in self._membership.voters:
            return
        await self._ask(ChangeMembershipRequest(add_learners={self._node_id: self._address}))
        _log.info("joining: the log arrives", address=self._address)
        progress = asyncio.create_task(self._tell_progress())
        try:
            # The leader knows best when it has caught up, and says "not yet" until then.
            await self._ask(ChangeMembershipRequest(promote=[self._node_id]))
            while self._node_id not in self._membership.voters:  # noqa: ASYNC110 -- no bell rings for it
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            progress.cancel()
        _log.info("joined: this node has a vote", voters=list(self._membership.voters))

    @property
    def _membership(self) -> Membership:
        return self._driver.status().membership

    async def _ask(self, change: ChangeMembershipRequest) -> None:
        """Until it is done."""
        told = ""
        while True:
            try:
                await asyncio.to_thread(self._client.change_membership, change, TRY_SECONDS)
            except OperationRefused as refused:
                if refused.reason in LASTING:
                    raise JoinRefused(f"the cluster does not take {self._node_id} in: {refused}") from refused
                if told != refused.reason:
                    told = refused.reason
                    _log.info("joining: not yet", why=str(refused))
            else:
                return
            await asyncio.sleep(PAUSE_SECONDS)

    async def _tell_progress(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            status = self._driver.status()
            _log.info(
                "joining: catching up",
                applied_index=status.applied_index,
                commit_index=status.commit_index,
                synced=status.synced,
            )
