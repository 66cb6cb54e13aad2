"""Acknowledged posts a second through gRPC, beside a bare grpc.aio echo: `python -m bench.writes`.

The same client process calls both, with the same number at once, one after the other in one run. Prints a
table and a line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import grpc

from bench.classroom import classroom, connect
from bench.echo import METHOD
from bench.figures import percentile
from demo.accounts import first

AT_ONCE = (1, 32, 128)
Call = Callable[[], Awaitable[object]]


async def rate(calls: list[Call], seconds: float) -> tuple[float, float, float]:
    """Every call over and over, each after its own last: calls a second, p50 and p99 in milliseconds."""
    latencies_ms: list[float] = []
    until = time.perf_counter() + seconds

    async def repeat(call: Call) -> None:
        while (begun := time.perf_counter()) < until:
            await call()
            latencies_ms.append((time.perf_counter() - begun) * 1000)

    await asyncio.gather(*(repeat(call) for call in calls))
    return len(latencies_ms) / seconds, percentile(latencies_ms, 50), percentile(latencies_ms, 99)


@contextmanager
def echo_server() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-m", "bench.echo"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


async def measure(seconds: float) -> dict[str, dict[str, float]]:
    figures: dict[str, dict[str, float]] = {}

    async def row(name: str, call: Call, at_once: int) -> None:
        await rate([call] * at_once, 1.0)
        per_second, p50, p99 = await rate([call] * at_once, seconds)
        figures[f"{name} x{at_once}"] = {"per_second": per_second, "p50_ms": p50, "p99_ms": p99}
        print(f"{name:28}{at_once:>5}{per_second:>10.0f}{p50:>9.2f}{p99:>9.2f}", flush=True)

    print(f"{'call':28}{'at once':>5}{'per s':>8}{'p50 ms':>9}{'p99 ms':>9}")
    with echo_server() as address:
        async with grpc.aio.insecure_channel(address) as channel:
            say: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(METHOD)
            for at_once in AT_ONCE:
                await row("echo", lambda: say(b"x" * 100), at_once)
    async with classroom() as (cluster, accounts):
        leader = cluster.wait_for_leader()
        follower = next(node_id for node_id in cluster.nodes if node_id != leader)
        for name, node_id in (("leader", leader), ("follower", follower)):
            client = connect(cluster, node_id)
            instructor = first(accounts, "instructor")
            token = (await client.login(instructor.username, instructor.password)).token

            async def post() -> None:
                await client.announce(token, uuid.uuid4().hex, "The lab is at ten.")  # noqa: B023

            async def get() -> None:
                await client.account(token)  # noqa: B023

            for at_once in AT_ONCE:
                await row(f"post through the {name}", post, at_once)
                await row(f"get through the {name}", get, at_once)
            await client.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    figures = asyncio.run(measure(parser.parse_args().seconds))
    for at_once in AT_ONCE:
        echo = figures[f"echo x{at_once}"]["per_second"]
        post = figures[f"post through the leader x{at_once}"]["per_second"]
        print(f"{at_once} at once: a post costs {echo / post:.1f} echoes")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
