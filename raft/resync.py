"""How a node that lost its disk, or never had one, comes to count.

Such a node may have promised things it no longer knows: votes given, entries acknowledged. Until a leader has
shown that none of them matters any more it is not synced: it gives no vote, and its leader takes it for
absent in every majority, whose size stays the same.

A leader that hears an unsynced run of a peer for the first time appends an entry. Once that entry has been
committed without the peer, and that very run has acknowledged it, the leader tells it that it is synced. Why
that is enough: the entry was acknowledged by a majority M, after the run began, that the peer is no part of.

    acknowledged before   An entry that was committed with the peer's help, in this term or an earlier one,
                          precedes the new entry in this leader's log, so the peer holds it again. One of a
                          later term cannot be: its leader was elected by a majority that shares a node with
                          M, and that node would have known the later term when it acknowledged the entry.
    voted before          A candidate of a later term that has the forgotten vote lacks the new entry. It
                          needs a vote from M too, and whoever holds the entry refuses it.

Messages of earlier runs may still be under way. They are told apart by the number each run draws, and what
comes from before the disk was lost by its index, which is smaller than the new entry's.
"""

from __future__ import annotations

from raft.messages import AppendEntriesReply
from raft.types import Index


class Resync:
    """One unsynced run of a peer. `index` is that of the entry appended when it was first heard."""

    __slots__ = ("_holds_entry", "index", "run")

    def __init__(self, run: int, index: Index) -> None:
        self.run = run
        self.index = index
        self._holds_entry = False

    def ends_with(self, reply: AppendEntriesReply) -> bool:
        """Whether this reply of a synced node comes from after the run, not from a life before it."""
        return reply.entry_appended and reply.match_index >= self.index

    def heard(self, reply: AppendEntriesReply) -> None:
        """A reply of the run itself."""
        if reply.entry_appended and reply.match_index >= self.index:
            self._holds_entry = True

    def run_to_tell(self, commit_index: Index) -> int:
        """The run, once it may be told that it is synced; 0 before."""
        return self.run if self._holds_entry and commit_index >= self.index else 0
