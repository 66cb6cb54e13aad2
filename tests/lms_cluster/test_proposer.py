"""What becomes of a command, for every way that consensus can answer."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from lms_cluster.alarms import Alarms
from lms_cluster.deadline import Deadline
from lms_cluster.disk_reserve import REASON, DiskReserve
from lms_cluster.overload import Overloaded
from lms_cluster.proposer import Proposer
from lms_cluster.refusal import Refused, rule, session_ended
from protos.command_pb2 import Command, Outcome
from protos.lms_pb2 import PostResponse
from raft.errors import NotProposed, OutcomeUnknown
from raft.runtime.driver import Driver
from raft.runtime.proposals import Applied

ACCEPTED = Outcome(accepted=PostResponse(index=7, term=2))


class ScriptedDriver:
    """Answers the proposals that come in turn, the last answer for ever."""

    def __init__(self, *answers: Exception | Outcome) -> None:
        self._answers = list(answers)
        self.proposed: list[bytes] = []

    async def propose(self, data: bytes, timeout: float) -> Applied:  # noqa: ASYNC109
        self.proposed.append(data)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return Applied(term=2, index=7, response=answer.SerializeToString())


async def propose(driver: ScriptedDriver, seconds: float = 5.0) -> PostResponse:
    command = Command(request_id="12345678", time_ms=1)
    disk = DiskReserve(Path(), cast(Driver, driver), Alarms())
    return await Proposer(cast(Driver, driver), disk).propose(command, Deadline.after(seconds))


async def refused(*answers: Exception | Outcome, seconds: float = 0.05) -> Refused:
    with pytest.raises(Refused) as caught:
        await propose(ScriptedDriver(*answers), seconds)
    return caught.value


async def test_an_accepted_command_gives_its_place_in_the_log() -> None:
    assert await propose(ScriptedDriver(ACCEPTED)) == ACCEPTED.accepted


async def test_a_failed_try_is_repeated_with_the_same_bytes() -> None:
    failures = [NotProposed("no_leader"), OutcomeUnknown(), NotProposed("lost"), NotProposed("not_leader")]
    driver = ScriptedDriver(*failures, ACCEPTED)
    assert (await propose(driver)).index == 7
    assert len(driver.proposed) == 5
    assert len(set(driver.proposed)) == 1


async def test_a_refusal_by_apply_comes_as_it_is() -> None:
    error = await refused(Outcome(refused=rule("A3 is closed.").as_message()))
    assert (error.reason, error.message) == ("RULE", "A3 is closed.")


async def test_what_never_entered_a_log_is_not_saved() -> None:
    error = await refused(NotProposed("no_leader"))
    assert (error.reason, error.code) == ("NO_QUORUM", 14)


async def test_what_may_have_entered_a_log_is_unknown_whatever_comes_after() -> None:
    for later in (NotProposed("no_leader"), NotProposed("overloaded"), NotProposed("stopping")):
        error = await refused(OutcomeUnknown(), later)
        assert (error.reason, error.code) == ("OUTCOME_UNKNOWN", 2)


async def test_a_session_that_ended_between_two_tries_says_nothing_of_the_first() -> None:
    ended = Outcome(refused=session_ended().as_message())
    assert (await refused(ended)).reason == "SESSION_ENDED"
    assert (await refused(OutcomeUnknown(), ended)).reason == "OUTCOME_UNKNOWN"


async def test_an_overloaded_leader_is_not_asked_again_at_once() -> None:
    driver = ScriptedDriver(NotProposed("overloaded"))
    with pytest.raises(Overloaded) as caught:
        await propose(driver)
    assert caught.value.retry_seconds > 0
    assert len(driver.proposed) == 1


async def test_a_leader_without_room_says_so_at_once() -> None:
    driver = ScriptedDriver(NotProposed(REASON))
    with pytest.raises(Overloaded, match="disk is almost full; nothing was saved") as caught:
        await propose(driver)
    assert (caught.value.reason, len(driver.proposed)) == ("DISK_ALMOST_FULL", 1)


@pytest.mark.parametrize("reason", ["stopping", "disk_stalled"])
async def test_a_node_that_can_do_nothing_sends_its_callers_elsewhere_at_once(reason: str) -> None:
    assert (await refused(NotProposed(reason), seconds=60)).reason == "NO_QUORUM"
