"""A log store in memory. What `append` was given is durable once it returns; what a crash loses is
what it was not given yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from raft import Entry, EntryKind, HardState, LogGap, Membership, Snapshot

NOWHERE = Snapshot(0, 0, Membership())


class Disk:
    """`log` holds the entries after `base`."""

    def __init__(
        self,
        hard_state: HardState = HardState(),  # noqa: B008
        log: Iterable[Entry] = (),
        voters: str = "abc",
        base: Snapshot | None = None,
    ) -> None:
        self._hard_state = hard_state
        self._base = base or Snapshot(0, 0, Membership(tuple(voters)))
        self.log = list(log)
        self.reads = 0

    @classmethod
    def blank(cls) -> Disk:
        """Of a new node, or one whose disk was wiped."""
        return cls(HardState(synced=False), base=NOWHERE)

    def hard_state(self) -> HardState:
        return self._hard_state

    def base(self) -> Snapshot:
        return self._base

    def last_index(self) -> int:
        return self._base.index + len(self.log)

    def term(self, index: int) -> int:
        self.reads += 1
        if not self._base.index <= index <= self.last_index():
            raise LogGap(index)
        return self.entry(index).term if index > self._base.index else self._base.term

    def entry(self, index: int) -> Entry:
        return self.log[index - self._base.index - 1]

    def entries(self, low: int, high: int, bytes_max: int) -> list[Entry]:
        self.reads += 1
        if not self._base.index < low <= high <= self.last_index() + 1:
            raise LogGap((low, high))
        found: list[Entry] = []
        for entry in self.log[low - self._base.index - 1 : high - self._base.index - 1]:
            if found and sum(len(e.data) for e in found) + len(entry.data) > bytes_max:
                break
            found.append(entry)
        return found

    def membership_entries(self) -> list[Entry]:
        return [entry for entry in self.log if entry.kind is EntryKind.MEMBERSHIP]

    def append(self, hard_state: HardState | None, entries: Sequence[Entry]) -> None:
        if hard_state is not None:
            before = self._hard_state
            assert hard_state.term >= before.term, "the stored term went back"
            assert hard_state.synced >= before.synced, "a synced node is not synced any more"
            if hard_state.term == before.term:
                assert before.vote in (None, hard_state.vote), "a stored vote was changed within its term"
            self._hard_state = hard_state
        if entries:
            assert self._base.index < entries[0].index <= self.last_index() + 1, "a gap in the stored log"
            self.log[entries[0].index - self._base.index - 1 :] = entries

    def compact(self, base: Snapshot) -> None:
        assert self.term(base.index) == base.term
        del self.log[: base.index - self._base.index]
        self._base = base

    def restore(self, base: Snapshot) -> None:
        self.log.clear()
        self._base = base

    def close(self) -> None:
        pass


def log_of_terms(*terms: int) -> list[Entry]:
    """One command per term, from index 1 on."""
    return [Entry(term, index, EntryKind.COMMAND, b"%d" % term) for index, term in enumerate(terms, 1)]
