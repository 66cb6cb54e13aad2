"""From `kill -9` of the leader to the next acknowledged write: `python -m bench.failover [--tries N]`.

The client writes all the time through every node. Prints each try, in seconds and in election timeouts, and a
line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
import uuid

from bench.classroom import classroom, connect
from bench.figures import percentile
from demo.accounts import first


async def measure(tries: int) -> list[float]:
    seconds: list[float] = []
    async with classroom() as (cluster, accounts):
        client = connect(cluster)
        instructor = first(accounts, "instructor")
        token = (await client.login(instructor.username, instructor.password)).token

        async def post() -> None:
            await client.announce(token, uuid.uuid4().hex, "The lab is at ten.")

        for number in range(1, tries + 1):
            await post()
            leader = await asyncio.to_thread(cluster.wait_for_leader)
            process = cluster.node(leader)
            await asyncio.to_thread(process.kill)
            begun = time.perf_counter()
            await post()
            seconds.append(time.perf_counter() - begun)
            print(f"try {number:2}: {leader} killed, next write after {seconds[-1]:.2f} s", flush=True)
            process.start()
            await asyncio.to_thread(cluster.wait_ready, [process], [cluster.address(leader)])
        await client.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=20)
    seconds = asyncio.run(measure(parser.parse_args().tries))
    figures = {
        "tries": len(seconds),
        "p50_s": percentile(seconds, 50),
        "max_s": max(seconds),
        "min_s": min(seconds),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
