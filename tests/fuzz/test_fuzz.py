"""A short campaign; `python -m tests.fuzz` is the long one."""

from __future__ import annotations

import pytest

from tests.fuzz.campaign import CASES_A_ROOM, Tally, play_room
from tests.fuzz.telegram import play_telegram_room

SEED = 2026


@pytest.mark.parametrize("room", range(6))
async def test_nothing_that_is_said_in_this_room_breaks_anything(room: int) -> None:
    tally = Tally()
    await play_room(SEED, room, CASES_A_ROOM, tally, print)
    assert not tally.failures
    # What it tried: otherwise nothing would be shown by that.
    assert tally.counts["wrote"] > 0
    assert tally.counts["refused"] > CASES_A_ROOM / 5
    assert tally.counts["replies"] > tally.counts["refused"]


async def test_nothing_that_is_done_in_telegram_breaks_anything() -> None:
    tally = Tally()
    await play_telegram_room(SEED, 1, 150, tally, print)
    assert not tally.failures
    assert tally.counts["wrote"] > 0
    assert tally.counts["refused"] > 30
    assert tally.counts["replies"] > tally.counts["refused"]


async def test_a_room_can_be_played_again() -> None:
    tallies = []
    for _ in range(2):
        tally = Tally()
        await play_room(SEED, 100, 60, tally, print)
        tallies.append(tally.counts)
    assert tallies[0] == tallies[1]
