"""What the health service says of a node, and what its log says of the cluster's leader.

A node that is new, or whose disk does not answer, is NOT_SERVING: it may still answer, but whoever can choose
should choose another.
"""

from __future__ import annotations

import asyncio

import structlog
from grpc_health.v1 import health, health_pb2

from lms_cluster.alarms import Alarm, Alarms
from raft.runtime.driver import Driver
from raft.status import Status
from raft.types import Role

LMS = "lms.v1.LmsService"
LEADER = "lms.v1.Leader"
"""A name of the health service that is SERVING on the leader only."""

LOOK_SECONDS = 0.1
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

_log = structlog.get_logger(__name__)


class HealthWatch:
    def __init__(self, driver: Driver, servicer: health.aio.HealthServicer, alarms: Alarms) -> None:
        self._driver = driver
        self._servicer = servicer
        self._alarms = alarms
        self._told: dict[str, int] = {}
        self._leader: tuple[str | None, int] | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        status = self._driver.status()
        self._judge(status)
        if self._leader != (status.leader_id, status.term):
            self._leader = (status.leader_id, status.term)
            _log.info("leader", leader=status.leader_id, term=status.term)
        is_well = not (self._alarms.sounds(Alarm.UNSYNCED) or self._alarms.sounds(Alarm.DISK_STALLED))
        for service in ("", LMS):
            await self._tell(service, is_well)
        await self._tell(LEADER, status.role is Role.LEADER)

    def _judge(self, status: Status) -> None:
        if status.synced:
            self._alarms.end(Alarm.UNSYNCED)
        else:
            self._alarms.sound(
                Alarm.UNSYNCED,
                "this node is new, or lost its disk: it neither votes nor counts until the others "
                "have given it the log",
            )
        if self._driver.is_stalled:
            self._alarms.sound(Alarm.DISK_STALLED, "the disk does not answer: nothing is acknowledged here")
        else:
            self._alarms.end(Alarm.DISK_STALLED)

    async def _tell(self, service: str, is_well: bool) -> None:
        says = SERVING if is_well else NOT_SERVING
        if self._told.get(service) != says:
            self._told[service] = says
            await self._servicer.set(service, says)
