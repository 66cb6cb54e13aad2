"""Callers that wait for a change of membership to be finished: a change of voters goes through a joint
membership, which the leader follows with the final one by itself."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Sequence

from raft.errors import OutcomeUnknown
from raft.membership import Membership
from raft.types import Entry, EntryKind, Index, Snapshot


class MembershipWaiters:
    def __init__(self, applied: Snapshot) -> None:
        self._index = applied.index
        self._membership = applied.membership
        self._waiting: list[tuple[Index, Future[Membership]]] = []

    async def final(self, index: Index) -> Membership:
        """The membership in force once the change that stands at `index`, which is applied, is finished.
        Raises OutcomeUnknown when the node stops before."""
        if self._index >= index and not self._membership.is_joint:
            return self._membership
        waiting: Future[Membership] = asyncio.get_running_loop().create_future()
        self._waiting.append((index, waiting))
        try:
            return await waiting
        finally:
            self._waiting.remove((index, waiting))

    def applied(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.kind is EntryKind.MEMBERSHIP:
                self._seen(entry.index, Membership.decode(entry.data))

    def installed(self, snapshot: Snapshot) -> None:
        self._seen(snapshot.index, snapshot.membership)

    def fail_all(self, why: str) -> None:
        for _, waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(OutcomeUnknown(why))

    def _seen(self, index: Index, membership: Membership) -> None:
        self._index, self._membership = index, membership
        if membership.is_joint:
            return
        for since, waiting in self._waiting:
            if since <= index and not waiting.done():
                waiting.set_result(membership)
