"""Which membership is in force: a node uses the latest in its log, committed or not (paper §6), and when that
entry is truncated, the one before it.

    base          the membership the log begins after; empty in a new node
    entries       (index, membership) of every MEMBERSHIP entry in the log, ascending
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from raft.errors import LocalMistake
from raft.membership import Membership
from raft.quorum import Joint, Majority, quorum_of
from raft.types import Entry, EntryKind, Index, LogStore


class MembershipHistory:
    """`latest` is in force since `latest_index`, and `quorum` is what it asks for."""

    __slots__ = ("_base_index", "_indexes", "_memberships", "latest", "latest_index", "quorum")

    def __init__(self, store: LogStore) -> None:
        """Raises LocalMistake for a stored entry that holds no membership."""
        base = store.base()
        self._base_index = base.index
        self._indexes: list[Index] = []
        self._memberships: list[Membership] = [base.membership]
        self.latest: Membership
        self.latest_index: Index
        self.quorum: Majority | Joint
        try:
            self.append(store.membership_entries())
        except ValueError as error:
            raise LocalMistake(f"the log holds {error}") from error
        self._take_latest()

    def append(self, entries: Iterable[Entry]) -> None:
        """Note those of kind MEMBERSHIP among entries just appended. Raises ValueError for one that holds no
        membership."""
        kind = EntryKind.MEMBERSHIP
        for entry in [entry for entry in entries if entry.kind is kind]:
            self._memberships.append(Membership.decode(entry.data))
            self._indexes.append(entry.index)
            self._take_latest()

    def truncate(self, index: Index) -> None:
        """The entries from `index` on are gone."""
        keep = bisect_left(self._indexes, index)
        if keep < len(self._indexes):
            del self._indexes[keep:], self._memberships[keep + 1 :]
            self._take_latest()

    def at(self, index: Index) -> Membership:
        """The membership in force at `index`, which is not before the base."""
        return self._memberships[bisect_right(self._indexes, index)]

    def compact(self, index: Index) -> None:
        """The log now begins after `index`."""
        gone = bisect_right(self._indexes, index)
        del self._indexes[:gone], self._memberships[:gone]
        self._base_index = index
        self._take_latest()

    def restore(self, index: Index, membership: Membership) -> None:
        """The log now is empty after `index`, where `membership` is in force."""
        self._indexes.clear()
        self._memberships = [membership]
        self._base_index = index
        self._take_latest()

    def _take_latest(self) -> None:
        self.latest = self._memberships[-1]
        self.latest_index = self._indexes[-1] if self._indexes else self._base_index
        self.quorum = quorum_of(self.latest)
