"""No question waits in silence: when the tutor stays away for long, the leader has its asker told, once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog

from lms_cluster.deadline import Deadline
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.refusal import Refused
from lms_cluster.stamp import stamped
from lms_cluster.tutor_link import TutorLink
from lms_cluster.views import PendingQuery, pending_tutor_queries
from protos.command_pb2 import ReportTutorDelay
from raft.runtime.driver import Driver
from raft.types import Role

AWAY_SECONDS = 30.0
"""A query that has waited so long for a tutor that cannot be reached is reported."""
SILENT_SECONDS = 120.0
"""So is one that has waited so long for a tutor that is there, but does not answer it."""
POLL_SECONDS = 1.0
PROPOSE_SECONDS = 10.0

_log = structlog.get_logger(__name__)


class TutorDelays:
    def __init__(
        self,
        driver: Driver,
        reader: Reader,
        proposer: Proposer,
        tutor: TutorLink,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` gives the time of day in seconds."""
        self._driver = driver
        self._reader = reader
        self._proposer = proposer
        self._tutor = tutor
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if self._driver.status().role is Role.LEADER:
                for query in await self._reader.read(pending_tutor_queries):
                    if self._is_due(query):
                        await self._report(query.query_id)
            await asyncio.sleep(POLL_SECONDS)

    def _is_due(self, query: PendingQuery) -> bool:
        waited = self._clock() - query.asked_ms / 1000
        patience = SILENT_SECONDS if self._tutor.reachable else AWAY_SECONDS
        return not query.delay_reported and waited > patience

    async def _report(self, query_id: str) -> None:
        command = stamped(f"tutor-delay-{query_id}", b"")
        command.report_tutor_delay.CopyFrom(ReportTutorDelay(query_id=query_id))
        try:
            await self._proposer.propose(command, Deadline.after(PROPOSE_SECONDS))
        except Refused as refused:
            # Answered meanwhile, or reported by another leader; or no quorum, and it comes up again.
            _log.info("delay not reported", query_id=query_id, reason=refused.reason)
        else:
            _log.info("delay reported", query_id=query_id)
