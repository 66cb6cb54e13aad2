"""A short campaign; `python -m tests.tutor.quotes` is the long one."""

from __future__ import annotations

from tests.tutor.quotes.campaign import Tally, play_course
from tutor.__main__ import WEIGHTS
from tutor.service.loading import load_pipeline
from tutor.types import Mode

SEED = 2026


def test_whatever_the_pages_hold_each_quote_is_its_materials_and_nothing_planted_steers() -> None:
    pipeline = load_pipeline(str(WEIGHTS), WEIGHTS, Mode.QUOTED)
    tally = Tally()
    for number in range(2):
        play_course(pipeline, SEED, number, 120, tally, print)
    assert tally.failures == []
    assert tally.counts["quoted"] > 20
    assert tally.counts["abstained"] > 20
    assert not tally.sway.steers
