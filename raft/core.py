"""The consensus core: what is common to all roles. The rule of terms, the change of role, the way of a
message to its role, and the invariants that must hold after every step."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from raft.admission import admit
from raft.behaviour import Behaviour
from raft.candidate import Candidate
from raft.config import Config
from raft.errors import LocalMistake, PeerMistake
from raft.follower import Follower
from raft.leader import Leader
from raft.log import Log
from raft.membership import Membership
from raft.messages import (
    AppendEntries,
    AppendEntriesReply,
    InstallSnapshot,
    Message,
    ProposalResult,
    ProposeReply,
    ReadIndexReply,
    RequestVote,
    RequestVoteReply,
    TimeoutNow,
)
from raft.quorum import Joint, Majority
from raft.ready import ReadReady
from raft.refusals import refuse_earlier_term
from raft.types import (
    Entry,
    EntryKind,
    HardState,
    Index,
    LogStore,
    NodeId,
    Proposal,
    Role,
    Snapshot,
    Term,
)
from raft.voting import answer_vote_request


class Core:
    """One node's share of the protocol, without any effect: messages and results gather in the lists below
    until the node hands them out."""

    def __init__(self, config: Config, store: LogStore, applied_index: Index, random: Random) -> None:
        """Raises LocalMistake when configuration, log and state cannot belong together."""
        self.config = config
        self.node_id = config.node_id
        self.log = Log(store)
        self.durable_hard_state = store.hard_state()
        self.term: Term = self.durable_hard_state.term
        self.vote: NodeId | None = self.durable_hard_state.vote
        self.is_synced: bool = self.durable_hard_state.synced
        if self.log.last_term > self.term:
            if self.log.last_index > self.log.base.index:
                raise LocalMistake(
                    f"the log ends in term {self.log.last_term}, past the stored term {self.term}"
                )
            # A crash came between the install of a snapshot and the write of the term it arrived in. In a
            # term that is not stored no vote was given.
            self.term, self.vote = self.log.last_term, None
        if not self.log.base.index <= applied_index <= self.log.last_index:
            raise LocalMistake(
                f"applied {applied_index} of a log from {self.log.base.index} to {self.log.last_index}"
            )
        self.commit_index: Index = applied_index

        self.messages: list[Message] = []
        self.messages_after_durable: list[Message] = []
        self.proposal_results: list[ProposalResult] = []
        self.reads: list[ReadReady] = []
        self.snapshot: Snapshot | None = None
        """Of which the log is the continuation, and which the state machine has yet to take."""

        self.refusal = ""
        """Why proposals are refused while this node leads, if they are."""
        self.campaigns_by_timeout = 0
        self.campaigns_by_transfer = 0

        self._random = random
        self._run = self._wire_id = 1 + random.getrandbits(62)
        self._seen = (self.term, self.vote, self.commit_index)
        self.behaviour: Behaviour = Follower(self, None)

    @property
    def membership(self) -> Membership:
        """In force since its entry was appended, committed or not."""
        return self.log.memberships.latest

    @property
    def quorum(self) -> Majority | Joint:
        return self.log.memberships.quorum

    @property
    def may_campaign(self) -> bool:
        """Whether this node may be needed as leader. Until the membership that leaves it out has committed it
        may: the others may lack that entry, and could not win against the longer log (thesis §4.2.2)."""
        memberships = (self.membership, self.log.memberships.at(self.commit_index))
        return self.is_synced and any(self.node_id in each.electors for each in memberships)

    @property
    def unsynced_run(self) -> int:
        """See AppendEntriesReply."""
        return 0 if self.is_synced else self._run

    def hard_state_to_write(self) -> HardState | None:
        """None while the durable one is the present one."""
        durable = self.durable_hard_state
        if self.term == durable.term and self.vote == durable.vote and self.is_synced == durable.synced:
            return None
        return HardState(self.term, self.vote, self.is_synced)

    # What the node calls

    def tick(self) -> None:
        self.behaviour.tick()
        self._check_invariants()

    def step(self, message: Message) -> None:
        """Raises PeerMistake, and then nothing depends on the message."""
        admit(message, self.node_id)
        match message:
            case RequestVote():
                answer_vote_request(self, message)
            case ProposeReply() | ReadIndexReply():
                # True in whatever term it arrives, so it is heard before a new term ends what waits for it.
                self.behaviour.step(message)
                if message.term > self.term:
                    self.become_follower(message.term, None)
            case _:
                self._step_in_term(message)
        self._check_invariants()

    def propose(self, proposals: Sequence[Proposal]) -> None:
        self.behaviour.propose(proposals)

    def read_index(self, read_id: int) -> None:
        self.behaviour.read_index(read_id)

    def persisted(self, hard_state: HardState | None, last_index: Index, last_term: Term) -> None:
        """Hard state (when given) and entries up to (`last_index`, `last_term`) are durable."""
        if hard_state is not None:
            self.durable_hard_state = hard_state
        self.log.mark_durable(last_index, last_term)
        self.behaviour.persisted()
        self._check_invariants()

    # What the roles call

    def become_follower(self, term: Term, leader_id: NodeId | None) -> None:
        self._move_to(term)
        self._take(Follower(self, leader_id))

    def become_candidate(self, *, pre_vote: bool, leadership_transfer: bool = False) -> None:
        if not pre_vote:
            self._move_to(self.term + 1)
            self.vote = self.node_id
            if leadership_transfer:
                self.campaigns_by_transfer += 1
            else:
                self.campaigns_by_timeout += 1
        self._take(Candidate(self, pre_vote, leadership_transfer))

    def become_leader(self) -> None:
        self._take(Leader(self))

    def commit_to(self, index: Index) -> None:
        self.commit_index = max(self.commit_index, index)

    def append(self, kind: EntryKind, data: bytes = b"") -> Index:
        """Append an entry of this term, as its leader."""
        entry = Entry(self.term, self.log.last_index + 1, kind, data)
        self.log.append([entry])
        return entry.index

    def restore(self, snapshot: Snapshot) -> None:
        """Begin the log anew after `snapshot`, which is committed and lies past this node's commit index."""
        self.log.restore(snapshot)
        self.commit_to(snapshot.index)
        self.snapshot = snapshot

    def send(self, message: Message) -> None:
        self.messages.append(message)

    def send_after_durable(self, message: Message) -> None:
        self.messages_after_durable.append(message)

    def acknowledge(self, reply: AppendEntriesReply) -> None:
        """Send after durable, in place of an acknowledgement just before that says less."""
        waiting = self.messages_after_durable
        if waiting:
            last = waiting[-1]
            if (
                isinstance(last, AppendEntriesReply)
                and last.entry_appended
                and last.to == reply.to
                and last.match_index <= reply.match_index
                and last.read_round <= reply.read_round
            ):
                waiting[-1] = reply
                return
        waiting.append(reply)

    def refuse_proposals(self, proposals: Sequence[Proposal], reason: str) -> None:
        self.proposal_results.extend([ProposalResult(proposal.id, refusal=reason) for proposal in proposals])

    def settle_read(self, read_id: int, index: Index | None) -> None:
        self.reads.append(ReadReady(read_id, index))

    def draw_election_timeout(self) -> int:
        """In ticks, from [election_ticks, 2 · election_ticks): split votes seldom repeat (paper §5.2)."""
        return self._random.randrange(self.config.election_ticks, 2 * self.config.election_ticks)

    def fresh_wire_id(self) -> int:
        self._wire_id += 1
        return self._wire_id

    # The rule of terms

    def _step_in_term(self, message: Message) -> None:
        """Paper §5.1: a later term ends this one; a message of an earlier term has no effect."""
        if message.term < self.term:
            refuse_earlier_term(self, message)
            return
        match message:
            case AppendEntries() | InstallSnapshot() | TimeoutNow():
                self._follow(message.from_, message.term)
            case RequestVoteReply() if message.pre_vote and message.vote_granted:
                # A granted poll names the term that was polled for, one past the term of this node.
                if message.term != self.term + 1:
                    return
            case _ if message.term > self.term:
                self.become_follower(message.term, None)
        self.behaviour.step(message)

    def _follow(self, sender: NodeId, term: Term) -> None:
        """Whoever sends such a message leads its term."""
        if term > self.term or self.behaviour.leader_id is None:
            self.become_follower(term, sender)
        elif self.behaviour.leader_id != sender:
            raise PeerMistake(f"{sender} and {self.behaviour.leader_id} both lead term {term}")

    # Roles

    def _move_to(self, term: Term) -> None:
        if term > self.term:
            self.term = term
            self.vote = None
            # Promises of an earlier term that have not left yet are void: what they promise may be truncated
            # before it is durable, and any message may be lost.
            self.messages_after_durable.clear()

    def _take(self, behaviour: Behaviour) -> None:
        self.behaviour.close()
        self.behaviour = behaviour
        behaviour.start()

    # Invariants

    def _check_invariants(self) -> None:
        """Cheap ones, after every step, in production too: a node that breaks one must stop before it
        answers."""
        term, vote, commit_index = self._seen
        log = self.log
        holds = (
            self.term >= term
            and (self.term > term or vote is None or self.vote == vote)
            and commit_index <= self.commit_index <= log.last_index
            and log.base.index <= self.commit_index
            and log.durable_index <= log.last_index
            and log.last_term <= self.term
            and (self.behaviour.role is not Role.LEADER or (self.vote == self.node_id and self.is_synced))
        )
        if not holds:
            raise AssertionError(
                f"{self.behaviour.role} {self.node_id}: term {term}, vote {vote}, commit {commit_index} "
                f"became term {self.term}, vote {self.vote}, commit {self.commit_index} "
                f"on a log durable to {log.durable_index}, ending at {log.last_index} in term {log.last_term}"
            )
        self._seen = (self.term, self.vote, self.commit_index)
