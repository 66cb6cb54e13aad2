"""A leader: appends proposals, has them replicated, commits what a majority holds durably, and confirms
reads.

Everything gathered between two Readies leaves together: one AppendEntries per follower for a whole batch of
proposals, which also carries the commit index and the round of read confirmation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from raft.behaviour import Behaviour
from raft.errors import PeerMistake
from raft.intake import Intake
from raft.membership import MembershipChange
from raft.messages import (
    AppendEntriesReply,
    InstallSnapshotReply,
    Message,
    ProposalResult,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
)
from raft.progress import ProgressState
from raft.reads import ReadRequest, ReadRounds
from raft.reconfiguration import Reconfiguration
from raft.replication import Replication
from raft.status import PeerProgress
from raft.transfer import Transfer
from raft.types import EntryKind, Index, NodeId, Proposal, Role

if TYPE_CHECKING:
    from raft.core import Core


class Leader(Behaviour):
    __slots__ = (
        "_heartbeat_due",
        "_heartbeat_elapsed",
        "_intake",
        "_noop_index",
        "_quorum_elapsed",
        "_reads",
        "_reconfiguration",
        "_replication",
        "_transfer",
    )

    role = Role.LEADER

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._noop_index: Index = core.log.last_index + 1
        self._replication = Replication(core)
        self._reconfiguration = Reconfiguration(core, self._replication, self._noop_index)
        self._transfer = Transfer(core, self._replication)
        self._intake = Intake(core)
        self._reads = ReadRounds()
        self._heartbeat_due = True
        self._heartbeat_elapsed = 0
        self._quorum_elapsed = 0

    @property
    def leader_id(self) -> NodeId | None:
        return self._core.node_id

    def hears_leader(self) -> bool:
        # Unless a majority answered lately it would have stepped down (CheckQuorum).
        return True

    @property
    def transferee(self) -> NodeId | None:
        return self._transfer.target

    def peer_progress(self) -> tuple[PeerProgress, ...]:
        return tuple(
            PeerProgress(
                peer,
                progress.match_index,
                progress.next_index,
                progress.state,
                progress.active,
                progress.resync is None,
            )
            for peer, progress in self._replication.peers.items()
        )

    def start(self) -> None:
        # Entries of earlier terms commit only beneath one of this term, and reads wait for it (thesis §6.4).
        self._core.append(EntryKind.NOOP)

    def tick(self) -> None:
        config = self._core.config
        self._heartbeat_elapsed += 1
        if self._heartbeat_elapsed >= config.heartbeat_ticks:
            self._heartbeat_elapsed = 0
            self._heartbeat_due = True
        self._reconfiguration.tick()
        self._quorum_elapsed += 1
        if self._quorum_elapsed >= config.election_ticks:
            self._quorum_elapsed = 0
            if not self._check_quorum():
                self._core.become_follower(self._core.term, None)
                return
        self._transfer.tick()

    def step(self, message: Message) -> None:
        match message:
            case AppendEntriesReply():
                self._answered(message)
            case ProposeRequest():
                self._intake.take_request(message, self._refusal())
            case ReadIndexRequest():
                self._read(ReadRequest(message.from_, message.id))
            case InstallSnapshotReply():
                self._snapshot_arrived(message)
            case _:
                pass  # votes and answers to what this node asked before it led

    def propose(self, proposals: Sequence[Proposal]) -> None:
        self._core.proposal_results.extend(self._intake.take(proposals, self._refusal()))

    def read_index(self, read_id: int) -> None:
        self._read(ReadRequest(self._core.node_id, read_id))

    def change_membership(self, change_id: int, change: MembershipChange) -> None:
        if self._transfer.target is not None:
            result = ProposalResult(change_id, refusal="transferring")
        else:
            result = self._reconfiguration.change(change_id, change)
        self._core.proposal_results.append(result)

    def transfer_leadership(self, target: NodeId | None) -> bool:
        return self._transfer.begin(target)

    def snapshot_failed(self, peer: NodeId) -> None:
        progress = self._replication.peers.get(peer)
        if progress is not None and progress.state is ProgressState.SNAPSHOT:
            progress.ask(self._core.log.last_index)

    def persisted(self) -> None:
        self._advance_commit()

    def has_work(self) -> bool:
        return (
            self._heartbeat_due
            or self._may_begin_round()
            or self._replication.has_work()
            or self._transfer.has_work()
        )

    def flush(self) -> None:
        if self._may_begin_round():
            self._reads.begin(self._core.commit_index)
            self._replication.read_round = self._reads.round
            self._confirm_reads()
        self._replication.flush(self._heartbeat_due)
        self._heartbeat_due = False
        self._transfer.flush()

    def close(self) -> None:
        for request in self._reads.abandon():
            self._settle(request, None)

    def _refusal(self) -> str:
        """Why no proposal is taken now; "" when they are."""
        return "transferring" if self._transfer.target is not None else self._core.refusal

    def _read(self, request: ReadRequest) -> None:
        if not self._reads.add(request):
            self._settle(request, None)

    def _may_begin_round(self) -> bool:
        """Before an entry of this term commits, the commit index may lag behind what was acknowledged."""
        return self._reads.can_begin() and self._core.commit_index >= self._noop_index

    def _confirm_reads(self) -> None:
        rounds = self._replication.read_rounds()
        rounds[self._core.node_id] = self._reads.round
        index, settled = self._reads.confirmed(self._core.quorum.reached(rounds))
        for request in settled:
            self._settle(request, index)

    def _settle(self, request: ReadRequest, index: Index | None) -> None:
        core = self._core
        if request.requester == core.node_id:
            core.settle_read(request.id, index)
        else:
            core.send(
                ReadIndexReply(
                    core.node_id, request.requester, core.term, request.id, index or 0, refused=index is None
                )
            )

    def _answered(self, reply: AppendEntriesReply) -> None:
        log = self._core.log
        if max(reply.match_index, reply.prev_index) > log.last_index or reply.read_round > self._reads.round:
            raise PeerMistake(f"{reply.from_} answers what was never sent: {reply}")
        progress = self._replication.heard(reply)
        if progress is None:
            return
        if reply.read_round > progress.read_round:
            # A refusal too shows that its sender knew no later term.
            progress.read_round = reply.read_round
            self._confirm_reads()
        if reply.entry_appended:
            if progress.acknowledged(reply.match_index):
                self._advance_commit()
        else:
            progress.refused(reply.prev_index, self._replication.retry_index(reply))

    def _snapshot_arrived(self, reply: InstallSnapshotReply) -> None:
        if reply.match_index > self._core.log.last_index:
            raise PeerMistake(f"{reply.from_} answers what was never sent: {reply}")
        progress = self._replication.peers.get(reply.from_)
        if progress is not None:
            progress.snapshot_arrived(reply.match_index)

    def _advance_commit(self) -> None:
        core = self._core
        matches = self._replication.matches()
        matches[core.node_id] = core.log.durable_index
        index = core.quorum.reached(matches)
        # Only an entry of this term may be committed by counting (paper §5.4.2, figure 8). All from the no-op
        # on are.
        if index >= self._noop_index and index > core.commit_index:
            core.commit_to(index)
            self._intake.committed(index)
            self._reconfiguration.committed()
            if self._reconfiguration.has_left():
                self._transfer.take_leave()

    def _check_quorum(self) -> bool:
        """CheckQuorum (thesis §6.2): a leader that a majority does not answer makes room, and its callers
        learn it. Whether a majority did."""
        active = self._replication.active() | {self._core.node_id}
        self._replication.await_activity()
        return self._core.quorum.agrees(active)
