"""What a node hands its driver: work to do in the order the fields stand. "Persist before reply" is a type
here: a message that depends on unsynced state can only be found in `messages_after_durable`."""

from __future__ import annotations

from dataclasses import dataclass

from raft.messages import Message, ProposalResult
from raft.types import Entry, HardState, Index, Snapshot


@dataclass(frozen=True, slots=True)
class ReadReady:
    """Read `id` is linearizable once the applied index reaches `index`; refused when `index` is None."""

    id: int
    index: Index | None


@dataclass(frozen=True, slots=True)
class Ready:
    messages: tuple[Message, ...]
    """May leave at once: they promise nothing about this node's disk."""
    snapshot: Snapshot | None
    """To be installed before anything below: the state machine takes it, then the log store is restored to
    it. Nothing that was handed out earlier may be applied after it."""
    hard_state: HardState | None
    entries: tuple[Entry, ...]
    """To be made durable together with `hard_state`, in one commit."""
    messages_after_durable: tuple[Message, ...]
    """May leave once that commit has returned."""
    committed: tuple[Entry, ...]
    """To be applied, in order. They are durable on a majority, and on this node once that commit has
    returned."""
    proposal_results: tuple[ProposalResult, ...]
    """For this node's own callers."""
    reads: tuple[ReadReady, ...]
