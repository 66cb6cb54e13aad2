"""`python -m tests.chaos --minutes M --seed S`: faults upon faults on a real cluster, and what came of it."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from bot.client.api import LmsError
from lms_cluster.local.cluster import ClusterError
from tests.chaos.run import ChaosRun, Outcome

LARGE_FILES = 8
"""160 MB: more than twice the tail that a log is cut back to."""


def report(outcome: Outcome) -> None:
    record = outcome.record
    print("\noperations                acknowledged     unknown   no effect")
    for kind in sorted(record.acknowledged | record.unknown | record.unanswered):
        counts = (record.acknowledged[kind], record.unknown[kind], record.unanswered[kind])
        print(f"  {kind:24}" + "".join(f"{count:>12}" for count in counts))
    print("faults")
    for kind, times in sorted(outcome.faults.items()):
        print(f"  {kind:24}{times:>12}")
    print(f"longest standstill with a whole majority: {outcome.longest_standstill:.1f} s")
    for violation in outcome.record.violations:
        print(f"VIOLATION {violation}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="cluster.sh chaos", description="Break a cluster, and judge it.")
    parser.add_argument("--minutes", type=float, default=1.0, help="for how long there are faults (1)")
    parser.add_argument(
        "--seed", type=int, default=None, help="of the faults; drawn from the clock by default"
    )
    parser.add_argument("--nodes", type=int, choices=range(3, 8), default=3, metavar="N", help="3 to 7 (3)")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else int(time.time())
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # nodes that are gone are the point here
    folder = Path(tempfile.mkdtemp(prefix="homeroom-chaos-"))
    print(f"seed {seed}, {arguments.nodes} nodes, {arguments.minutes:g} minutes, in {folder}", flush=True)
    run = ChaosRun(folder, seed, arguments.minutes * 60, arguments.nodes, LARGE_FILES)
    try:
        outcome = asyncio.run(run.run(lambda line: print(line, flush=True)))
    except (ClusterError, LmsError) as error:
        raise SystemExit(f"The cluster did not come up; its logs are in {folder}/run. {error}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    report(outcome)
    if outcome.record.violations:
        print(f"kept for a look: {folder}")
    else:
        shutil.rmtree(folder)
    print(outcome)
    sys.exit(1 if outcome.record.violations else 0)


if __name__ == "__main__":
    main()
