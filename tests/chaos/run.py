"""One run: a cluster, clients, faults one upon another, and the verdict."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.client.api import LmsError
from bot.client.grpc_client import GrpcLmsClient
from lms_cluster.local.cluster import ClusterError
from tests.chaos.classroom import STUDENTS, Classroom, furnish
from tests.chaos.cluster import ChaosCluster
from tests.chaos.faults import carry_out
from tests.chaos.progress import STANDSTILL_SECONDS_MAX, Progress
from tests.chaos.record import Record
from tests.chaos.schedule import Fault, schedule
from tests.chaos.verdict import judge
from tests.chaos.workload import HOT_GRADES, HOT_SECONDS, Workload

CONVERGE_SECONDS = 120.0
HEALING_SECONDS = 30.0
"""The clients go on for so much longer at most, after the last fault."""
TELL_SECONDS = 5.0
THREADS = 64
"""Waiting for processes blocks a thread each."""


@dataclass(slots=True)
class Outcome:
    record: Record
    faults: Counter[str] = field(default_factory=Counter)
    """By kind; those left out are not counted."""
    longest_standstill: float = 0.0
    """Seconds without a write although a majority could talk."""

    def __str__(self) -> str:
        record = self.record
        return (
            f"{record.acknowledged.total()} operations acknowledged, {record.unknown.total()} unknown, "
            f"{self.faults.total()} faults, {len(record.violations)} violations"
        )


class ChaosRun:
    """`folder` must be new; everything of the run is in it, `chaos.log` says what was done when. With
    `large_files` there at the beginning, who needs the log from there gets a snapshot."""

    def __init__(
        self, folder: Path, seed: int, seconds: float, node_count: int, large_files: int = 0
    ) -> None:
        self.outcome = Outcome(Record())
        self.cluster = ChaosCluster.create(folder, node_count, self.outcome.record.accuse)
        self._seed = seed
        self._seconds = seconds
        self._large_files = large_files
        self._log = folder / "chaos.log"
        self._began = time.monotonic()

    async def run(self, tell: Callable[[str], None]) -> Outcome:
        """`tell` is called with a line now and then. Raises ClusterError and LmsError when not even the
        beginning, before any fault, goes well."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        addresses = self.cluster.local.config.addresses
        client = GrpcLmsClient(addresses)
        try:
            await self.cluster.start()
            rounds = math.ceil((self._seconds + HEALING_SECONDS) / HOT_SECONDS) * HOT_GRADES // len(STUDENTS)
            classroom = await furnish(self.cluster.local, client, rounds)
            workload = Workload(addresses, classroom, self.outcome.record, self._seed)
            await workload.fill(self._large_files)
            await self._disturb(workload, tell)
            tell("everything has healed; waiting for equal states …")
            try:
                await self._judge(workload, client, classroom)
            except (ClusterError, LmsError) as error:
                self.outcome.record.accuse(f"still not well when all faults were over: {error}")
            await workload.close()
            return self.outcome
        finally:
            await client.close()
            await self.cluster.close()

    async def _disturb(self, workload: Workload, tell: Callable[[str], None]) -> None:
        """The clients at work, until all faults are over."""
        self._began = time.monotonic()
        record = self.outcome.record
        progress = Progress(self.cluster.quorums, lambda: record.last_write_at)
        beside = [
            asyncio.create_task(self.cluster.watch_for_deaths()),
            asyncio.create_task(progress.watch()),
            asyncio.create_task(self._tell(progress, tell)),
        ]
        working = asyncio.create_task(workload.run())
        async with asyncio.TaskGroup() as group:
            for fault in schedule(self._seed, self._seconds, len(self.cluster.members)):
                await asyncio.sleep(max(0.0, self._began + fault.at - time.monotonic()))
                group.create_task(self._carry_out(fault))
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        workload.stop.set()
        await working
        self.outcome.longest_standstill = progress.longest
        if progress.longest > STANDSTILL_SECONDS_MAX:
            record.accuse(f"no write for {progress.longest:.1f} s, with a whole majority")

    async def _judge(self, workload: Workload, client: GrpcLmsClient, classroom: Classroom) -> None:
        """Raises ClusterError and LmsError."""
        record = self.outcome.record
        await self.cluster.wait_equal_state(CONVERGE_SECONDS)
        await workload.look_everywhere(self.cluster.members)
        record.violations += self.cluster.critical_lines()
        record.violations += await judge(record, client, classroom)

    async def _carry_out(self, fault: Fault) -> None:
        self._note("begins", fault)
        if await carry_out(fault, self.cluster):
            self.outcome.faults[fault.kind.value] += 1
            self._note("over", fault)
        else:
            self._note("left out", fault)

    async def _tell(self, progress: Progress, tell: Callable[[str], None]) -> None:
        while True:
            await asyncio.sleep(TELL_SECONDS)
            tell(
                f"{time.monotonic() - self._began:5.0f} s  {self.outcome}, "
                f"longest standstill {progress.longest:.1f} s"
            )

    def _note(self, what: str, fault: Fault) -> None:
        with self._log.open("a") as log:
            log.write(f"{datetime.now(UTC).isoformat()} {what}: {fault}\n")
