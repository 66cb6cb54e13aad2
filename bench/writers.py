"""Clients that write all the time, while something is done to the cluster."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence

from bot.client.api import LmsError
from bot.client.grpc_client import GrpcLmsClient


class Writers:
    """Begin at once, and write until `stop`, as the instructor whose session `token` is. `latencies_ms` of
    the acknowledged writes may be emptied at any time; `failures` are those that the client gave up."""

    def __init__(self, clients: Sequence[GrpcLmsClient], token: str) -> None:
        self.latencies_ms: list[float] = []
        self.failures = 0
        self._clients = clients
        self._token = token
        self._tasks = [asyncio.create_task(self._write(client)) for client in clients]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients:
            await client.close()

    async def _write(self, client: GrpcLmsClient) -> None:
        while True:
            begun = time.perf_counter()
            try:
                await client.announce(self._token, uuid.uuid4().hex, "The lab is at ten.")
            except LmsError:
                self.failures += 1
            else:
                self.latencies_ms.append((time.perf_counter() - begun) * 1000)
