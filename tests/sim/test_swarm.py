"""S44: clusters of one to seven nodes live through every fault at once, each with a probability of its own.
The long profile is `python -m tests.sim`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.sim.chaos import DEEDS
from tests.sim.swarm import Report, run_seed

SEEDS_AT_ONCE = 10


@pytest.mark.parametrize("first", range(1, 80, SEEDS_AT_ONCE))
def test_s44_every_invariant_holds_in_the_swarm_and_what_heals_works_again(first: int) -> None:
    for seed in range(first, first + SEEDS_AT_ONCE):
        report = run_seed(seed)
        assert not report.violation, f"python -m tests.sim --seed {seed} --seeds 1\n{report.violation}"


def test_the_swarm_does_all_that_it_can_do_and_clients_get_something_done() -> None:
    reports = [run_seed(seed) for seed in range(101, 116)]
    faults: Counter[str] = sum((report.faults for report in reports), Counter())
    assert not set(DEEDS) - set(faults)
    assert sum(report.operations for report in reports) > 500


@pytest.mark.parametrize("seed", [3, 77])
def test_a_seed_runs_alike_in_every_process_whatever_the_order_of_hashes(seed: int) -> None:
    runs = {_run_elsewhere(seed, hash_seed) for hash_seed in (0, 1, 4242)}
    here = run_seed(seed)
    assert runs == {(here.events, here.digest, here.ticks)}


def test_a_seed_runs_alike_after_others_in_the_same_process() -> None:
    before = run_seed(5)
    run_seed(6)
    assert _without_faults(run_seed(5)) == _without_faults(before)


def _without_faults(report: Report) -> tuple[int, int, int]:
    return report.events, report.digest, report.operations


def _run_elsewhere(seed: int, hash_seed: int) -> tuple[int, int, int]:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from tests.sim.swarm import run_seed; r = run_seed({seed}); print(r.events, r.digest, r.ticks)",
        ],
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    events, digest, ticks = told.stdout.split()
    return int(events), int(digest), int(ticks)
