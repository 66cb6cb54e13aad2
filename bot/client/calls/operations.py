"""What an administrator may ask of the cluster itself. Every such call, repeated, does nothing more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import grpc

from bot.client.api import SavedBackup
from bot.client.calls.base import Calls, bearer
from bot.client.refusals import NO_QUORUM, OUTCOME_UNKNOWN, leader_of, lms_error
from protos import lms_pb2

if TYPE_CHECKING:
    from protos.lms_pb2_grpc import AdminServiceAsyncStub

T = TypeVar("T")

TRY_SECONDS = 5.0
BACKUP_SECONDS = 60.0
PATIENCE_SECONDS = 15.0
PAUSE_SECONDS = 0.2
NOT_LEADER = "NOT_LEADER"
PASSING = frozenset({NOT_LEADER, "TRANSFERRING", NO_QUORUM, OUTCOME_UNKNOWN, "OVERLOADED", "NO_ROOM"})
"""Reasons of refusals that hold for a moment only, or on that node only."""


class Operations(Calls):
    async def transfer_leadership(self, token: str, node_id: str = "") -> str:
        request = lms_pb2.TransferLeadershipRequest(node_id=node_id)
        response = await self._operate(
            lambda stub: stub.TransferLeadership(request, timeout=TRY_SECONDS, metadata=bearer(token))
        )
        return response.leader_id

    async def save_backup(self, token: str) -> SavedBackup:
        request = lms_pb2.SaveBackupRequest()
        saved = await self._operate(
            lambda stub: stub.SaveBackup(request, timeout=BACKUP_SECONDS, metadata=bearer(token))
        )
        return SavedBackup(saved.node_id, saved.path, saved.index, saved.term, saved.size, saved.sha256.hex())

    async def _operate(self, ask: Callable[[AdminServiceAsyncStub], Awaitable[T]]) -> T:
        """Ask node after node, and whichever is said to lead. Raises LmsError."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        nodes = list(self._nodes.addresses)
        node_id = self._nodes.preferred
        while True:
            try:
                return await ask(self._nodes.admin(node_id))
            except grpc.aio.AioRpcError as failure:
                error = lms_error(failure)
                if error.reason not in PASSING or time.monotonic() >= give_up_at:
                    raise error from failure
                leader = leader_of(failure)
            known = leader in self._nodes.addresses and leader != node_id
            node_id = leader if known else nodes[(nodes.index(node_id) + 1) % len(nodes)]
            await asyncio.sleep(PAUSE_SECONDS)
