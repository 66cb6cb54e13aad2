"""A follower: appends what its leader sends, acknowledges what is durable, and campaigns when it hears
nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from raft.behaviour import Behaviour
from raft.errors import PeerMistake
from raft.forwarding import Forwarding
from raft.messages import (
    AppendEntries,
    AppendEntriesReply,
    InstallSnapshot,
    InstallSnapshotReply,
    Message,
    ProposeReply,
    ReadIndexReply,
    TimeoutNow,
)
from raft.refusals import refuse_request
from raft.types import NodeId, Proposal, Role

if TYPE_CHECKING:
    from raft.core import Core


class Follower(Behaviour):
    __slots__ = ("_elapsed", "_forwarding", "_leader_id", "_timeout")

    role = Role.FOLLOWER

    def __init__(self, core: Core, leader_id: NodeId | None) -> None:
        super().__init__(core)
        self._leader_id = leader_id
        self._forwarding = Forwarding(core, leader_id) if leader_id is not None else None
        self._elapsed = 0
        self._timeout = core.draw_election_timeout()

    @property
    def leader_id(self) -> NodeId | None:
        return self._leader_id

    def hears_leader(self) -> bool:
        return self._leader_id is not None and self._elapsed < self._core.config.election_ticks

    def tick(self) -> None:
        self._elapsed += 1
        if self._elapsed >= self._timeout:
            self._miss_leader()
        elif self._forwarding is not None:
            self._forwarding.tick()

    def step(self, message: Message) -> None:
        match message:
            case AppendEntries():
                self._elapsed = 0
                self._append(message)
            case InstallSnapshot():
                self._elapsed = 0
                self._install(message)
            case TimeoutNow():
                # Its sender leads and waits for this: no poll (thesis §3.10).
                if self._core.may_campaign:
                    self._core.become_candidate(pre_vote=False, leadership_transfer=True)
            case ProposeReply() if self._forwarding is not None:
                self._forwarding.proposals_answered(message)
            case ReadIndexReply() if self._forwarding is not None:
                self._forwarding.read_answered(message)
            case _:
                refuse_request(self._core, message)

    def propose(self, proposals: Sequence[Proposal]) -> None:
        if self._forwarding is None:
            super().propose(proposals)
        else:
            self._forwarding.propose(proposals)

    def read_index(self, read_id: int) -> None:
        if self._forwarding is None:
            super().read_index(read_id)
        else:
            self._forwarding.read_index(read_id)

    def has_work(self) -> bool:
        return self._forwarding is not None and self._forwarding.has_work()

    def flush(self) -> None:
        if self._forwarding is not None:
            self._forwarding.flush()

    def close(self) -> None:
        if self._forwarding is not None:
            self._forwarding.close()

    def _miss_leader(self) -> None:
        core = self._core
        if core.may_campaign:
            core.become_candidate(pre_vote=True)
        elif self._leader_id is not None:
            # Whoever waits on that leader must not wait for ever.
            core.become_follower(core.term, None)

    def _append(self, message: AppendEntries) -> None:
        """Paper, figure 2, AppendEntries receiver 2 to 5."""
        core = self._core
        log = core.log
        if not log.matches(message.prev_index, message.prev_term):
            self._refuse(message)
            return
        entries = message.entries
        if entries:
            known = log.first_conflict(entries)
            if known < len(entries):
                first_new = entries[known].index
                if first_new <= core.commit_index:
                    raise PeerMistake(f"{message.from_} would replace committed entry {first_new}")
                # Only a real conflict removes anything: what a delayed duplicate does not hold may be
                # acknowledged.
                if first_new <= log.last_index:
                    log.truncate(first_new)
                log.append(entries[known:] if known else entries)
        # Beyond the last verified entry a divergent tail may stand, which the leader's commit index does not
        # cover.
        verified_index = message.prev_index + len(entries)
        core.commit_to(min(message.commit_index, verified_index))
        if message.sync_run and message.sync_run == core.unsynced_run:
            core.is_synced = True
        core.acknowledge(
            AppendEntriesReply(
                core.node_id,
                message.from_,
                core.term,
                entry_appended=True,
                prev_index=message.prev_index,
                match_index=verified_index,
                read_round=message.read_round,
                unsynced_run=core.unsynced_run,
            )
        )

    def _refuse(self, message: AppendEntries) -> None:
        """Name the conflicting term and its first index, so that a whole term is skipped per refusal (paper
        §5.3)."""
        core = self._core
        log = core.log
        if message.prev_index > log.last_index:
            conflict_term, conflict_index = 0, log.last_index + 1
        else:
            conflict_term = log.term(message.prev_index)
            # What is committed here is no conflict, whatever its term.
            conflict_index = max(log.first_index_of_term_at(message.prev_index), core.commit_index + 1)
        core.send_after_durable(
            AppendEntriesReply(
                core.node_id,
                message.from_,
                core.term,
                entry_appended=False,
                prev_index=message.prev_index,
                conflict_term=conflict_term,
                conflict_index=conflict_index,
                read_round=message.read_round,
                unsynced_run=core.unsynced_run,
            )
        )

    def _install(self, message: InstallSnapshot) -> None:
        """Paper, figure 13. What is committed here already needs no snapshot, and an entry that matches its
        end makes it needless too; otherwise nothing of this log is kept, since all that follows a place that
        differs differs as well."""
        core = self._core
        snapshot = message.snapshot
        if snapshot.index > core.commit_index:
            if core.log.matches(snapshot.index, snapshot.term):
                core.commit_to(snapshot.index)
            else:
                core.restore(snapshot)
        core.send_after_durable(
            InstallSnapshotReply(core.node_id, message.from_, core.term, match_index=core.commit_index)
        )
