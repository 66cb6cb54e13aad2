"""What clients notice of a node with an empty disk that joins: `python -m bench.join`.

The cluster holds --entries applied entries and --megabytes of files. That state is made offline through
the storage layer (bench.history) and put into the three nodes as `lmsctl restore` does it. Clients write
through all nodes all the time; prints latencies before and while the fourth node joins, their ratio, how long
it took, and a line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from pathlib import Path

from bench.classroom import connect
from bench.figures import percentile
from bench.history import TOKEN, write_state
from bench.writers import Writers
from lms_cluster.founding import restore_node
from lms_cluster.local.changes import add_node
from lms_cluster.local.cluster import LocalCluster

CLIENTS_A_NODE = 2


def full_cluster(folder: Path, number: int, file_bytes: int) -> LocalCluster:
    """Three stopped nodes with the same long history."""
    begun = time.perf_counter()
    state = folder / "state.backup"
    write_state(state, number, file_bytes)
    cluster = LocalCluster.create(folder / "cluster", 3)
    for node in cluster.config.nodes:
        shutil.rmtree(node.data)
        restore_node(cluster.config, node.id, state)
    size = state.stat().st_size
    state.unlink()
    print(f"{number} entries, a state of {size >> 20} MiB, made in {time.perf_counter() - begun:.0f} s")
    return cluster


async def measure(cluster: LocalCluster, seconds: float) -> dict[str, float]:
    load = Writers([connect(cluster, n) for n in cluster.nodes for _ in range(CLIENTS_A_NODE)], TOKEN)
    await asyncio.sleep(2.0)  # connections open, caches fill
    load.latencies_ms.clear()
    await asyncio.sleep(seconds)
    before, load.latencies_ms = load.latencies_ms, []
    begun = time.perf_counter()
    await asyncio.to_thread(add_node, cluster)
    took = time.perf_counter() - begun
    during = load.latencies_ms
    await load.stop()
    return {
        "join_s": round(took, 1),
        "writes_per_s_before": round(len(before) / seconds, 1),
        "writes_per_s_during": round(len(during) / took, 1),
        "p50_ms_before": round(percentile(before, 50), 1),
        "p50_ms_during": round(percentile(during, 50), 1),
        "p99_ms_before": round(percentile(before, 99), 1),
        "p99_ms_during": round(percentile(during, 99), 1),
        "max_ms_during": round(max(during), 1),
        "p99_ratio": round(percentile(during, 99) / percentile(before, 99), 2),
        "failed_writes": load.failures,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=15.0, help="to measure before the node joins")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cluster = full_cluster(Path(folder), asked.entries, asked.megabytes << 20)
        try:
            cluster.start(with_tutor=False)
            figures = asyncio.run(measure(cluster, asked.seconds))
        finally:
            LocalCluster.open(cluster.folder).stop()
    for name, figure in figures.items():
        print(f"{name:22}{figure:>10}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
