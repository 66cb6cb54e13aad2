"""The values consensus is made of, and the two things it asks of its surroundings: a log store, a state
machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from raft.membership import Membership

NodeId = str
Term = int
Index = int


class EntryKind(Enum):
    COMMAND = 1
    NOOP = 2
    MEMBERSHIP = 3
    """Its data is an encoded Membership."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the replicated log. `index` counts from 1."""

    term: Term
    index: Index
    kind: EntryKind
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class HardState:
    """What must be durable before any message that depends on it leaves (paper, figure 2: persistent
    state).

    `synced` is False from the making of a store that did not found its cluster (a new node, a wiped or
    damaged disk) until a leader has shown, without this node's help, that nothing it may have promised in an
    earlier life is missing. Until then it neither votes nor counts.
    """

    term: Term = 0
    vote: NodeId | None = None
    synced: bool = True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a copy of the state stands for: the log up to `index`, whose last entry is of `term`, and the
    membership in force there. Index 0 is the state before any entry."""

    index: Index
    term: Term
    membership: Membership


@dataclass(frozen=True, slots=True)
class Proposal:
    """A command on its way into the log; `id` is unique within one run of the node that proposes it."""

    id: int
    data: bytes


class Role(Enum):
    FOLLOWER = "follower"
    CANDIDATE = "candidate"
    LEADER = "leader"


class LogStore(Protocol):
    """The durable log: contiguous entries after `base`. Reads see every write that has returned; writes come
    from one thread at a time, reads from any. Every write raises StorageFailed, after which the store is
    unusable."""

    def hard_state(self) -> HardState: ...

    def base(self) -> Snapshot:
        """What precedes the first entry: everything up to its index has been compacted, or was never here."""
        ...

    def last_index(self) -> Index:
        """The base's index when the log holds no entry."""
        ...

    def term(self, index: Index) -> Term:
        """Also of the base's index. Raises LogGap for any other index the log does not hold."""
        ...

    def entries(self, low: Index, high: Index, bytes_max: int) -> list[Entry]:
        """Entries low ≤ index < high, cut after `bytes_max` bytes of data but never empty when low < high.
        Raises LogGap."""
        ...

    def membership_entries(self) -> list[Entry]:
        """Every entry of kind MEMBERSHIP in the log, in order."""
        ...

    def append(self, hard_state: HardState | None, entries: Sequence[Entry]) -> None:
        """One durable commit: the hard state, and the entries after removing every stored entry from the
        first one's index on."""
        ...

    def compact(self, base: Snapshot) -> None:
        """One durable commit: forget the entries up to `base.index`, which the log holds. What follows
        stays."""
        ...

    def restore(self, base: Snapshot) -> None:
        """One durable commit: forget every entry and begin anew after `base` (a snapshot was installed). The
        hard state stays."""
        ...

    def close(self) -> None: ...


class StateMachine(Protocol):
    """What the committed log is applied to. `applied` moves in the same transaction as the state. `apply` and
    `install` are called by one thread at a time, the rest from any thread."""

    def applied(self) -> Snapshot:
        """How far the log has been applied, and the membership in force there."""
        ...

    def apply(self, entries: Sequence[Entry]) -> list[bytes]:
        """Apply contiguous entries in one transaction; one response each (empty unless a COMMAND).
        Raises StorageFailed when the disk refuses; never because of what an entry holds."""
        ...

    def checkpoint(self) -> Index:
        """Make what is applied survive a power cut; gives the index up to which it does now. The log may be
        compacted up to there. Raises StorageFailed."""
        ...

    def write_snapshot(self, path: Path) -> Snapshot:
        """Write a consistent, durable copy of the state to the new file `path`, while `apply` goes on. Raises
        StorageFailed."""
        ...

    def read_snapshot(self, path: Path) -> Snapshot:
        """What the file holds, after verifying all of it; takes time in proportion. Raises
        SnapshotDamaged."""
        ...

    def install(self, path: Path) -> None:
        """Take the verified file in place of the state, atomically and durably: a crash leaves the old state
        or the new one. The file is consumed; takes no time in proportion to it. Raises StorageFailed."""
        ...

    def close(self) -> None: ...
