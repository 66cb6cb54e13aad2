"""One node among peers that the test plays itself: the message in, the messages out."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import TypeVar

from raft import (
    AppendEntries,
    AppendEntriesReply,
    Config,
    Entry,
    HardState,
    Message,
    Node,
    PeerProgress,
    Proposal,
    ProposalResult,
    ReadReady,
    Ready,
    RequestVote,
    RequestVoteReply,
    Role,
    Snapshot,
)
from tests.raft.disk import Disk

M = TypeVar("M")


class Lone:
    """Node "a" of "a", "b", "c" unless told otherwise; `run` carries out every Ready at once and returns the
    messages."""

    def __init__(
        self,
        *,
        log: Iterable[Entry] = (),
        term: int = 0,
        vote: str | None = None,
        voters: str = "abc",
        disk: Disk | None = None,
        applied_index: int = 0,
        config: Config | None = None,
        seed: int = 7,
    ) -> None:
        self.disk = disk or Disk(HardState(term, vote), log, voters)
        self.voters = voters
        self.config = config or Config("a")
        self.random = Random(seed)
        self.node = Node(self.config, self.disk, applied_index, self.random)
        self._unwritten: Ready | None = None
        self.applied: list[Entry] = []
        self.installed: list[Snapshot] = []
        self.results: list[ProposalResult] = []
        self.reads: list[ReadReady] = []

    @property
    def term(self) -> int:
        return self.node.status().term

    def run(self) -> list[Message]:
        left: list[Message] = []
        while self.node.has_ready():
            ready = self.node.ready()
            left += ready.messages
            left += self.finish(ready)
        return left

    def finish(self, ready: Ready) -> list[Message]:
        """Carry out a Ready whose `messages` have left; what may leave after it."""
        if ready.snapshot is not None:
            self.installed.append(ready.snapshot)
            self.disk.restore(ready.snapshot)
        self.disk.append(ready.hard_state, ready.entries)
        self.node.persisted(ready)
        self.applied += ready.committed
        self.results += ready.proposal_results
        self.reads += ready.reads
        self.node.applied(ready)
        return list(ready.messages_after_durable)

    def say(self, *messages: Message) -> list[Message]:
        for message in messages:
            self.node.step(message)
        return self.run()

    def tick(self, count: int = 1) -> list[Message]:
        left: list[Message] = []
        for _ in range(count):
            self.node.tick()
            left += self.run()
        return left

    def propose(self, *data: bytes) -> list[Message]:
        self.node.propose([Proposal(number, each) for number, each in enumerate(data, 1)])
        return self.run()

    def propose_without_writing(self, data: bytes) -> None:
        """The proposal's Ready is handed out, and its write is still on the way until `write`."""
        self.node.propose([Proposal(1, data)])
        self._unwritten = self.node.ready()

    def write(self) -> None:
        assert self._unwritten is not None
        self.finish(self._unwritten)
        self._unwritten = None

    def follow(self, leader: str, term: int, prev: tuple[int, int] = (0, 0)) -> None:
        """Hear `leader` in `term`, its log ending with the (index, term) of `prev`."""
        self.say(AppendEntries(leader, "a", term, *prev, commit_index=0))

    def campaign(self) -> list[Message]:
        """Time out; what the poll sends."""
        for _ in range(2 * self.config.election_ticks):
            left = self.tick()
            if any(request.pre_vote for request in only(RequestVote, left)):
                return left
        raise AssertionError("no campaign within the longest election timeout")

    def run_for_office(self) -> list[Message]:
        """Win the poll; what the vote sends."""
        self.campaign()
        term = self.term + 1
        return self.say(*(RequestVoteReply(peer, "a", term, True, pre_vote=True) for peer in self.voters[1:]))

    def lead(self) -> list[Message]:
        """Win an election; the first appends."""
        self.run_for_office()
        left = self.say(*(RequestVoteReply(peer, "a", self.term, True) for peer in self.voters[1:]))
        assert self.node.status().role is Role.LEADER
        return left

    def acknowledge(
        self, peer: str, index: int, read_round: int = 0, *, unsynced_run: int = 0
    ) -> list[Message]:
        return self.say(self.acknowledgement(peer, index, read_round, unsynced_run=unsynced_run))

    def acknowledgement(
        self, peer: str, index: int, read_round: int = 0, *, unsynced_run: int = 0
    ) -> AppendEntriesReply:
        return AppendEntriesReply(
            peer,
            "a",
            self.term,
            entry_appended=True,
            prev_index=index,
            match_index=index,
            read_round=read_round,
            unsynced_run=unsynced_run,
        )

    def progress(self, peer: str) -> PeerProgress:
        return next(each for each in self.node.status().peers if each.node_id == peer)


def only(kind: type[M], messages: Iterable[object]) -> list[M]:
    return [message for message in messages if isinstance(message, kind)]


def vote_request(
    peer: str, term: int, last: tuple[int, int] = (0, 0), *, pre_vote: bool = False
) -> RequestVote:
    """From `peer`, whose log ends with the (index, term) of `last`."""
    return RequestVote(peer, "a", term, *last, pre_vote=pre_vote)
