"""A leader: appends proposals, replicates them, commits what a majority holds durably, and confirms reads.

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
from raft.messages import (
    AppendEntries,
    AppendEntriesReply,
    Message,
    ProposalResult,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
)
from raft.progress import Progress, ProgressState
from raft.reads import ReadRequest, ReadRounds
from raft.status import PeerProgress
from raft.types import Entry, EntryKind, Index, NodeId, Proposal, Role

if TYPE_CHECKING:
    from raft.core import Core


class Leader(Behaviour):
    __slots__ = (
        "_heartbeat_due",
        "_heartbeat_elapsed",
        "_noop_index",
        "_peers",
        "_quorum_elapsed",
        "_reads",
        "_recent_requests",
        "_uncommitted",
        "_uncommitted_bytes",
    )

    role = Role.LEADER

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        config = core.config
        self._noop_index: Index = core.log.last_index + 1
        self._peers = {
            peer: Progress(self._noop_index, config.inflight_messages_max, config.inflight_bytes_max)
            for peer in core.peers
        }
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

    def peer_progress(self) -> tuple[PeerProgress, ...]:
        return tuple(
            PeerProgress(peer, progress.match_index, progress.next_index, progress.state, progress.active)
            for peer, progress in self._peers.items()
        )

    def start(self) -> None:
        core = self._core
        # Entries of earlier terms commit only beneath one of this term, and reads wait for it (thesis §6.4).
        core.log.append([Entry(core.term, self._noop_index, EntryKind.NOOP)])

    def tick(self) -> None:
        config = self._core.config
        self._heartbeat_elapsed += 1
        if self._heartbeat_elapsed >= config.heartbeat_ticks:
            self._heartbeat_elapsed = 0
            self._heartbeat_due = True
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
            case _:
                pass  # votes and answers to what this node asked before it led

    def propose(self, proposals: Sequence[Proposal]) -> None:
        self._core.proposal_results.extend(self._append(proposals))

    def read_index(self, read_id: int) -> None:
        self._read(ReadRequest(self._core.node_id, read_id))

    def persisted(self) -> None:
        self._advance_commit()

    def has_work(self) -> bool:
        if self._heartbeat_due or self._may_begin_round():
            return True
        return any(
            self._lacks_entries(progress) or self._lacks_news(progress) for progress in self._peers.values()
        )

    def flush(self) -> None:
        if self._may_begin_round():
            self._reads.begin(self._core.commit_index)
            self._confirm_reads()
        for peer, progress in self._peers.items():
            if not self._send_entries(peer, progress) and (self._heartbeat_due or self._lacks_news(progress)):
                # Empty, yet it names the last index sent, not the last acknowledged: if an append on the way
                # was lost the follower refuses this and the gap shows; if only its answer was lost, this is
                # answered alike.
                self._send(peer, progress, ())
        self._heartbeat_due = False

    def close(self) -> None:
        for request in self._reads.abandon():
            self._settle(request, None)

    def _append(self, proposals: Sequence[Proposal]) -> list[ProposalResult]:
        core = self._core
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
        rounds = {peer: progress.read_round for peer, progress in self._peers.items()}
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

    def _lacks_entries(self, progress: Progress) -> bool:
        return progress.next_index <= self._core.log.last_index and progress.may_send()

    def _lacks_news(self, progress: Progress) -> bool:
        if progress.round_sent < self._reads.round:
            return True
        return progress.state is ProgressState.REPLICATE and progress.commit_sent < self._core.commit_index

    def _send_entries(self, peer: NodeId, progress: Progress) -> bool:
        """Send what `peer` lacks as far as its window allows. Whether anything was sent."""
        log = self._core.log
        bytes_max = self._core.config.entries_bytes_max
        is_sent = False
        while self._lacks_entries(progress):
            entries: Sequence[Entry] = ()
            if progress.may_carry_entries():
                entries = log.entries(progress.next_index, log.last_index + 1, bytes_max)
            self._send(peer, progress, tuple(entries))
            last_index = progress.next_index - 1 + len(entries)
            progress.sent(last_index, sum([len(entry.data) for entry in entries]))
            is_sent = True
        return is_sent

    def _send(self, peer: NodeId, progress: Progress, entries: tuple[Entry, ...]) -> None:
        core = self._core
        prev_index = progress.next_index - 1
        progress.commit_sent = core.commit_index
        progress.round_sent = self._reads.round
        core.send(
            AppendEntries(
                core.node_id,
                peer,
                core.term,
                prev_index,
                core.log.term(prev_index),
                core.commit_index,
                entries,
                self._reads.round,
            )
        )

    def _answered(self, reply: AppendEntriesReply) -> None:
        log = self._core.log
        if max(reply.match_index, reply.prev_index) > log.last_index or reply.read_round > self._reads.round:
            raise PeerMistake(f"{reply.from_} answers what was never sent: {reply}")
        progress = self._peers[reply.from_]
        progress.active = True
        if reply.read_round > progress.read_round:
            # A refusal too shows that its sender knew no later term.
            progress.read_round = reply.read_round
            self._confirm_reads()
        if reply.entry_appended:
            if progress.acknowledged(reply.match_index):
                self._advance_commit()
        else:
            progress.refused(reply.prev_index, self._retry_index(reply))

    def _retry_index(self, reply: AppendEntriesReply) -> Index:
        """The next place to probe: just after the highest index, below `prev_index`, where the logs may still
        agree.

        Terms never fall along a log. From `conflict_index` to `prev_index` the follower holds
        `conflict_term`, so there only an entry of that term can agree; below, only one of a smaller term.
        Each refusal thus rules out one of the follower's terms for good: at most one probe per term.

            index            1 2 3 4 5 6 7 8
            leader's terms   1 1 1 4 4 6 6 6    prev_index 7: refused, conflict_term 3, conflict_index 4
            follower's       1 1 1 3 3 3 3      last term ≤ 3 ends at 3 → probe after 3, next_index 4
        """
        if reply.conflict_term == 0:
            return min(reply.conflict_index, reply.prev_index)
        log = self._core.log
        meeting_index = log.last_index_of_term_up_to(reply.conflict_term, reply.prev_index - 1)
        if log.term(meeting_index) == reply.conflict_term:
            return meeting_index + 1
        return min(meeting_index + 1, reply.conflict_index)

    def _advance_commit(self) -> None:
        core = self._core
        matches = {peer: progress.match_index for peer, progress in self._peers.items()}
        matches[core.node_id] = core.log.durable_index
        index = core.quorum.reached(matches)
        # Only an entry of this term may be committed by counting (paper §5.4.2, figure 8). All from the no-op
        # on are.
        if index >= self._noop_index and index > core.commit_index:
            core.commit_to(index)
            while self._uncommitted and self._uncommitted[0][0] <= index:
                self._uncommitted_bytes -= self._uncommitted.popleft()[1]

    def _check_quorum(self) -> None:
        """CheckQuorum (thesis §6.2): a leader that a majority does not answer makes room, and its callers
        learn it."""
        active = {peer for peer, progress in self._peers.items() if progress.active}
        active.add(self._core.node_id)
        if not self._core.quorum.agrees(active):
            self._core.become_follower(self._core.term, None)
            return
        for progress in self._peers.values():
            progress.active = False
