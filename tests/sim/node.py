"""One simulated node: disks that stay, and the runs of its process that come and go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from raft import Config, NodeId, StorageFailed
from raft.membership import Membership
from raft.runtime.driver import Driver
from raft.runtime.log_sizes import CompactionPolicy
from raft.runtime.snapshot_limits import SnapshotLimits
from tests.sim.disk import LogDisk
from tests.sim.loop import SimulatedLoop
from tests.sim.network import Network, SimulatedTransport
from tests.sim.process import Process
from tests.sim.subject import Machine, Subject

TICK_SECONDS: Final = 0.05
CHUNK_BYTES: Final = 512
"""Of a snapshot: small, so that even a small state travels in many."""


@dataclass(slots=True)
class DiskSpeed:
    """Mean seconds of one call, and whether calls return at all."""

    seconds: float = 0.002
    is_hung: bool = False


class SimulatedNode:
    """`founders`: the membership it begins with; None for a node that is yet to be told of any."""

    def __init__(
        self,
        node_id: NodeId,
        founders: Membership | None,
        loop: SimulatedLoop,
        network: Network,
        random: Random,
        folder: Path,
        tail_entries: int,
        subject: Subject,
    ) -> None:
        self.id = node_id
        self.log = LogDisk(founders)
        self.subject = subject
        self.folder = folder / node_id
        self.state = subject.new_disk(self.folder, founders)
        self.lost_log: LogDisk | None = None
        """What a wiped disk held, until its node is synced again: what was counted on it counted rightly."""
        self.disk_number = 0
        self.speed = DiskSpeed()
        self.clock_rate = 1.0
        self.config = Config(node_id)
        """Both of the runs to come."""
        self.run = 0
        self.process: Process | None = None
        self.driver: Driver | None = None
        self.machine: Machine | None = None
        self.is_failure_expected = False
        self.on_work: Callable[[str], None] = lambda name: None
        """Told when a call in one of its threads begins."""
        self.on_start: Callable[[SimulatedNode], None] = lambda node: None
        self.on_failure: Callable[[SimulatedNode, BaseException], None] = lambda node, failure: None
        self._loop = loop
        self._network = network
        self._random = random
        self._tail_entries = tail_entries

    @property
    def is_running(self) -> bool:
        return self.driver is not None

    @property
    def leads(self) -> bool:
        return self.driver is not None and self.driver.status().leader_id == self.id

    def disks(self) -> list[LogDisk]:
        """The log's disk, and the one it replaced while that matters."""
        if self.lost_log is not None and self.log.hard_state().synced:
            self.lost_log = None
        return [self.log] if self.lost_log is None else [self.log, self.lost_log]

    def start(self) -> None:
        assert self.process is None, f"{self.id} runs already"
        self.run += 1
        self.process = Process(self.id, self.clock_rate, self._work_seconds)
        self._loop.spawn(self.process, self._run(self.process))

    def crash(self, power_is_lost: bool = False, keeps_work: bool | None = None) -> None:
        """The process ends between two of its steps; `keeps_work` says what becomes of a write under way, by
        default chance. Without power the state may fall back, at most to its checkpoint; the log never
        does."""
        if self.process is None:
            return
        self.process.kill(
            self._loop, lambda: self._random.random() < 0.5 if keeps_work is None else keeps_work
        )
        self._network.forget(self.id)
        if self.machine is not None:
            self.machine.close()
        self.process = self.driver = self.machine = None
        self.is_failure_expected = self.log.fails = False
        if power_is_lost:
            self.state.lose_power(self._random)

    async def stop(self) -> None:
        """As an operator would: the node says goodbye."""
        driver = self.driver
        if driver is not None and self.process is not None:
            await self._loop.spawn(self.process, driver.stop())
            self.crash()

    def wipe(self) -> None:
        """The node comes back with an empty disk under its old name. It must not be running."""
        assert self.process is None, f"{self.id} runs"
        if self.log.hard_state().synced:
            self.lost_log = self.log
        before = self.log
        self.log = LogDisk()
        self.log.on_append, self.log.on_restore = before.on_append, before.on_restore
        self.state = self.subject.new_disk(self.folder, None)
        self.disk_number += 1

    def fail_next_write(self) -> None:
        self.log.fails = self.is_failure_expected = True

    def calm_down(self) -> None:
        """No fault that was prepared comes any more."""
        self.log.fails = False
        self.unhang()

    def hang(self) -> None:
        self.speed.is_hung = self.is_failure_expected = True

    def unhang(self) -> None:
        self.speed.is_hung = False
        if self.process is not None:
            self.process.unhang()

    async def _run(self, process: Process) -> None:
        machine = self.subject.open(self.state, self.log)
        driver = Driver(
            self.config,
            self.log,
            machine,
            SimulatedTransport(self._network, self.id, process),
            snapshot_folder=self.folder,
            random=Random(self._random.getrandbits(64)),
            tick_seconds=TICK_SECONDS,
            compaction=CompactionPolicy(tail_entries=self._tail_entries),
            snapshot_limits=SnapshotLimits(chunk_bytes=CHUNK_BYTES),
            wall_clock=self._loop.time,
        )
        self.machine, self.driver = machine, driver
        self.on_start(self)
        driver.failed.add_done_callback(lambda failed: self._failed(process, failed.result()))
        await driver.start()

    def _failed(self, process: Process, failure: BaseException) -> None:
        """The process would exit, and be started again by whoever keeps it."""
        if process is not self.process:
            return
        if not (isinstance(failure, StorageFailed) and self.is_failure_expected):
            self.on_failure(self, failure)
        # Not from within one of its own callbacks.
        self._loop.after(0.0, self._exit, process)

    def _exit(self, process: Process) -> None:
        if process is self.process:
            self.crash()

    def _work_seconds(self, func: Callable[..., object]) -> float | None:
        self.on_work(getattr(func, "__name__", ""))
        if self.speed.is_hung:
            return None
        return self.speed.seconds * (0.5 + self._random.expovariate(2.0))
