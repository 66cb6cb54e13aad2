"""Drives one Raft node: gathers what arrived, makes it durable, sends, applies, and tells the callers.

One task owns the node's turn: messages that need no disk leave first, then the batch is written in one
commit (group commit) in a thread of its own, then the messages that depended on it leave, then committed
entries go to the applier. Nothing a caller is told ever runs ahead of that order.
"""

from __future__ import annotations

import asyncio
import traceback
from asyncio import Future, Task
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Final, Protocol

import structlog

from raft.config import Config
from raft.errors import NotProposed, OutcomeUnknown, PeerMistake, ReadUnavailable
from raft.messages import Message
from raft.node import Node
from raft.ready import Ready
from raft.runtime.applier import Applier
from raft.runtime.proposals import Applied, ProposalWaiters
from raft.runtime.reads import ReadWaiters
from raft.status import Status
from raft.types import Entry, Index, LogStore, StateMachine

INBOX_MESSAGES_MAX: Final = 4096
TICKS_CAUGHT_UP_MAX: Final = 2
"""After a stall of the event loop: heartbeats that wait in the inbox are heard before an election is due."""
READ_RETRY_SECONDS: Final = 0.02
STOP_SECONDS_MAX: Final = 10.0

log = structlog.get_logger("raft.driver")


class Transport(Protocol):
    """What the driver asks of the wire. Messages may be lost, repeated, delayed and reordered."""

    def start(self, receive: Callable[[Message], None]) -> None: ...

    def send(self, message: Message) -> None:
        """Never blocks."""
        ...

    async def close(self) -> None: ...


