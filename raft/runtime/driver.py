"""One Raft node at work, as its process sees it: started, asked, watched, and stopped."""

from __future__ import annotations

import asyncio
import time
import traceback
from asyncio import Future, Task
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

import structlog
from prometheus_client import CollectorRegistry

from raft.config import Config
from raft.errors import NotProposed, OutcomeUnknown, ReadUnavailable, StorageFailed
from raft.membership import Membership, MembershipChange
from raft.runtime.clock_watch import ClockWatch
from raft.runtime.leadership import TransferFailed
from raft.runtime.log_sizes import CompactionPolicy
from raft.runtime.metrics import Metrics
from raft.runtime.node_task import NodeTask
from raft.runtime.proposals import Applied
from raft.runtime.snapshot_limits import SnapshotLimits
from raft.runtime.wire import Transport
from raft.status import Status
from raft.types import Index, LogStore, NodeId, Role, StateMachine

READ_RETRY_SECONDS: Final = 0.02
LEAVE_SECONDS_MAX: Final = 1.0
"""For handing over leadership and for telling callers what became of their proposals, when told to stop."""
STOP_SECONDS_MAX: Final = 10.0

log = structlog.get_logger("raft.driver")


class Driver:
    """Runs a node on the event loop that it is made on. `store`, `state_machine` stay the caller's to
    close, after `stop`; the transport is started and closed with the driver.

    `snapshot_folder`, this node's own, holds snapshots on their way; it must be on the file system of the
    state, whose place they take. `metrics` are this node's alone. `wall_clock` gives the time of day in
    seconds.

    `on_applied` is called on the event loop with each new applied index. `failed` completes with the reason
    when a disk fails or hangs or a contract is broken: the node has then stopped for good, every caller has
    been told, and the process should exit.
    """

    def __init__(
        self,
        config: Config,
        store: LogStore,
        state_machine: StateMachine,
        transport: Transport,
        *,
        snapshot_folder: Path,
        random: Random,
        tick_seconds: float = 0.05,
        compaction: CompactionPolicy = CompactionPolicy(),  # noqa: B008 - a value
        snapshot_limits: SnapshotLimits = SnapshotLimits(),  # noqa: B008 - a value
        metrics: Metrics | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises LocalMistake when the configuration, the log and the state cannot belong together."""
        self._loop = asyncio.get_running_loop()
        self._metrics = metrics or Metrics(CollectorRegistry())
        self._task = NodeTask(
            config,
            store,
            state_machine,
            transport,
            self._metrics,
            snapshot_folder=snapshot_folder,
            snapshot_limits=snapshot_limits,
            compaction=compaction,
            tick_seconds=tick_seconds,
            random=random,
            on_applied=self._applied,
        )
        self._metrics.watch(self.status, lambda: transport.dropped + self._task.dropped)
        self._clock = ClockWatch(wall_clock, self._loop.time, self._metrics)
        self._node_id = config.node_id
        self._backlog_bytes_max = config.unapplied_bytes_max
        self._transport = transport
        self._tick_seconds = tick_seconds
        self._why_refused = ""
        self._is_stopping = False
        self._tasks: list[Task[None]] = []
        self.on_applied: Callable[[Index], None] = lambda index: None
        self.failed: Future[BaseException] = self._loop.create_future()

    async def start(self) -> None:
        """Begin to take part in the cluster."""
        task = self._task
        self._transport.start(task.receive, task.receiver.serve)
        self._ring()
        self._tasks = [
            asyncio.create_task(self._guarded(work), name=f"{name} {self._node_id}")
            for name, work in (
                ("raft", task.run()),
                ("apply", task.applier.run()),
                ("compact", task.compactor.run()),
            )
        ]

    async def stop(self) -> None:
        """Hand over leadership, tell every caller, finish the write and the transaction under way, and leave
        the cluster. Idempotent."""
        if self._tasks and not self._is_stopping:
            await self._leave()
        self._step_out("stopping")
        if self._tasks:
            _, hung = await asyncio.wait(self._tasks, timeout=STOP_SECONDS_MAX)
            for task in hung:
                task.cancel()
        await self._task.sender.close()
        await self._transport.close()

    async def propose(self, data: bytes, timeout: float) -> Applied:  # noqa: ASYNC109 - becomes an error of ours
        """Have `data` applied by the cluster, and give the state machine's response, once it is applied
        here.

        Raises NotProposed when it is in no log and never will be, OutcomeUnknown when that cannot be said
        within `timeout` seconds.
        """
        proposals = self._task.callers.proposals
        try:
            self._check_accepting()
            proposal_id, outcome = proposals.add(data)
            self._task.wake()
            try:
                async with asyncio.timeout(timeout):
                    return await outcome
            except TimeoutError:
                if proposals.withdraw(proposal_id):
                    raise NotProposed("overloaded") from None
                raise OutcomeUnknown(f"not applied within {timeout} s") from None
            except asyncio.CancelledError:
                proposals.withdraw(proposal_id)
                raise
        except NotProposed as refusal:
            self._metrics.refused_proposals.labels(refusal.reason).inc()
            raise

    async def read_index(self, timeout: float) -> Index:  # noqa: ASYNC109 - becomes an error of ours
        """Wait until the state machine holds every write that was acknowledged anywhere before this call:
        what is read from it then is linearizable. Gives the index that it waited for. Raises
        ReadUnavailable."""
        try:
            async with asyncio.timeout(timeout):
                while not self._why_refused:
                    if self.is_stalled:
                        raise ReadUnavailable("disk_stalled")
                    reader = self._task.callers.reads.add()
                    self._task.wake()
                    if (index := await reader) is not None:
                        return index
                    await asyncio.sleep(READ_RETRY_SECONDS)
        except TimeoutError:
            raise ReadUnavailable(f"no leader confirmed a read within {timeout} s") from None
        raise ReadUnavailable("stopping")

    async def change_membership(self, change: MembershipChange, timeout: float) -> Membership:  # noqa: ASYNC109
        """Make the change, and give the membership that contains it, once that is in force and applied here.
        Only the leader does this. Raises NotProposed when nothing was begun, OutcomeUnknown when it cannot
        be said within `timeout` seconds what became of it."""
        self._check_accepting()
        callers = self._task.callers
        proposal_id, outcome = callers.proposals.expect()
        self._task.node.change_membership(proposal_id, change)
        self._task.wake()
        try:
            async with asyncio.timeout(timeout):
                applied = await outcome
                return await callers.memberships.final(applied.index)
        except TimeoutError:
            raise OutcomeUnknown(f"not in force within {timeout} s") from None

    async def transfer_leadership(self, target: NodeId | None, timeout: float) -> NodeId:  # noqa: ASYNC109
        """Hand leadership to `target`, or to whoever is best prepared, and give the id of the leader that
        follows. Only the leader does this. Raises TransferFailed."""
        term = self.status().term
        if not self._task.node.transfer_leadership(target):
            raise TransferFailed("this node does not lead, or the other cannot")
        self._task.wake()
        try:
            async with asyncio.timeout(timeout):
                return await self._task.callers.leadership.successor(term)
        except TimeoutError:
            raise TransferFailed(f"no other leader within {timeout} s") from None

    def refuse_writes(self, reason: str) -> None:
        """While this node leads it takes no proposals, from anybody, and gives this reason; "" takes them
        again. Reads go on."""
        self._task.node.refuse_proposals(reason)

    def status(self) -> Status:
        return self._task.node.status()

    @property
    def is_stalled(self) -> bool:
        """The disk does not answer: nothing can be promised here, and another node should be asked."""
        return self._task.disk.is_stalled

    def _applied(self, index: Index) -> None:
        self.on_applied(index)

    def _check_accepting(self) -> None:
        """Raises NotProposed."""
        if self._why_refused:
            raise NotProposed(self._why_refused)
        if self.is_stalled:
            raise NotProposed("disk_stalled")
        if self._task.applier.backlog_bytes >= self._backlog_bytes_max:
            raise NotProposed("overloaded")

    def _ring(self) -> None:
        """Once a tick, whatever the node's task waits for."""
        if self._is_stopping:
            return
        self._loop.call_later(self._tick_seconds, self._ring)
        self._clock.look()
        self._task.disk.look()
        self._task.wake()
        if self._task.disk.is_hung:
            failure = StorageFailed("the log's disk does not answer")
            self._tasks.append(asyncio.create_task(self._give_up(failure)))
        elif self.is_stalled:
            self._task.callers.proposals.refuse_queued("disk_stalled")

    async def _leave(self) -> None:
        """So that the others need not find out by waiting. Bounded: the node stops in any case."""
        self._why_refused = "stopping"
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS_MAX):
                if self.status().role is Role.LEADER:
                    with suppress(TransferFailed):
                        await self.transfer_leadership(None, LEAVE_SECONDS_MAX)
                await self._task.callers.proposals.settled()

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as failure:
            await self._give_up(failure)

    async def _give_up(self, failure: BaseException) -> None:
        """Whatever goes wrong leaves the node in doubt about itself: it stops answering at once."""
        # The traceback goes without local variables: entries stay private.
        where = "".join(traceback.format_exception(failure))
        log.critical("node stopped", node=self._node_id, error=str(failure), traceback=where)
        self._step_out("the node has failed")
        await self._transport.close()
        if not self.failed.done():
            self.failed.set_result(failure)

    def _step_out(self, why: str) -> None:
        self._is_stopping = True
        self._why_refused = "stopping"
        self._task.stop()
        self._task.applier.stop()
        self._task.compactor.stop()
        self._task.receiver.close()
        self._task.callers.fail_all(why)
