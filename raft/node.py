"""One Raft node as a value machine: feed it ticks, messages and requests, carry out its Readies, confirm
them.

    while node.has_ready():
        ready = node.ready()
        send(ready.messages)                             # a leader's disk works beside its followers'
        if ready.snapshot is not None:
            install(ready.snapshot)                      # the state machine first, then store.restore
        store.append(ready.hard_state, ready.entries)    # one durable commit, skipped when there is neither
        node.persisted(ready)
        send(ready.messages_after_durable)
        apply(ready.committed)
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
from raft.membership import MembershipChange
from raft.messages import Message
from raft.ready import Ready
from raft.status import Status
from raft.types import Entry, Index, LogStore, NodeId, Proposal, Snapshot


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

    def refuse_proposals(self, reason: str) -> None:
        """From now on, while this node leads, proposals are refused for `reason`, its own and forwarded ones;
        "" takes them again. Reads and changes of membership go on."""
        self._core.refusal = reason

    def change_membership(self, id: int, change: MembershipChange) -> None:  # noqa: A002 - as in read_index
        """Ends in exactly one ProposalResult of some Ready. Its place is that of the first step: when it took
        two (joint consensus), the leader takes the second by itself, and `status().membership.is_joint` tells
        when that is done. Not forwarded: a node that does not lead refuses."""
        self._core.behaviour.change_membership(id, change)

    def transfer_leadership(self, target: NodeId | None) -> bool:
        """Hand leadership over to `target`, or to the voter whose log is longest. Proposals are refused as
        "transferring" until that is done, or given up after an election timeout. False, and nothing has
        begun, unless this node leads and the target is another voter that counts."""
        return self._core.behaviour.transfer_leadership(target)

    def snapshot_failed(self, peer: NodeId) -> None:
        """The last InstallSnapshot for `peer` ended without its reply. It is asked anew what it holds."""
        self._core.behaviour.snapshot_failed(peer)

    def has_ready(self) -> bool:
        """Whether `ready` has anything to hand out. False while one waits for `persisted`."""
        core = self._core
        return self._unpersisted is None and (
            bool(core.messages or core.messages_after_durable or core.proposal_results or core.reads)
            or core.log.durable_index < core.log.last_index
            or self._may_hand_out_committed()
            or core.snapshot is not None
            or core.hard_state_to_write() is not None
            or core.behaviour.has_work()
        )

    def ready(self) -> Ready:
        """Everything to be done now. Raises LocalMistake while an earlier Ready waits for `persisted`."""
        if self._unpersisted is not None:
            raise LocalMistake("a Ready is handed out and not persisted")
        core = self._core
        core.behaviour.flush()
        if core.snapshot is not None:
            self._applying_index = core.snapshot.index
        ready = Ready(
            messages=tuple(core.messages),
            snapshot=core.snapshot,
            hard_state=core.hard_state_to_write(),
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
        core.snapshot = None
        self._unpersisted = ready
        return ready

    def persisted(self, ready: Ready) -> None:
        """`ready`'s snapshot is installed and its hard state and entries are durable; call once per Ready,
        even when it holds none of them. Only now do this node's own vote and acknowledgement count.

        A snapshot moves the applied index here. What earlier Readies handed out may be reported applied up to
        this call, and is never reported after it."""
        if ready is not self._unpersisted:
            raise LocalMistake("persisted() is called once, with the last Ready")
        self._unpersisted = None
        if ready.snapshot is not None:
            self._applied_index = ready.snapshot.index
            self._unapplied_bytes = _size(ready.committed)
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
        self._unapplied_bytes -= _size(ready.committed)

    def compact(self, index: Index) -> Snapshot:
        """Forget the log up to `index`; gives what `LogStore.compact` must be called with. Raises
        LocalMistake unless `index` is applied, and not before what is compacted already."""
        log = self._core.log
        if not log.base.index <= index <= self._applied_index:
            raise LocalMistake(f"{index} is not between {log.base.index} and applied {self._applied_index}")
        return log.compact(index)

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
            first_index=core.log.base.index + 1,
            synced=core.is_synced,
            membership=core.membership,
            campaigns_by_timeout=core.campaigns_by_timeout,
            campaigns_by_transfer=core.campaigns_by_transfer,
            transferee=behaviour.transferee if isinstance(behaviour, Leader) else None,
            peers=behaviour.peer_progress() if isinstance(behaviour, Leader) else (),
        )

    def _take_committed(self) -> tuple[Entry, ...]:
        """The next committed entries. Not yet durable here are only such as the same Ready makes durable
        first."""
        if not self._may_hand_out_committed():
            return ()
        core = self._core
        low, high = self._applying_index + 1, core.commit_index + 1
        committed = tuple(core.log.entries(low, high, core.config.applying_bytes_max))
        self._applying_index = committed[-1].index
        self._unapplied_bytes += _size(committed)
        return committed

    def _may_hand_out_committed(self) -> bool:
        core = self._core
        return (
            self._applying_index < core.commit_index
            and self._unapplied_bytes < core.config.unapplied_bytes_max
        )


def _size(entries: Sequence[Entry]) -> int:
    return sum([len(entry.data) for entry in entries])
