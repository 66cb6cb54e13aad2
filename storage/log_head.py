"""What a log store knows of its log without reading it: one value, replaced as a whole after each commit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from raft.errors import LogGap
from raft.types import Entry, EntryKind, HardState, Index, Snapshot, Term
from storage.crc import base_crc, head_crc


@dataclass(frozen=True, slots=True)
class LogBase:
    """What precedes the log's first entry."""

    snapshot: Snapshot
    chain_crc: int
    """The entries' chain of checksums at the snapshot's index: the first entry continues it."""
    crc: int
    """Of all the above."""

    @classmethod
    def of(cls, snapshot: Snapshot, chain_crc: int) -> LogBase:
        membership = snapshot.membership.encode()
        return cls(snapshot, chain_crc, base_crc(snapshot.index, snapshot.term, chain_crc, membership))


@dataclass(frozen=True, slots=True)
class LogHead:
    hard_state: HardState
    base: LogBase
    last_index: Index
    last_crc: int
    """The chain's value there."""
    terms: tuple[Term, ...] = ()
    """The term of each run of entries with equal terms."""
    term_starts: tuple[Index, ...] = ()
    """The first index of each run."""
    membership_entries: tuple[Entry, ...] = ()

    @classmethod
    def empty(cls, hard_state: HardState, base: LogBase) -> LogHead:
        """A log without entries."""
        return cls(hard_state, base, base.snapshot.index, base.chain_crc)

    @property
    def crc(self) -> int:
        return head_crc(self.base.crc, self.hard_state, self.last_index, self.last_crc)

    @property
    def first_index(self) -> Index:
        """Where the first entry stands, or would."""
        return self.base.snapshot.index + 1

    @property
    def held(self) -> str:
        """For people."""
        if self.last_index < self.first_index:
            return f"nothing after {self.last_index}"
        return f"{self.first_index} to {self.last_index}"

    def term(self, index: Index) -> Term:
        """Raises LogGap for an index that is neither the base's nor held."""
        if index == self.base.snapshot.index:
            return self.base.snapshot.term
        if not self.first_index <= index <= self.last_index:
            raise LogGap(f"no entry {index}: the log holds {self.held}")
        return self.terms[bisect_right(self.term_starts, index) - 1]

    def truncated(self, last_index: Index, last_crc: int) -> LogHead:
        """Without the entries after `last_index`."""
        runs = bisect_right(self.term_starts, last_index)
        kept = tuple(entry for entry in self.membership_entries if entry.index <= last_index)
        return replace(
            self,
            last_index=last_index,
            last_crc=last_crc,
            terms=self.terms[:runs],
            term_starts=self.term_starts[:runs],
            membership_entries=kept,
        )

    def extended(self, entries: Sequence[Entry], last_crc: int) -> LogHead:
        """With `entries`, at least one, after the last."""
        terms, starts = self.terms, self.term_starts
        for entry in entries:
            if not terms or terms[-1] != entry.term:
                terms += (entry.term,)
                starts += (entry.index,)
        memberships = tuple(entry for entry in entries if entry.kind is EntryKind.MEMBERSHIP)
        return LogHead(
            self.hard_state,
            self.base,
            entries[-1].index,
            last_crc,
            terms,
            starts,
            self.membership_entries + memberships,
        )

    def compacted(self, base: LogBase) -> LogHead:
        """Without the entries up to the base's index, which the log holds."""
        index = base.snapshot.index
        gone = bisect_right(self.term_starts, index)
        terms, starts = self.terms[gone:], self.term_starts[gone:]
        first = index + 1
        if first <= self.last_index and (not starts or starts[0] != first):
            terms, starts = (self.terms[gone - 1], *terms), (first, *starts)
        kept = tuple(entry for entry in self.membership_entries if entry.index > index)
        return replace(self, base=base, terms=terms, term_starts=starts, membership_entries=kept)
