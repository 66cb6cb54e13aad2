"""What the transcripts cover between them: every command both ways, and every row of the table of errors."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from tests.dialogs.plays import TRANSCRIPTS, Outcomes, room_over
from tests.dialogs.test_over_solo import outcome
from tests.solo.classroom import seated

TRANSCRIPTS_MIN = 60

ERRORS = {
    "UNAUTHENTICATED": "Your session ended. Please /login again",
    "PERMISSION_DENIED": "Only instructors can use /",
    "INVALID_ARGUMENT with field violations": "must be 0 to 20, you sent 25",
    "NOT_FOUND": "There is no assignment A[0-9]+. Open ones: A",
    "FAILED_PRECONDITION": r"A\d+ (opens|closed) on [A-Z]\w\w \d+ [A-Z]\w\w \d{4} [\d:]+ UTC",
    "ABORTED by a version": r"changed this grade at .+ \(now [0-9]+ / [0-9]+\)\.\s+Overwrite\?",
    "RESOURCE_EXHAUSTED": "; try again in [0-9]+ (s|min)",
    "UNAVAILABLE without a quorum": "The course servers are electing a leader; nothing was saved",
    "outcome unknown": "I could not confirm that it was saved",
    "INTERNAL": r"Something broke on our side \(ref [0-9a-f]{4}\)",
}
"""The rows of the table, and what a person reads; the same request id again is `Outcomes.confirmed`."""


async def everything() -> Outcomes:
    total = Outcomes()
    for path in TRANSCRIPTS:
        outcomes, _ = await outcome(path)
        total.add(outcomes)
    return total


@pytest.mark.timeout(300)
async def test_every_command_has_a_transcript_in_which_it_succeeds_and_one_in_which_it_fails() -> None:
    total = await everything()
    async with seated() as classroom:
        names = room_over(classroom.client, ZoneInfo("UTC"), Outcomes()).registry.commands
    assert {
        "never succeeds": [name for name in names if not total.succeeded[name]],
        "never fails": [name for name in names if not total.failed[name]],
    } == {"never succeeds": [], "never fails": []}


@pytest.mark.timeout(300)
async def test_every_row_of_the_table_of_errors_is_in_a_transcript() -> None:
    total = await everything()
    read = "\n\n".join(total.replies)
    lacking = [row for row, words in ERRORS.items() if not re.search(words, read)]
    assert lacking == []
    assert any("Saved on the cluster" in reply for reply in total.confirmed)


def test_there_are_enough_of_them() -> None:
    assert len(TRANSCRIPTS) >= TRANSCRIPTS_MIN
