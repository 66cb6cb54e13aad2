"""The values consensus is made of, and the two things it asks of its surroundings: a log store, a state
machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

NodeId = str
Term = int
Index = int


class EntryKind(Enum):
    COMMAND = 1
    NOOP = 2


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
    state)."""

    term: Term = 0
    vote: NodeId | None = None


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
    """The durable log. Reads see every append that has returned; entries are contiguous from 1."""

    def hard_state(self) -> HardState: ...

    def last_index(self) -> Index:
        """0 when the log is empty."""
        ...

    def term(self, index: Index) -> Term:
        """0 for index 0. Raises LogGap for an index the log does not hold."""
        ...

    def entries(self, low: Index, high: Index, bytes_max: int) -> list[Entry]:
        """Entries low ≤ index < high, cut after `bytes_max` bytes of data but never empty when low < high."""
        ...

    def append(self, hard_state: HardState | None, entries: Sequence[Entry]) -> None:
        """One durable commit: the hard state, and the entries after removing every stored entry from the
        first one's index on. Raises StorageFailed, after which the store is unusable."""
        ...

    def close(self) -> None: ...


class StateMachine(Protocol):
    """What the committed log is applied to. The applied index moves in the same transaction as the state."""

    def applied_index(self) -> Index: ...

    def apply(self, entries: Sequence[Entry]) -> list[bytes]:
        """Apply contiguous entries in one transaction; one response each (empty for a no-op).
        Raises StorageFailed when the disk refuses; never because of what an entry holds."""
        ...

    def close(self) -> None: ...
