"""The last resort when a majority of a cluster's disks is lost for good: one node goes on without them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from raft.membership import Membership
from raft.types import Entry, EntryKind, HardState
from storage.log_store import SqliteLogStore


def force_membership(path: Path, membership: Membership) -> Entry:
    """Have the log of a stopped node end with `membership`, in one durable commit; gives the entry.

    No majority agreed to this. What the lost nodes acknowledged and this log lacks is gone, and what this
    log holds that was never committed will be. To be done on one node alone, the one with the most recent
    log (its last entry's term, then its index, decides), and with itself as the only voter; every other one
    that is left has its files set aside and joins again. A node of the old cluster that comes back with its
    files would still believe in the old majority.

    It is an entry and not another base, because the entries before it stay what they were, and a membership
    is active as soon as it is appended. Its term, which becomes this node's own, is one that nobody else
    can have voted in with this node's help; alone, the node elects itself in the one after it, and commits
    everything up to here.

    Raises StorageFailed, of which LogCorrupted: a damaged log cannot be built upon.
    """
    with closing(SqliteLogStore(path)) as store:
        term = store.hard_state().term + 1
        entry = Entry(term, store.last_index() + 1, EntryKind.MEMBERSHIP, membership.encode())
        store.append(HardState(term), [entry])
    return entry
