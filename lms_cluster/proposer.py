"""A command's way into the log and back, told to its caller as one of: done, refused, not done, unknown.

While the deadline allows, the same bytes are proposed again after every failure. That is safe even when an
earlier try may have happened: by its request id or its own nature, a command applied twice acts once.
"""

from __future__ import annotations

import asyncio
import random

from lms_cluster.deadline import Deadline
from lms_cluster.disk_reserve import REASON as DISK_ALMOST_FULL
from lms_cluster.disk_reserve import DiskReserve, disk_almost_full
from lms_cluster.overload import Overloaded
from lms_cluster.refusal import Code, Refused, no_quorum
from protos.command_pb2 import Command, Outcome
from protos.lms_pb2 import PostResponse
from raft.errors import NotProposed, OutcomeUnknown
from raft.runtime.driver import Driver

PAUSE_SECONDS_MIN = 0.01
PAUSE_SECONDS_MAX = 0.2
ELSEWHERE = frozenset({"stopping", "disk_stalled"})
"""This node can do nothing, and another can: its client is sent there at once."""


class Proposer:
    def __init__(self, driver: Driver, disk: DiskReserve) -> None:
        self._driver = driver
        self._disk = disk

    async def propose(self, command: Command, deadline: Deadline) -> PostResponse:
        """Returns once the command is durable on a majority and applied here.

        Raises Refused: with the reason why apply refused it; OVERLOADED, DISK_ALMOST_FULL or NO_QUORUM, and
        it is in no log; OUTCOME_UNKNOWN, and it may be applied already, or later.
        """
        self._disk.demand_room()
        data = command.SerializeToString()
        may_have_happened = False
        pause = PAUSE_SECONDS_MIN
        while (remaining := deadline.remaining()) > 0:
            try:
                applied = await self._driver.propose(data, remaining)
            except OutcomeUnknown:
                may_have_happened = True
            except NotProposed as failure:
                if failure.reason in ELSEWHERE:
                    break
                if failure.reason == "overloaded" and not may_have_happened:
                    raise Overloaded("The course servers are busy; nothing was saved.", 1.0) from failure
                if failure.reason == DISK_ALMOST_FULL and not may_have_happened:
                    raise disk_almost_full() from failure
            else:
                outcome = Outcome.FromString(applied.response)
                if may_have_happened and _says_nothing_of_earlier_tries(command, outcome):
                    break
                return _accepted(outcome)
            await asyncio.sleep(min(pause * random.uniform(0.5, 1.5), deadline.remaining()))  # noqa: S311
            pause = min(2 * pause, PAUSE_SECONDS_MAX)
        raise _outcome_unknown() if may_have_happened else no_quorum()


def _says_nothing_of_earlier_tries(command: Command, outcome: Outcome) -> bool:
    """An ended session is refused before its request ids are looked at. To a logout it says all."""
    return outcome.refused.reason == "SESSION_ENDED" and not command.HasField("end_session")


def _accepted(outcome: Outcome) -> PostResponse:
    if outcome.HasField("refused"):
        raise Refused.from_message(outcome.refused)
    return outcome.accepted


def _outcome_unknown() -> Refused:
    message = "I could not confirm that it was saved. Repeating the same request is safe."
    return Refused(Code.UNKNOWN, "OUTCOME_UNKNOWN", message)
