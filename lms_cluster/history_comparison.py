"""Do all nodes make the same of the same log? Each keeps a digest of its whole history at every 1,000th index
(storage.chain); here a node compares its own with the others'.

Apply is a pure function of the log, so a difference is a bug, or a disk or memory that changed what was
written. A node that a majority contradicts is the one that is wrong: it stops at once, and heals by a
snapshot. One that merely differs from a few says so: they will find out themselves.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence

import grpc
import structlog

from lms_cluster.alarms import Alarm, Alarms
from lms_cluster.reader import Reader
from protos.lms_pb2 import GetChainCheckpointRequest
from protos.lms_pb2_grpc import AdminServiceStub
from raft.runtime.driver import Driver
from raft.runtime.secret import ClusterSecret
from raft.types import Index, NodeId
from storage.chain import CHAIN_INTERVAL, chain_at

CALL_SECONDS = 2.0
PAUSE_SECONDS = 0.5
ANSWERS_SECONDS = 10.0
"""How long the others may take to come to an index that this node has reached."""

_log = structlog.get_logger(__name__)


class HistoryDiverged(Exception):
    """A majority of the voters made something else of the same log; what this node holds is not to be
    trusted."""


class HistoryComparison:
    """`addresses`: those that this node was configured with, which win over the membership's."""

    def __init__(
        self,
        addresses: Mapping[NodeId, str],
        driver: Driver,
        reader: Reader,
        secret: ClusterSecret,
        alarms: Alarms,
    ) -> None:
        self._addresses = addresses
        self._driver = driver
        self._reader = reader
        self._metadata = secret.metadata
        self._alarms = alarms
        self._reached = asyncio.Event()
        self._compared = driver.status().applied_index // CHAIN_INTERVAL * CHAIN_INTERVAL
        """What was reached before this node started has been compared, or is past mending."""

    def notify(self, applied_index: Index) -> None:
        """Entries were applied. Called on the event loop."""
        if applied_index >= self._compared + CHAIN_INTERVAL:
            self._reached.set()

    async def run(self) -> None:
        """Until a majority contradicts. Raises HistoryDiverged."""
        while True:
            await self._reached.wait()
            self._reached.clear()
            index = self._driver.status().applied_index // CHAIN_INTERVAL * CHAIN_INTERVAL
            self._compared = index
            own = await self._reader.read(lambda: chain_at(index))  # noqa: B023 -- read before the next turn
            if own is not None:
                await self._compare(index, own)

    async def _compare(self, index: Index, own: bytes) -> None:
        """Ask until everybody has answered, or has had the time to."""
        status = self._driver.status()
        addresses = {**dict(status.membership.addresses), **self._addresses}
        voters = [voter for voter in status.membership.voters if voter != status.node_id]
        chains: dict[NodeId, bytes] = {}
        deadline = time.monotonic() + ANSWERS_SECONDS
        while len(chains) < len(voters) and time.monotonic() < deadline:
            missing = [voter for voter in voters if voter not in chains and voter in addresses]
            asked = await asyncio.gather(*(self._ask(addresses[voter], index) for voter in missing))
            chains |= {voter: chain for voter, chain in zip(missing, asked, strict=True) if chain}
            self._judge(index, own, chains, majority=len(status.membership.voters) // 2 + 1)
            if len(chains) < len(voters):
                await asyncio.sleep(PAUSE_SECONDS)
        if len(chains) == len(voters) and all(chain == own for chain in chains.values()):
            self._alarms.end(Alarm.HISTORIES_DIFFER)

    def _judge(self, index: Index, own: bytes, chains: dict[NodeId, bytes], majority: int) -> None:
        """Raises HistoryDiverged."""
        differing = sorted(voter for voter, chain in chains.items() if chain != own)
        if not differing:
            return
        agreed = max(Counter(chains[voter] for voter in differing).values())
        if agreed >= majority:
            what = f"the history up to {index} differs from that of {', '.join(differing)}, a majority"
            _log.critical("this node's history is not the cluster's", index=index, others=differing)
            self._alarms.sound(Alarm.HISTORIES_DIFFER, what)
            raise HistoryDiverged(what)
        self._alarms.sound(Alarm.HISTORIES_DIFFER, _differs_from(differing, index))

    async def _ask(self, address: str, index: Index) -> bytes:
        """Empty when there is no answer, or not yet."""
        try:
            async with grpc.aio.insecure_channel(address) as channel:
                answer = await AdminServiceStub(channel).GetChainCheckpoint(
                    GetChainCheckpointRequest(index=index), timeout=CALL_SECONDS, metadata=self._metadata
                )
        except grpc.aio.AioRpcError:
            return b""
        return bytes(answer.chain)


def _differs_from(nodes: Sequence[NodeId], index: Index) -> str:
    return f"{' and '.join(nodes)} made something else of the log up to {index} than this node did"
