"""What clients notice of all nodes being restarted, one after another: `python -m bench.rolling`.

Clients write through every node all the time. Prints latencies before and meanwhile, calls that failed, and
elections by cause, and a line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter

from bench.classroom import classroom, connect
from bench.figures import percentile
from bench.writers import Writers
from demo.accounts import first
from lms_cluster.local.changes import restart_all
from lms_cluster.local.cluster import LocalCluster

CLIENTS = 8
SECONDS_BEFORE = 10.0


def elections(cluster: LocalCluster) -> Counter[str]:
    """By cause, as the nodes counted them since each was started."""
    views = [cluster.status(node_id) for node_id in cluster.nodes]
    return sum((Counter(dict(view.elections)) for view in views if view), Counter())


async def measure(rounds: int) -> dict[str, float]:
    async with classroom() as (cluster, accounts):
        instructor = first(accounts, "instructor")
        client = connect(cluster)
        token = (await client.login(instructor.username, instructor.password)).token
        writers = Writers([connect(cluster) for _ in range(CLIENTS)], token)
        await asyncio.sleep(2.0)  # connections open, caches fill
        writers.latencies_ms.clear()
        await asyncio.sleep(SECONDS_BEFORE)
        before, writers.latencies_ms = writers.latencies_ms, []
        called: Counter[str] = Counter()
        begun = time.perf_counter()
        for _ in range(rounds):
            await asyncio.to_thread(restart_all, cluster)
            called += await asyncio.to_thread(elections, cluster)
        took = time.perf_counter() - begun
        during = writers.latencies_ms
        await writers.stop()
        await client.close()
    return {
        "rounds": rounds,
        "seconds_a_round": round(took / rounds, 1),
        "failed_writes": writers.failures,
        "elections_by_timeout": called["timeout"],
        "elections_by_transfer": called["transfer"],
        "p50_ms_before": round(percentile(before, 50), 1),
        "p50_ms_during": round(percentile(during, 50), 1),
        "p99_ms_before": round(percentile(before, 99), 1),
        "p99_ms_during": round(percentile(during, 99), 1),
        "max_ms_during": round(max(during, default=0.0), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    figures = asyncio.run(measure(parser.parse_args().rounds))
    for name, figure in figures.items():
        print(f"{name:22}{figure:>10}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
