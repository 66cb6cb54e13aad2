"""The task that owns the node. In each turn what arrived is fed to the node, and what it answers is carried
out in the one order that keeps its promises.

Messages that need no disk leave first, then the batch is written in one commit (group commit) in a thread of
its own, then the messages that depended on it leave, then committed entries go to the applier. Nothing a
caller is told ever runs ahead of that order.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final

import structlog

from raft.config import Config
from raft.errors import LocalMistake, PeerMistake
from raft.messages import InstallSnapshot, InstallSnapshotReply, Message
from raft.node import Node
from raft.ready import Ready
from raft.runtime.applier import Applier
from raft.runtime.callers import Callers
from raft.runtime.compaction import Compactor
from raft.runtime.daemon_thread import DaemonThread
from raft.runtime.disk_watch import DiskWatch
from raft.runtime.log_sizes import CompactionPolicy
from raft.runtime.metrics import Metrics
from raft.runtime.recovery import finish_install
from raft.runtime.snapshot_limits import SnapshotLimits
from raft.runtime.snapshot_receiver import Handed, SnapshotReceiver
from raft.runtime.snapshot_sender import SnapshotSender
from raft.runtime.wire import Transport
from raft.types import Entry, Index, LogStore, NodeId, Role, StateMachine, Term

INBOX_MESSAGES_MAX: Final = 4096
TICKS_CAUGHT_UP_MAX: Final = 2
"""After a stall of the event loop: heartbeats that wait in the inbox are heard before an election is due."""

log = structlog.get_logger("raft.driver")


class NodeTask:
    """Lives on the event loop that it is made on. `node` may be asked and fed by others on that loop, who
    `wake` this task afterwards."""

    def __init__(
        self,
        config: Config,
        store: LogStore,
        state_machine: StateMachine,
        transport: Transport,
        metrics: Metrics,
        *,
        snapshot_folder: Path,
        snapshot_limits: SnapshotLimits,
        compaction: CompactionPolicy,
        tick_seconds: float,
        random: Random,
        on_applied: Callable[[Index], None],
    ) -> None:
        """Raises LocalMistake when the configuration, the log and the state cannot belong together."""
        applied = finish_install(store, state_machine)
        self._loop = asyncio.get_running_loop()
        self.node = Node(config, store, applied.index, random)
        self.callers = Callers(applied, metrics)
        self.applier = Applier(state_machine, self._after_apply)
        self.disk = DiskWatch(self._loop.time, tick_seconds, config.election_ticks, metrics)
        self.receiver = SnapshotReceiver(
            state_machine,
            snapshot_folder,
            snapshot_limits,
            metrics,
            standing=self._standing,
            step=self._step_install,
        )
        self.sender = SnapshotSender(
            state_machine,
            snapshot_folder,
            snapshot_limits,
            metrics,
            open_stream=transport.open_snapshot,
            leads_in=self._leads_in,
            answered=self._hear,
            failed=self._snapshot_failed,
        )
        self.compactor = Compactor(
            compaction,
            store,
            state_machine,
            metrics,
            applied_index=applied.index,
            pinned_index=self.sender.pinned_index,
            compact=self._compact,
        )
        self.dropped = 0
        """Messages that found the inbox full."""
        self._node_id = config.node_id
        self._store = store
        self._transport = transport
        self._metrics = metrics
        self._tick_seconds = tick_seconds
        self._on_applied = on_applied
        self._log_writer = DaemonThread("raft-log")
        self._inbox: deque[Message] = deque()
        self._wake = asyncio.Event()
        self._next_tick = self._loop.time() + tick_seconds
        self._peers: dict[NodeId, str] | None = None
        self._is_stopping = False

    def wake(self) -> None:
        """There is something to take in, or a tick may be due."""
        self._wake.set()

    def receive(self, message: Message) -> None:
        """Take in a message from the wire. Dropped when too many wait."""
        if len(self._inbox) >= INBOX_MESSAGES_MAX:
            self.dropped += 1
        elif not self._is_stopping:
            self._hear(message)

    async def run(self) -> None:
        """Until stopped. Raises what leaves the node in doubt about itself: a disk that failed, a broken
        contract."""
        self._next_tick = self._loop.time() + self._tick_seconds
        self._look_around()
        try:
            while not self._is_stopping:
                await self._wake.wait()
                self._wake.clear()
                self._take_in()
                while self.node.has_ready() and not self._is_stopping:
                    ready = self.node.ready()
                    await self._carry_out(ready, self.receiver.handed)
                    self._take_in()
                    if self.disk.was_slow and ready.entries:
                        self._compare_disks(ready.entries[-1].index)
        finally:
            self._log_writer.shutdown(wait=False)

    def stop(self) -> None:
        """`run` returns after the write under way; nothing is taken in from now on."""
        self._is_stopping = True
        self._inbox.clear()
        self._wake.set()

    # What arrives

    def _hear(self, message: Message) -> None:
        self._inbox.append(message)
        self._wake.set()

    def _take_in(self) -> None:
        """Hand the node everything that has arrived, messages before ticks."""
        node, inbox = self.node, self._inbox
        while inbox:
            message = inbox.popleft()
            try:
                node.step(message)
            except PeerMistake as mistake:
                log.warning("impossible message dropped", node=self._node_id, error=str(mistake))
        if ticks := self._ticks_due():
            for _ in range(ticks):
                node.tick()
            self._look_around()
        if proposals := self.callers.proposals.take():
            node.propose(proposals)
        if (read_id := self.callers.reads.take()) is not None:
            node.read_index(read_id)

    def _ticks_due(self) -> int:
        late = self._loop.time() - self._next_tick
        if late < 0:
            return 0
        due = 1 + int(late / self._tick_seconds)
        self._next_tick += due * self._tick_seconds
        if due > TICKS_CAUGHT_UP_MAX:
            self._metrics.loop_stalls.inc()
            log.warning("event loop stalled", node=self._node_id, ticks=due)
        return min(due, TICKS_CAUGHT_UP_MAX)

    # What the node answers

    async def _carry_out(self, ready: Ready, handed: Handed | None) -> None:
        """`handed`: what the receiver had given the node before this Ready."""
        for message in ready.messages:
            self._send(message)
        if ready.proposal_results:
            self.callers.proposals.settle(ready.proposal_results)
        if ready.reads:
            self.callers.reads.settle(ready.reads)
        if ready.snapshot is not None:
            await self._install(ready, handed)
        if ready.entries or ready.hard_state is not None:
            await self._commit(self._store.append, ready.hard_state, ready.entries)
        self.node.persisted(ready)
        if ready.snapshot is not None:
            self.callers.installed(ready.snapshot)
            self._on_applied(ready.snapshot.index)
        for message in ready.messages_after_durable:
            self._send(message)
        if handed is not None:
            self.receiver.settled(handed)
        if ready.committed:
            self.applier.add(ready)
        if ready.hard_state is not None:
            self._look_around()

    async def _install(self, ready: Ready, handed: Handed | None) -> None:
        """State first, then log: `finish_install` completes what is cut short in between. The term comes
        before both, since no log may end in a later one than is stored."""
        snapshot = ready.snapshot
        if snapshot is None or handed is None or handed.file is None or handed.install.snapshot != snapshot:
            raise LocalMistake(f"{snapshot} is to be installed, but did not arrive")
        if ready.hard_state is not None:
            await self._commit(self._store.append, ready.hard_state, ())
        await self.applier.install(handed.file.path)
        await self._commit(self._store.restore, snapshot)
        self.compactor.installed(snapshot.index)
        log.info("snapshot installed", node=self._node_id, index=snapshot.index, term=snapshot.term)

    async def _commit(self, write: Callable[..., None], *arguments: object) -> None:
        """One durable commit to the log, which the turn waits for."""
        with self.disk.commit():
            await self._loop.run_in_executor(self._log_writer, write, *arguments)

    def _send(self, message: Message) -> None:
        match message:
            case InstallSnapshot():
                self.sender.begin(message)
            case InstallSnapshotReply():
                self.receiver.answered(message)
            case _:
                self._transport.send(message)

    def _after_apply(
        self, readies: Sequence[Ready], entries: Sequence[Entry], responses: Sequence[bytes], size: int
    ) -> None:
        for ready in readies:
            self.node.applied(ready)
        self._wake.set()  # more may be handed out now
        self.callers.applied(entries, responses)
        self.compactor.applied(entries[-1].index, size)
        self._on_applied(entries[-1].index)

    async def _compact(self, index: Index) -> None:
        status = self.node.status()
        if status.first_index <= index <= status.applied_index:  # or a snapshot took its place meanwhile
            base = self.node.compact(index)
            await self._loop.run_in_executor(self._log_writer, self._store.compact, base)

    # What follows from where the node stands

    def _look_around(self) -> None:
        """Once a tick, and when the term may have changed."""
        status = self.node.status()
        self.callers.leadership.look(status)
        addresses = dict(status.membership.addresses)
        followed = (*status.membership.members, *(peer.node_id for peer in status.peers))
        peers = {peer: addresses.get(peer, "") for peer in followed if peer != self._node_id}
        if peers != self._peers:
            self._peers = peers
            self._transport.set_peers(peers)
        if self.disk.is_slow and self.node.transfer_leadership(None):
            self.disk.forgive()
            self._metrics.slow_disk_transfers.inc()
            log.warning("leadership is handed over: the disk is slow", node=self._node_id)

    def _compare_disks(self, index: Index) -> None:
        """After a slow append up to `index`."""
        peers = self.node.status().peers
        self.disk.compare(any(peer.synced and peer.match_index >= index for peer in peers))

    # What snapshots ask of the node

    def _standing(self) -> tuple[Term, Index]:
        status = self.node.status()
        return status.term, status.commit_index

    def _leads_in(self, term: Term) -> bool:
        status = self.node.status()
        return status.role is Role.LEADER and status.term == term

    def _step_install(self, message: InstallSnapshot) -> None:
        self.node.step(message)
        self._wake.set()

    def _snapshot_failed(self, peer: NodeId) -> None:
        self.node.snapshot_failed(peer)
        self._wake.set()
