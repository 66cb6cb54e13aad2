"""python -m tests.sim --seeds N [--seed S] [--minutes M]

Runs N seeds of the swarm, from S on; or as many as M minutes allow. Ends with a table of faults by kind and,
as its last line, the count of seeds, ticks, faults and violations. Status 1 when there were violations.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import count, islice
from typing import Final

from tests.sim.swarm import Report, run_seed

PROGRESS_SECONDS: Final = 5.0
PROGRESS_SEEDS: Final = 100
"""How often progress is told: on a terminal, and where the output goes to a file."""


def main() -> int:
    options = _options()
    seeds: Iterator[int] = count(options.seed)
    if options.seeds is not None:
        seeds = islice(seeds, options.seeds)
    elif options.minutes is None:
        seeds = islice(seeds, 100)
    end = time.monotonic() + options.minutes * 60 if options.minutes is not None else float("inf")
    tally = Tally()
    with closing(_reports(seeds, options.jobs)) as reports:
        for report in reports:
            tally.add(report)
            if time.monotonic() >= end:
                break
    tally.tell()
    return 1 if tally.violations else 0


class Tally:
    def __init__(self) -> None:
        self.seeds = self.ticks = self.violations = self.operations = 0
        self._faults: Counter[str] = Counter()
        self._began = self._told = time.monotonic()

    def add(self, report: Report) -> None:
        self.seeds += 1
        self.ticks += report.ticks
        self.operations += report.operations
        self._faults += report.faults
        if report.violation:
            self.violations += 1
            print(f"\nseed {report.seed}: {report.violation}")
            print(f"event {report.events}, trace {report.digest:08x}; play it again with")
            print(f"    python -m tests.sim --seed {report.seed} --seeds 1\n", flush=True)
        now = time.monotonic()
        is_due = (
            now - self._told >= PROGRESS_SECONDS if sys.stdout.isatty() else self.seeds % PROGRESS_SEEDS == 0
        )
        if is_due:
            self._told = now
            pace = self.seeds / (now - self._began)
            print(f"{self.seeds} seeds, {pace:.1f} a second, {self.violations} violations", flush=True)

    def tell(self) -> None:
        for kind, number in sorted(self._faults.items()):
            print(f"{number:>10}  {kind}")
        print(f"{self.operations:>10}  operations judged")
        faults = self._faults.total()
        print(f"{self.seeds} seeds, {self.ticks} ticks, {faults} faults, {self.violations} violations")


def _reports(seeds: Iterator[int], jobs: int) -> Generator[Report, None, None]:
    if jobs == 1:
        for seed in seeds:
            yield run_seed(seed)
        return
    with ProcessPoolExecutor(jobs) as pool:
        try:
            while batch := list(islice(seeds, jobs * 8)):
                yield from pool.map(run_seed, batch)
        finally:
            pool.shutdown(cancel_futures=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__.splitlines()[2])
    parser.add_argument("--seeds", type=int, help="how many (default: 100, or what --minutes allows)")
    parser.add_argument("--seed", type=int, default=1, help="the first")
    parser.add_argument("--minutes", type=float, help="stop after so long")
    parser.add_argument("--jobs", type=int, default=1, help="processes to share the seeds")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
