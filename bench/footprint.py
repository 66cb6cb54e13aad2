"""What a node costs: seconds from start to serving, and resident memory. Linux: it reads /proc."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from lms_cluster.local.cluster import LocalCluster

STARTS = 5


def resident_mb(pid: int) -> float:
    fields = (Path("/proc") / str(pid) / "status").read_text().splitlines()
    return int(next(line for line in fields if line.startswith("VmRSS")).split()[1]) / 1024


def main() -> None:
    seconds, memory = [], []
    with tempfile.TemporaryDirectory() as folder:
        cluster = LocalCluster.create(Path(folder), 1)
        ((node_id, process),) = cluster.nodes.items()
        try:
            for _ in range(STARTS):
                begun = time.perf_counter()
                process.start()
                cluster.wait_ready([process], [cluster.address(node_id)])
                seconds.append(time.perf_counter() - begun)
                memory.append(resident_mb(process.pid() or 0))
                process.stop()
        finally:
            cluster.stop()
    figures = {
        "start_s": [round(each, 2) for each in seconds],
        "resident_mb": [round(each) for each in memory],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
