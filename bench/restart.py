"""What a long past costs a node that starts: `python -m bench.restart [--entries N]`. Linux: it reads /proc.

Starts a lone node with an empty log, with a log that holds all of its applied entries, and with the same
log compacted. Prints seconds from start to serving and resident memory of each, and as multiples of the empty
node's. The long log and its state are made offline through the storage layer (bench.history).
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from bench.footprint import resident_mb
from bench.history import write_log, write_state
from lms_cluster.founding import founding_membership
from lms_cluster.local.cluster import LocalCluster
from storage.set_aside import LOG, STATE

STARTS = 3
COMPACTION_SECONDS_MAX = 120.0


def start(cluster: LocalCluster) -> tuple[float, float]:
    """Seconds until the node serves, and its resident memory then, in MB."""
    process = cluster.node("n1")
    begun = time.perf_counter()
    process.start()
    cluster.wait_ready([process], [cluster.address("n1")])
    return time.perf_counter() - begun, resident_mb(process.pid() or 0)


def measure(cluster: LocalCluster, kept: Path | None) -> dict[str, float]:
    """Medians. `kept`: files that the node begins with each time, for what its own work would change."""
    data = cluster.config.node("n1").data
    figures = []
    for _ in range(STARTS):
        if kept is not None:
            shutil.rmtree(data)
            shutil.copytree(kept, data)
        figures.append(start(cluster))
        cluster.node("n1").stop()
    seconds, memory = zip(*figures, strict=True)
    return {"start_s": statistics.median(seconds), "resident_mb": statistics.median(memory)}


def compact(cluster: LocalCluster) -> None:
    """Let the node run until it has cut its log. Raises TimeoutError."""
    start(cluster)
    deadline = time.monotonic() + COMPACTION_SECONDS_MAX
    while not (view := cluster.status("n1")) or view.first_index == 1:
        if time.monotonic() > deadline:
            raise TimeoutError("the node did not compact its log")
        time.sleep(0.1)
    cluster.node("n1").stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entries", type=int, default=200_000)
    number = parser.parse_args().entries
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        cluster = LocalCluster.create(Path(folder) / "cluster", 1)
        try:
            figures["empty"] = measure(cluster, None)
            kept = Path(folder) / "kept"
            kept.mkdir()
            write_log(kept / LOG, founding_membership(cluster.config), number)
            write_state(kept / STATE, number, 0)
            figures["whole log"] = measure(cluster, kept)
            compact(cluster)
            figures["compacted"] = measure(cluster, None)
        finally:
            cluster.stop()
    empty = figures["empty"]
    print(f"{number} entries{'start s':>12}{'x empty':>9}{'MB':>8}{'x empty':>9}")
    for name, each in figures.items():
        seconds, memory = each["start_s"], each["resident_mb"]
        print(
            f"{name:14}{seconds:>12.2f}{seconds / empty['start_s']:>9.2f}"
            f"{memory:>8.0f}{memory / empty['resident_mb']:>9.2f}"
        )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