class Driver:
    """Runs a node on the event loop that it is made on. `store`, `state_machine` stay the caller's to
    close, after `stop`; the transport is started and closed with the driver.

    `on_applied` is called on the event loop with each new applied index. `failed` completes with the reason
    when a disk fails or a contract is broken: the node has then stopped for good, every caller has been
    told, and the process should exit.
    """

    def __init__(
        self,
        config: Config,
        store: LogStore,
        state_machine: StateMachine,
        transport: Transport,
        *,
        tick_seconds: float = 0.05,
        random: Random,
    ) -> None:
        """Raises LocalMistake when the configuration, the log and the state cannot belong together."""
        applied_index = state_machine.applied_index()
        self._node = Node(config, store, applied_index, random)
        self._node_id = config.node_id
        self._backlog_bytes_max = config.unapplied_bytes_max
        self._store = store
        self._transport = transport
        self._tick_seconds = tick_seconds
        self._loop = asyncio.get_running_loop()
        self._log_writer = ThreadPoolExecutor(1, thread_name_prefix="raft-log")
        self._applier = Applier(state_machine, self._after_apply)
        self._proposals = ProposalWaiters(applied_index)
        self._reads = ReadWaiters(applied_index)
        self._inbox: deque[Message] = deque()
        self._wake = asyncio.Event()
        self._next_tick = 0.0
        self._is_stopping = False
        self._tasks: list[Task[None]] = []
        self.on_applied: Callable[[Index], None] = lambda index: None
        self.failed: Future[BaseException] = self._loop.create_future()

    async def start(self) -> None:
        """Begin to take part in the cluster."""
        self._next_tick = self._loop.time() + self._tick_seconds
        self._ring()
        self._transport.start(self.receive)
        self._tasks = [
            asyncio.create_task(self._guarded(self._drive()), name=f"raft {self._node_id}"),
            asyncio.create_task(self._guarded(self._applier.run()), name=f"apply {self._node_id}"),
        ]

    async def stop(self) -> None:
        """Finish the write and the transaction under way, tell every caller, and leave the cluster.
        Idempotent."""
        self._step_out("stopping")
        if self._tasks:
            _, hung = await asyncio.wait(self._tasks, timeout=STOP_SECONDS_MAX)
            for task in hung:
                task.cancel()
        self._log_writer.shutdown(wait=False)
        await self._transport.close()

    async def propose(self, data: bytes, timeout: float) -> Applied:  # noqa: ASYNC109 - becomes an error of ours
        """Have `data` applied by the cluster, and give the state machine's response, once it is applied
        here.

        Raises NotProposed when it is in no log and never will be, OutcomeUnknown when that cannot be said
        within `timeout` seconds.
        """
        if self._is_stopping:
            raise NotProposed("stopping")
        if self._applier.backlog_bytes >= self._backlog_bytes_max:
            raise NotProposed("overloaded")
        proposal_id, outcome = self._proposals.add(data)
        self._wake.set()
        try:
            async with asyncio.timeout(timeout):
                return await outcome
        except TimeoutError:
            if self._proposals.withdraw(proposal_id):
                raise NotProposed("overloaded") from None
            raise OutcomeUnknown(f"not applied within {timeout} s") from None
        except asyncio.CancelledError:
            self._proposals.withdraw(proposal_id)
            raise

    async def read_index(self, timeout: float) -> Index:  # noqa: ASYNC109 - becomes an error of ours
        """Wait until the state machine holds every write that was acknowledged anywhere before this call:
        what is read from it then is linearizable. Gives the index that it waited for. Raises
        ReadUnavailable."""
        try:
            async with asyncio.timeout(timeout):
                while not self._is_stopping:
                    reader = self._reads.add()
                    self._wake.set()
                    if (index := await reader) is not None:
                        return index
                    await asyncio.sleep(READ_RETRY_SECONDS)
        except TimeoutError:
            raise ReadUnavailable(f"no leader confirmed a read within {timeout} s") from None
        raise ReadUnavailable("stopping")

    def status(self) -> Status:
        return self._node.status()

    def receive(self, message: Message) -> None:
        """Take in a message from the wire. Dropped when too many wait."""
        if len(self._inbox) < INBOX_MESSAGES_MAX and not self._is_stopping:
            self._inbox.append(message)
            self._wake.set()

    async def _drive(self) -> None:
        while not self._is_stopping:
            await self._wake.wait()
            self._wake.clear()
            self._take_in()
            while self._node.has_ready() and not self._is_stopping:
                await self._carry_out(self._node.ready())
                self._take_in()

    def _ring(self) -> None:
        """Wake the node's task once a tick; the clock says how many ticks that were."""
        self._wake.set()
        if not self._is_stopping:
            self._loop.call_later(self._tick_seconds, self._ring)

    def _take_in(self) -> None:
        """Hand the node everything that has arrived, messages before ticks."""
        node, inbox = self._node, self._inbox
        while inbox:
            message = inbox.popleft()
            try:
                node.step(message)
            except PeerMistake as mistake:
                log.warning("impossible message dropped", node=self._node_id, error=str(mistake))
        for _ in range(self._ticks_due()):
            node.tick()
        if proposals := self._proposals.take():
            node.propose(proposals)
        if (read_id := self._reads.take()) is not None:
            node.read_index(read_id)

    def _ticks_due(self) -> int:
        late = self._loop.time() - self._next_tick
        if late < 0:
            return 0
        due = 1 + int(late / self._tick_seconds)
        self._next_tick += due * self._tick_seconds
        if due > TICKS_CAUGHT_UP_MAX:
            log.warning("event loop stalled", node=self._node_id, ticks=due)
        return min(due, TICKS_CAUGHT_UP_MAX)

    async def _carry_out(self, ready: Ready) -> None:
        for message in ready.messages:
            self._transport.send(message)
        if ready.proposal_results:
            self._proposals.settle(ready.proposal_results)
        if ready.reads:
            self._reads.settle(ready.reads)
        if ready.entries or ready.hard_state is not None:
            await self._loop.run_in_executor(
                self._log_writer, self._store.append, ready.hard_state, ready.entries
            )
        self._node.persisted(ready)
        for message in ready.messages_after_durable:
            self._transport.send(message)
        if ready.committed:
            self._applier.add(ready)

    def _after_apply(
        self, readies: Sequence[Ready], entries: Sequence[Entry], responses: Sequence[bytes]
    ) -> None:
        for ready in readies:
            self._node.applied(ready)
        self._wake.set()  # more may be handed out now
        index = entries[-1].index
        self._proposals.applied(entries, responses)
        self._reads.applied(index)
        self.on_applied(index)

    async def _guarded(self, work: Awaitable[None]) -> None:
        """Whatever goes wrong in here leaves the node in doubt about itself: it stops answering at once."""
        try:
            await work
        except Exception as failure:
            where = "".join(
                traceback.format_exception(failure)
            )  # without local variables: entries stay private
            log.critical("node stopped", node=self._node_id, error=str(failure), traceback=where)
            self._step_out("the node has failed")
            await self._transport.close()
            if not self.failed.done():
                self.failed.set_result(failure)

    def _step_out(self, why: str) -> None:
        self._is_stopping = True
        self._inbox.clear()
        self._applier.stop()
        self._wake.set()
        self._proposals.fail_all(why)
        self._reads.fail_all(why)
