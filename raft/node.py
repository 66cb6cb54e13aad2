"""One Raft node as a value machine: feed it ticks, messages and requests, carry out its Readies, confirm
them.

    while node.has_ready():
        ready = node.ready()
        send(ready.messages)                              # the leader's disk works in parallel with its
        followers' store.append(ready.hard_state, ready.entries)     # one durable commit, skipped when there
        is neither node.persisted(ready) send(ready.messages_after_durable) apply(ready.committed)
        node.applied(ready)

Between `ready` and `persisted` the node may be fed, so that a batch gathers while the disk works; one Ready
at a time waits for `persisted`. Readies are applied in the order they were handed out.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from raft.config import Config
from raft.core import Core
from raft.errors import LocalMistake
from raft.leader import Leader
from raft.messages import Message
from raft.ready import Ready
from raft.status import Status
from raft.types import Entry, HardState, Index, LogStore, Proposal


class Node:
    def __init__(self, config: Config, store: LogStore, applied_index: Index, random: Random) -> None:
        """Starts as a follower in the stored term. Raises LocalMistake when configuration, log and
        `applied_index` cannot belong together."""
        self._core = Core(config, store, applied_index, random)
        self._applying_index = applied_index
        self._applied_index = applied_index
        self._unapplied_bytes = 0
        self._unpersisted: Ready | None = None

    def tick(self) -> None:
        """One tick of the clock has passed."""
        self._core.tick()

    def step(self, message: Message) -> None:
        """Take in a peer's message. Raises PeerMistake for one that no correct peer sends."""
        self._core.step(message)

    def propose(self, proposals: Sequence[Proposal]) -> None:
        """Each ends in exactly one ProposalResult of some Ready: its place in the log, a refusal, or
        "unknown"."""
        self._core.propose(proposals)

    def read_index(self, id: int) -> None:  # noqa: A002 - the field's name in every message
        """Ends in exactly one ReadReady of some Ready."""
        self._core.read_index(id)

    def has_ready(self) -> bool:
        """Whether `ready` has anything to hand out. False while one waits for `persisted`."""
        core = self._core
        return self._unpersisted is None and (
            bool(core.messages or core.messages_after_durable or core.proposal_results or core.reads)
            or core.log.durable_index < core.log.last_index
            or self._may_hand_out_committed()
            or self._hard_state() != core.durable_hard_state
            or core.behaviour.has_work()
        )

    def ready(self) -> Ready:
        """Everything to be done now. Raises LocalMistake while an earlier Ready waits for `persisted`."""
        if self._unpersisted is not None:
            raise LocalMistake("a Ready is handed out and not persisted")
        core = self._core
        core.behaviour.flush()
        hard_state = self._hard_state()
        ready = Ready(
            messages=tuple(core.messages),
            snapshot=None,
            hard_state=hard_state if hard_state != core.durable_hard_state else None,
            entries=tuple(core.log.unstable()),
            messages_after_durable=tuple(core.messages_after_durable),
            committed=self._take_committed(),
            proposal_results=tuple(core.proposal_results),
            reads=tuple(core.reads),
        )
        core.messages.clear()
        core.messages_after_durable.clear()
        core.proposal_results.clear()
        core.reads.clear()
        self._unpersisted = ready
        return ready

    def persisted(self, ready: Ready) -> None:
        """`ready`'s hard state and entries are durable; call once per Ready, even when it holds neither. Only
        now do this node's own vote and acknowledgement count."""
        if ready is not self._unpersisted:
            raise LocalMistake("persisted() is called once, with the last Ready")
        self._unpersisted = None
        if ready.entries:
            last = ready.entries[-1]
            self._core.persisted(ready.hard_state, last.index, last.term)
        else:
            self._core.persisted(ready.hard_state, 0, 0)

    def applied(self, ready: Ready) -> None:
        """`ready.committed` is applied."""
        if not ready.committed:
            return
        if ready.committed[0].index != self._applied_index + 1 or ready is self._unpersisted:
            raise LocalMistake(f"entry {ready.committed[0].index} applied after {self._applied_index}")
        self._applied_index = ready.committed[-1].index
        self._unapplied_bytes -= sum([len(entry.data) for entry in ready.committed])
        self._core.log.evict(self._applied_index)

    def status(self) -> Status:
        core = self._core
        behaviour = core.behaviour
        return Status(
            node_id=core.node_id,
            role=behaviour.role,
            term=core.term,
            leader_id=behaviour.leader_id,
            last_index=core.log.last_index,
            commit_index=core.commit_index,
            applied_index=self._applied_index,
            peers=behaviour.peer_progress() if isinstance(behaviour, Leader) else (),
        )

    def _hard_state(self) -> HardState:
        return HardState(self._core.term, self._core.vote)

    def _take_committed(self) -> tuple[Entry, ...]:
        """The next committed entries. Not yet durable here are only such as the same Ready makes durable
        first."""
        if not self._may_hand_out_committed():
            return ()
        core = self._core
        low, high = self._applying_index + 1, core.commit_index + 1
        committed = tuple(core.log.entries(low, high, core.config.applying_bytes_max))
        self._applying_index = committed[-1].index
        self._unapplied_bytes += sum([len(entry.data) for entry in committed])
        return committed

    def _may_hand_out_committed(self) -> bool:
        core = self._core
        return (
            self._applying_index < core.commit_index
            and self._unapplied_bytes < core.config.unapplied_bytes_max
        )
