"""ReadIndex (thesis §6.4): a leader proves that it still leads before it names the index a read must wait
for.

Reads are confirmed in rounds. A round takes every read that waits, notes the commit index, and is carried by
every AppendEntries sent from then on; once a majority has answered a message of that round or a later one,
nobody else led when the round began, so the noted index covers every write that was acknowledged before the
reads arrived.

One round is under way at a time and the reads that arrive meanwhile share the next one, as commits share a
disk write. A read never joins a round that has begun: an answer to a message sent before the read arrived
proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from raft.types import Index, NodeId

WAITING_READS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """`requester` is the node whose caller reads; `id` is its own."""

    requester: NodeId
    id: int


class ReadRounds:
    """Owned by one leadership. Rounds count from 1 and, together with the term, never repeat."""

    __slots__ = ("_confirming", "_index", "_waiting", "round")

    def __init__(self) -> None:
        self.round = 0
        self._index: Index = 0
        self._waiting: list[ReadRequest] = []
        self._confirming: list[ReadRequest] = []

    def add(self, request: ReadRequest) -> bool:
        """False when too many wait."""
        if len(self._waiting) >= WAITING_READS_MAX:
            return False
        self._waiting.append(request)
        return True

    def can_begin(self) -> bool:
        return bool(self._waiting) and not self._confirming

    def begin(self, commit_index: Index) -> None:
        self.round += 1
        self._index = commit_index
        self._confirming, self._waiting = self._waiting, []

    def confirmed(self, round_reached: int) -> tuple[Index, list[ReadRequest]]:
        """The reads that a majority's answers up to `round_reached` settle, and the index they wait for."""
        if round_reached < self.round:
            return 0, []
        settled, self._confirming = self._confirming, []
        return self._index, settled

    def abandon(self) -> list[ReadRequest]:
        """Every read that is still open."""
        return self._confirming + self._waiting
