"""Every seed of the swarm that ever failed, and what it found. What a seed plays changes with the swarm;
where that would lose the case, a scenario has been made of it."""

from __future__ import annotations

import pytest

from tests.sim.swarm import run_seed

SEEDS = {
    85: "a wiped founder that was filled from the log's beginning never learned who the founders are",
    102: "who is not in its own latest membership did not campaign, and nobody could win against its log",
    111: "a refusal to a leader of an earlier term passed its sender for synced",
}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_that_failed_once_fails_no_more(seed: int) -> None:
    report = run_seed(seed)
    assert not report.violation, f"{SEEDS[seed]}\n{report.violation}"
