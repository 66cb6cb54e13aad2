"""Everybody who waits for something of this node, and the news that settles them."""

from __future__ import annotations

from collections.abc import Sequence

from raft.runtime.leadership import Leadership
from raft.runtime.membership_waiters import MembershipWaiters
from raft.runtime.metrics import Metrics
from raft.runtime.proposals import ProposalWaiters
from raft.runtime.reads import ReadWaiters
from raft.types import Entry, Snapshot


class Callers:
    def __init__(self, applied: Snapshot, metrics: Metrics) -> None:
        self.proposals = ProposalWaiters(applied.index)
        self.reads = ReadWaiters(applied.index)
        self.memberships = MembershipWaiters(applied)
        self.leadership = Leadership(metrics)

    def applied(self, entries: Sequence[Entry], responses: Sequence[bytes]) -> None:
        """Contiguous entries have been applied, with these responses."""
        self.memberships.applied(entries)
        self.proposals.applied(entries, responses)
        self.reads.applied(entries[-1].index)

    def installed(self, snapshot: Snapshot) -> None:
        """A snapshot has taken the place of the state."""
        self.memberships.installed(snapshot)
        self.proposals.installed(snapshot.index)
        self.reads.applied(snapshot.index)

    def fail_all(self, why: str) -> None:
        """No more news will come."""
        self.proposals.fail_all(why)
        self.reads.fail_all(why)
        self.memberships.fail_all(why)
        self.leadership.fail_all(why)
