"""What people are told because a date has come: the leader looks for it and proposes it, and apply decides.
So it is told once, whoever leads, and however often it is proposed."""

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
from lms_cluster.views.openings import openings_wanted
from lms_cluster.views.reminders import reminders_wanted
from protos.command_pb2 import AnnounceOpening, Command, RemindOfDue
from raft.runtime.driver import Driver
from raft.types import Role

POLL_SECONDS = 5.0
PROPOSE_SECONDS = 10.0

_log = structlog.get_logger(__name__)


class DatedNotices:
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
                for notice in await self._reader.read(partial(notices_wanted, int(self._clock() * 1000))):
                    await self._propose(notice)
            await asyncio.sleep(POLL_SECONDS)

    async def _propose(self, notice: Command) -> None:
        command = stamped("", b"")
        command.MergeFrom(notice)
        kind = str(notice.WhichOneof("data"))
        told = {"notice": kind, "assignment_id": getattr(notice, kind).assignment_id}
        try:
            await self._proposer.propose(command, Deadline.after(PROPOSE_SECONDS))
        except Refused as refused:
            # Told of by another leader, or too late by now; or no quorum, and it comes up again.
            _log.info("not told of a date", reason=refused.reason, **told)
        else:
            _log.info("told of a date", **told)


def notices_wanted(now_ms: int) -> list[Command]:
    """What is to be told by `now_ms` (Unix time in milliseconds): commands still without their stamp."""
    openings = [
        Command(announce_opening=AnnounceOpening(assignment_id=assignment_id))
        for assignment_id in openings_wanted(now_ms)
    ]
    reminders = [
        Command(remind_of_due=RemindOfDue(assignment_id=assignment_id, student=student))
        for assignment_id, student in reminders_wanted(now_ms)
    ]
    return openings + reminders
