"""A class at work on the running cluster: `python -m bench.load --clients N --seconds S`.

Each client is a student or an instructor with connections of its own, to the nodes in an order of its own.
Prints a live line of throughput and latency, then a table; exits 1 when an acknowledged submission is missing
at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import percentile
from bot.client.api import LmsClient, LmsError
from bot.client.grpc_client import GrpcLmsClient
from demo.accounts import Account, load_accounts
from demo.seed import seed
from lms_cluster.local.cluster import ClusterError, LocalCluster

HOME = Path(".homeroom")


@dataclass(slots=True)
class Ledger:
    """What every client did: milliseconds by act, failures by reason, the submissions acknowledged."""

    latencies_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    submissions: set[str] = field(default_factory=set)

    async def timed(self, act: str, call: Callable[[], Awaitable[None]]) -> None:
        begun = time.perf_counter()
        try:
            await call()
        except LmsError as error:
            self.failures[f"{act}: {error.reason}"] += 1
        else:
            self.latencies_ms[act].append((time.perf_counter() - begun) * 1000)

    @property
    def done(self) -> int:
        return sum(len(each) for each in self.latencies_ms.values())


async def student(
    client: LmsClient, account: Account, ledger: Ledger, until: float, dice: random.Random
) -> None:
    """Reads, hands in and looks at grades until `until` (seconds of the monotonic clock)."""
    token = (await client.login(account.username, account.password)).token
    assignment = (await client.assignments(token)).items[0].id

    async def submit() -> None:
        text = f"Answer {uuid.uuid4()}"
        receipt = await client.submit(token, uuid.uuid4().hex, assignment, text, ())
        ledger.submissions.add(receipt.item.id)

    async def questions() -> None:
        await client.queries(token)

    async def grades() -> None:
        await client.grades(token)

    async def materials() -> None:
        await client.materials(token)

    acts = {"submit": submit, "read questions": questions, "read grades": grades, "read materials": materials}
    while time.monotonic() < until:
        act = dice.choices(list(acts), weights=(5, 1, 2, 2))[0]
        await ledger.timed(act, acts[act])


async def instructor(client: LmsClient, account: Account, ledger: Ledger, until: float) -> None:
    """Grades what is pending, and announces now and then."""
    token = (await client.login(account.username, account.password)).token

    async def grade() -> None:
        for submission in (await client.submissions(token, pending=True)).items[:5]:
            try:
                await client.put_grade(token, uuid.uuid4().hex, submission.id, 7, "Well argued.", 0)
            except LmsError as error:
                if error.reason not in (
                    "GRADE_CHANGED",
                    "RULE",
                ):  # another grader, or a newer attempt, came first
                    raise

    async def announce() -> None:
        await client.announce(token, uuid.uuid4().hex, "Office hours begin now.")

    for turn in itertools.count():
        if time.monotonic() >= until:
            return
        await ledger.timed("grade", grade)
        if turn % 20 == 0:
            await ledger.timed("announce", announce)
        await asyncio.sleep(0.05)


async def live_line(ledger: Ledger, until: float) -> None:
    before = 0
    while time.monotonic() < until:
        await asyncio.sleep(1)
        recent = [ms for each in ledger.latencies_ms.values() for ms in each[-200:]]
        done, before = ledger.done - before, ledger.done
        line = (
            f"{max(0.0, until - time.monotonic()):4.0f} s left  {done:6d} acts/s  "
            f"p50 {percentile(recent, 50):6.1f} ms  p99 {percentile(recent, 99):7.1f} ms  "
            f"failed {sum(ledger.failures.values())}"
        )
        print(line, end="\r" if sys.stdout.isatty() else "\n", flush=True)


def report(ledger: Ledger, seconds: float) -> None:
    print(f"\n{'act':16}{'count':>8}{'per s':>9}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}")
    for act, latencies in sorted(ledger.latencies_ms.items()):
        print(
            f"{act:16}{len(latencies):>8}{len(latencies) / seconds:>9.1f}{percentile(latencies, 50):>9.1f}"
            f"{percentile(latencies, 99):>9.1f}{max(latencies):>9.1f}"
        )
    print(f"{'all':16}{ledger.done:>8}{ledger.done / seconds:>9.1f}")
    for reason, count in sorted(ledger.failures.items()):
        print(f"failed  {reason}: {count}")


async def missing_submissions(client: LmsClient, account: Account, acknowledged: set[str]) -> set[str]:
    """Acknowledged submissions that the cluster does not show."""
    token = (await client.login(account.username, account.password)).token
    shown: set[str] = set()
    page = ""
    while True:
        found = await client.submissions(token, page=page)
        shown |= {submission.id for submission in found.items}
        page = found.next_page
        if not page:
            return acknowledged - shown


async def run(clients: int, seconds: float) -> int:
    cluster = LocalCluster.open(HOME)
    cluster.require_running()
    nodes = cluster.config.addresses
    accounts = load_accounts(HOME)
    ledger = Ledger()
    async with AsyncExitStack() as stack:

        def connect() -> GrpcLmsClient:
            client = GrpcLmsClient(nodes)
            stack.push_async_callback(client.close)
            return client

        main = connect()
        await seed(cluster, main, accounts)
        students = [account for account in accounts.values() if account.role == "student"]
        instructors = [account for account in accounts.values() if account.role == "instructor"]
        print(f"{clients} clients at work on {len(nodes)} nodes for {seconds:.0f} s", flush=True)
        until = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for number in range(clients):
                client = connect()
                if number % 8 == 7:
                    group.create_task(
                        instructor(client, instructors[number // 8 % len(instructors)], ledger, until)
                    )
                else:
                    account = students[number % len(students)]
                    group.create_task(student(client, account, ledger, until, random.Random(number)))
            group.create_task(live_line(ledger, until))
        report(ledger, seconds)
        missing = await missing_submissions(main, instructors[0], ledger.submissions)
    print(f"acknowledged submissions: {len(ledger.submissions)}, missing: {len(missing)}")
    return 1 if missing else 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="cluster.sh load", description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    if arguments.clients < 1 or arguments.seconds <= 0:
        parser.error("at least one client, and some seconds")
    try:
        raise SystemExit(asyncio.run(run(arguments.clients, arguments.seconds)))
    except (ClusterError, LmsError) as error:
        raise SystemExit(str(error)) from None
    except ExceptionGroup as group:
        refused, defects = group.split(LmsError)
        if refused is None or defects is not None:
            raise
        raise SystemExit(str(refused.exceptions[0])) from None


if __name__ == "__main__":
    main()
