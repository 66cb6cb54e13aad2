"""A day before an assignment is due the leader has those told who have not handed in, once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial

import structlog

from lms_cluster.deadline import Deadline
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.refusal import Refused
from lms_cluster.stamp import stamped
from lms_cluster.views.reminders import reminders_wanted
from protos.command_pb2 import RemindOfDue
from raft.runtime.driver import Driver
from raft.types import Role

POLL_SECONDS = 5.0
PROPOSE_SECONDS = 10.0

_log = structlog.get_logger(__name__)


class DueReminders:
    def __init__(
        self, driver: Driver, reader: Reader, proposer: Proposer, clock: Callable[[], float] = time.time
    ) -> None:
        """`clock` gives the time of day in seconds."""
        self._driver = driver
        self._reader = reader
        self._proposer = proposer
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if self._driver.status().role is Role.LEADER:
                wanted = await self._reader.read(partial(reminders_wanted, int(self._clock() * 1000)))
                for assignment_id, student in wanted:
                    await self._remind(assignment_id, student)
            await asyncio.sleep(POLL_SECONDS)

    async def _remind(self, assignment_id: str, student: str) -> None:
        command = stamped("", b"")
        command.remind_of_due.CopyFrom(RemindOfDue(assignment_id=assignment_id, student=student))
        try:
            await self._proposer.propose(command, Deadline.after(PROPOSE_SECONDS))
        except Refused as refused:
            # Reminded by another leader, or due by now; or no quorum, and it comes up again.
            _log.info("not reminded", assignment_id=assignment_id, reason=refused.reason)
        else:
            _log.info("reminded", assignment_id=assignment_id, one_student=bool(student))
