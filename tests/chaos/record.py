"""What the clients did and were told: the only evidence that a cluster is judged by."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.client.api import LmsError
from tests.sim.linearizability import Operation

OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
NO_ANSWER = frozenset({"NO_QUORUM", OUTCOME_UNKNOWN, "OVERLOADED"})
"""What a client may be told at any time while there are faults."""


@dataclass(slots=True)
class Record:
    acknowledged_texts: dict[str, str] = field(default_factory=dict)
    """Texts to the ids of their submissions."""
    unknown_texts: set[str] = field(default_factory=set)
    denied_texts: set[str] = field(default_factory=set)
    """Of which the client was told that surely nothing was saved."""
    files: dict[str, str] = field(default_factory=dict)
    """Ids of acknowledged submissions to the SHA-256 of their one file, in hexadecimal."""
    history: list[Operation] = field(default_factory=list)
    """Of the grades."""
    acknowledged: Counter[str] = field(default_factory=Counter)
    """Operations by kind."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Writes of which nobody could tell the client what became of them, by kind."""
    unanswered: Counter[str] = field(default_factory=Counter)
    """Operations that surely had no effect, by kind."""
    violations: list[str] = field(default_factory=list)
    """What may not be, whatever is done to the nodes."""
    last_write_at: float = 0.0
    """When a write was last acknowledged, in seconds of the monotonic clock."""

    def accuse(self, violation: str) -> None:
        """Just now."""
        self.violations.append(f"{datetime.now(UTC):%H:%M:%S.%f} {violation}")

    def done(self, kind: str, *, writes: bool) -> None:
        self.acknowledged[kind] += 1
        if writes:
            self.last_write_at = time.monotonic()

    def failed(self, kind: str, error: LmsError, *, writes: bool) -> None:
        """A call ended without what it was made for."""
        if error.reason not in NO_ANSWER:
            self.accuse(f"{kind}: refused with {error.code} {error.reason}: {error}")
        elif writes and error.reason == OUTCOME_UNKNOWN:
            self.unknown[kind] += 1
        else:
            self.unanswered[kind] += 1
