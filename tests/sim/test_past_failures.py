"""Every seed of the swarm that ever failed, and what it found. What a seed plays changes with the swarm;
where that would lose the case, a scenario has been made of it."""

from __future__ import annotations

import pytest

from tests.sim.swarm import run_seed

FOUNDERS = "a wiped founder that was filled from the log's beginning never learned who the founders are"
REMOVED = "who is not in its own latest membership did not campaign, and nobody could win against its log"
SYNCED = "a refusal to a leader of an earlier term passed its sender for synced"
UNHEALED = "the simulator's: a change was under way that needed more than the quorum that was healed"
LATE = "the simulator's: who was elected late in an earlier term was held to what a later one had committed"
BROKEN = "the simulator's: streams from a leader outside the quorum broke at nearly every chunk"

SEEDS = {
    **dict.fromkeys((85, 183, 272, 274, 373, 379, 429, 494), FOUNDERS),
    102: REMOVED,
    10663: UNHEALED,
    1305: BROKEN,
    31884: LATE,
    **dict.fromkeys((111, 170, 173, 200, 240), SYNCED),
}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_that_failed_once_fails_no_more(seed: int) -> None:
    report = run_seed(seed)
    assert not report.violation, f"{SEEDS[seed]}\n{report.violation}"
