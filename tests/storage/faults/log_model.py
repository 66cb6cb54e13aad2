"""What a log store should hold, in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from raft.membership import Membership
from raft.types import Entry, EntryKind, HardState, Index, Snapshot
from storage.log_store import SqliteLogStore

MEMBERSHIP = Membership(voters=("n1", "n2", "n3"))
BYTES_MAX = 1 << 30


@dataclass(frozen=True, slots=True)
class LogModel:
    hard_state: HardState
    base: Snapshot
    entries: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, store: SqliteLogStore) -> LogModel:
        """What the store gives when it is asked for everything."""
        base = store.base()
        entries = store.entries(base.index + 1, store.last_index() + 1, BYTES_MAX)
        return cls(store.hard_state(), base, tuple(entries))

    @property
    def last_index(self) -> Index:
        return self.base.index + len(self.entries)

    def appended(self, hard_state: HardState | None, entries: Sequence[Entry]) -> LogModel:
        kept = self.entries
        if entries:
            kept = (*kept[: entries[0].index - self.base.index - 1], *entries)
        return replace(self, hard_state=hard_state or self.hard_state, entries=kept)

    def compacted(self, base: Snapshot) -> LogModel:
        return replace(self, base=base, entries=self.entries[base.index - self.base.index :])

    def restored(self, base: Snapshot) -> LogModel:
        return replace(self, base=base, entries=())


FOUNDED = LogModel(HardState(), Snapshot(0, 0, MEMBERSHIP))


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a store, and what the store holds once it is done."""

    make: Callable[[SqliteLogStore], None]
    after: LogModel


def random_write(random: Random, before: LogModel) -> Write:
    """Terms only grow, as in a cluster: no two versions of an entry have the same term."""
    term = before.hard_state.term + 1
    kinds = ("append", "truncate", "vote", "compact", "restore")
    match random.choices(kinds, (8, 3, 3, 2, 0.3))[0]:
        case "compact" if before.entries:
            entry = random.choice(before.entries)
            return compaction(before, Snapshot(entry.index, entry.term, MEMBERSHIP))
        case "restore":
            return restoration(before, Snapshot(before.last_index + random.randint(0, 9), term, MEMBERSHIP))
        case "vote":
            return append(before, HardState(term, random.choice((None, "n1", "n2"))), [])
        case kind:
            first = before.last_index + 1
            if kind == "truncate":
                first = random.randint(before.base.index + 1, first)
            sizes = [random.choice((0, 30, 700, 9_000)) for _ in range(random.randint(1, 4))]
            entries = [
                Entry(term, index, EntryKind.COMMAND, random.randbytes(size))
                for index, size in enumerate(sizes, start=first)
            ]
            return append(before, HardState(term, "n1"), entries)


def append(before: LogModel, hard_state: HardState | None, entries: Sequence[Entry]) -> Write:
    return Write(lambda store: store.append(hard_state, entries), before.appended(hard_state, entries))


def compaction(before: LogModel, base: Snapshot) -> Write:
    return Write(lambda store: store.compact(base), before.compacted(base))


def restoration(before: LogModel, base: Snapshot) -> Write:
    return Write(lambda store: store.restore(base), before.restored(base))
