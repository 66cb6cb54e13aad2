"""What happens, as it happens, and how the nodes are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc

from bot.client import values
from bot.client.api import Event, NodeStatus
from bot.client.calls.base import Calls, bearer
from bot.client.refusals import OUTCOME_UNKNOWN, lms_error
from bot.client.watching import watch
from protos import lms_pb2

STATUS_SECONDS = 2.0


class Feed(Calls):
    def watch(self, token: str, cursor: str) -> AsyncIterator[Event]:
        return watch(self._nodes, bearer(token), cursor)

    async def status(self) -> tuple[NodeStatus, ...]:
        request = lms_pb2.GetClusterStatusRequest()

        async def ask(node_id: str, address: str) -> NodeStatus:
            try:
                response = await self._nodes.admin(node_id).GetClusterStatus(request, timeout=STATUS_SECONDS)
            except grpc.aio.AioRpcError as failure:
                error = lms_error(failure)
                reason = "does not answer" if error.reason == OUTCOME_UNKNOWN else error.message
                return NodeStatus(node_id, address, error=reason)
            return values.node_status(node_id, address, response)

        asked = [ask(node_id, address) for node_id, address in self._nodes.addresses.items()]
        return tuple(await asyncio.gather(*asked))
