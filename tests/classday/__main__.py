"""`python -m tests.classday`: two weeks of a course in minutes, and whether everything in it was right."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from lms_cluster.local.cluster import ClusterError
from tests.classday.person import Unexpected
from tests.classday.run import ClassDays, Findings


def report(findings: Findings, seconds: float) -> None:
    print(
        f"\n{findings.submissions} submissions, {findings.grades} grades, {findings.questions} questions, "
        f"{findings.messages} replies, {findings.notices} notices, in {seconds:.0f} s"
    )
    for node, times in sorted(findings.kills.items()):
        print(f"  killed {node:8}{times:>4}")
    for sentence in findings.wrong:
        print(f"WRONG {sentence}")
    if not findings.wrong:
        print("The gradebook is the model's, every notice came once, and nobody saw what was not theirs.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="cluster.sh classday", description="Live through a whole course.")
    parser.add_argument("--students", type=int, default=80, help="how many (80)")
    parser.add_argument("--days", type=int, default=14, help="of the course, 6 at least (14)")
    parser.add_argument("--seed", type=int, default=2026, help="of what people do (2026)")
    arguments = parser.parse_args()
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # nodes that are gone are the point here
    logging.disable(logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="homeroom-classday-"))
    print(f"{arguments.students} students, seed {arguments.seed}, in {folder}", flush=True)
    class_days = ClassDays(folder, arguments.seed, arguments.students, 3, arguments.days)
    began = time.monotonic()
    try:
        findings = asyncio.run(class_days.run(lambda line: print(line, flush=True)))
    except (ClusterError, Unexpected) as error:
        raise SystemExit(f"It did not go on: {error}\nLogs are in {folder}/run.") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    report(findings, time.monotonic() - began)
    if findings.wrong:
        print(f"kept for a look: {folder}")
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
