"""A leader: appends proposals, has them replicated, commits what a majority holds durably, and confirms
reads.

Everything gathered between two Readies leaves together: one AppendEntries per follower for a whole batch of
proposals, which also carries the commit index and the round of read confirmation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from raft.behaviour import Behaviour
from raft.errors import PeerMistake
from raft.forwarding import RecentRequests
from raft.membership import MembershipChange
from raft.messages import (
    AppendEntriesReply,
    InstallSnapshotReply,
    Message,
    ProposalResult,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
    TimeoutNow,
)
from raft.progress import ProgressState
from raft.reads import ReadRequest, ReadRounds
from raft.reconfiguration import Reconfiguration
from raft.replication import Replication
from raft.status import PeerProgress
from raft.transfer import Transfer, most_caught_up
from raft.types import Entry, EntryKind, Index, NodeId, Proposal, Role

if TYPE_CHECKING:
    from raft.core import Core


class Leader(Behaviour):
    __slots__ = (
        "_heartbeat_due",
        "_heartbeat_elapsed",
        "_noop_index",
        "_quorum_elapsed",
        "_reads",
        "_recent_requests",
        "_reconfiguration",
        "_replication",
        "_transfer",
        "_uncommitted",
        "_uncommitted_bytes",
    )

    role = Role.LEADER

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._noop_index: Index = core.log.last_index + 1
        self._replication = Replication(core)
        self._reconfiguration = Reconfiguration(core, self._replication, self._noop_index)
        self._transfer: Transfer | None = None
        self._reads = ReadRounds()
        self._recent_requests = RecentRequests()
        self._heartbeat_due = True
        self._heartbeat_elapsed = 0
        self._quorum_elapsed = 0
        # (last index, bytes) of each batch of this term that is not committed yet.
        self._uncommitted: deque[tuple[Index, int]] = deque()
        self._uncommitted_bytes = 0

    @property
    def leader_id(self) -> NodeId | None:
        return self._core.node_id

    def hears_leader(self) -> bool:
        # Unless a majority answered lately it would have stepped down (CheckQuorum).
        return True

    @property
    def transferee(self) -> NodeId | None:
        return self._transfer.target if self._transfer is not None else None

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
        if self._transfer is not None and self._transfer.tick():
            self._end_transfer(self._transfer)
        self._quorum_elapsed += 1
        if self._quorum_elapsed >= config.election_ticks:
            self._quorum_elapsed = 0
            self._check_quorum()

    def step(self, message: Message) -> None:
        match message:
            case AppendEntriesReply():
                self._answered(message)
            case ProposeRequest():
                self._propose_for(message)
            case ReadIndexRequest():
                self._read(ReadRequest(message.from_, message.id))
            case InstallSnapshotReply():
                self._snapshot_arrived(message)
            case _:
                pass  # votes and answers to what this node asked before it led

    def propose(self, proposals: Sequence[Proposal]) -> None:
        self._core.proposal_results.extend(self._append(proposals))

    def read_index(self, read_id: int) -> None:
        self._read(ReadRequest(self._core.node_id, read_id))

    def change_membership(self, change_id: int, change: MembershipChange) -> None:
        if self._transfer is not None:
            result = ProposalResult(change_id, refusal="transferring")
        else:
            result = self._reconfiguration.change(change_id, change)
        self._core.proposal_results.append(result)

    def transfer_leadership(self, target: NodeId | None) -> bool:
        """Again for the same target changes nothing; for another one begins anew."""
        peers, voters = self._replication.peers, self._core.membership.voters
        if target is None:
            target = most_caught_up(self._replication, voters)
        if target not in voters or target not in peers or peers[target].resync is not None:
            return False
        if target != self.transferee:
            is_farewell = self._transfer is not None and self._transfer.is_farewell
            self._transfer = Transfer(target, self._core.config.election_ticks, is_farewell)
        return True

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
            or self._transfer_is_due()
        )

    def flush(self) -> None:
        if self._may_begin_round():
            self._reads.begin(self._core.commit_index)
            self._replication.read_round = self._reads.round
            self._confirm_reads()
        self._replication.flush(self._heartbeat_due)
        self._heartbeat_due = False
        if self._transfer is not None and self._transfer_is_due():
            self._tell(self._transfer)

    def close(self) -> None:
        for request in self._reads.abandon():
            self._settle(request, None)

    def _append(self, proposals: Sequence[Proposal]) -> list[ProposalResult]:
        core = self._core
        if refusal := "transferring" if self._transfer is not None else core.refusal:
            return [ProposalResult(proposal.id, refusal=refusal) for proposal in proposals]
        term, index = core.term, core.log.last_index
        room = core.config.uncommitted_bytes_max - self._uncommitted_bytes
        size = 0
        entries: list[Entry] = []
        results: list[ProposalResult] = []
        for proposal in proposals:
            length = len(proposal.data)
            # A proposal larger than the bound is taken when nothing else waits, or it never could be.
            if size + length > room and (entries or self._uncommitted):
                results.append(ProposalResult(proposal.id, refusal="overloaded"))
                continue
            index += 1
            size += length
            entries.append(Entry(term, index, EntryKind.COMMAND, proposal.data))
            results.append(ProposalResult(proposal.id, term, index))
        if entries:
            core.log.append(entries)
            self._uncommitted.append((index, size))
            self._uncommitted_bytes += size
        return results

    def _propose_for(self, request: ProposeRequest) -> None:
        if not self._recent_requests.is_new(request):
            return
        core = self._core
        results = tuple(self._append(request.proposals))
        core.send(ProposeReply(core.node_id, request.from_, core.term, results))

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
            while self._uncommitted and self._uncommitted[0][0] <= index:
                self._uncommitted_bytes -= self._uncommitted.popleft()[1]
            self._reconfiguration.committed()
            if self._reconfiguration.has_left():
                self._take_leave()

    def _check_quorum(self) -> None:
        """CheckQuorum (thesis §6.2): a leader that a majority does not answer makes room, and its callers
        learn it."""
        active = self._replication.active() | {self._core.node_id}
        if not self._core.quorum.agrees(active):
            self._core.become_follower(self._core.term, None)
            return
        self._replication.await_activity()

    def _transfer_is_due(self) -> bool:
        if self._transfer is None:
            return False
        progress = self._replication.peers.get(self._transfer.target)
        return progress is not None and self._transfer.is_due(progress, self._core.log.last_index)

    def _tell(self, transfer: Transfer) -> None:
        core = self._core
        core.send(TimeoutNow(core.node_id, transfer.target, core.term))
        transfer.told()
        if transfer.is_farewell:
            # Its target will not ask this node for a vote.
            core.become_follower(core.term, None)

    def _take_leave(self) -> None:
        """This node is no voter any more, and that has committed: a leader among the voters must follow."""
        if self._transfer is not None:
            self._transfer.is_farewell = True
        elif (target := most_caught_up(self._replication, self._core.membership.voters)) is not None:
            self._transfer = Transfer(target, self._core.config.election_ticks, is_farewell=True)
        else:
            self._core.become_follower(self._core.term, None)

    def _end_transfer(self, transfer: Transfer) -> None:
        self._transfer = None
        if transfer.is_farewell:
            self._core.become_follower(self._core.term, None)
