"""A log store in memory. What `append` was given is durable once it returns; what a crash loses is
what it was not given yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from raft import Entry, EntryKind, HardState, LogGap


class Disk:
    def __init__(self, hard_state: HardState = HardState(), log: Iterable[Entry] = ()) -> None:  # noqa: B008
        self._hard_state = hard_state
        self.log = list(log)
        self.reads = 0

    def hard_state(self) -> HardState:
        return self._hard_state

    def last_index(self) -> int:
        return len(self.log)

    def term(self, index: int) -> int:
        self.reads += 1
        if not 0 <= index <= len(self.log):
            raise LogGap(index)
        return self.log[index - 1].term if index else 0

    def entries(self, low: int, high: int, bytes_max: int) -> list[Entry]:
        self.reads += 1
        if not 1 <= low <= high <= len(self.log) + 1:
            raise LogGap((low, high))
        found: list[Entry] = []
        for entry in self.log[low - 1 : high - 1]:
            if found and sum(len(e.data) for e in found) + len(entry.data) > bytes_max:
                break
            found.append(entry)
        return found

    def append(self, hard_state: HardState | None, entries: Sequence[Entry]) -> None:
        if hard_state is not None:
            before = self._hard_state
            assert hard_state.term >= before.term, "the stored term went back"
            if hard_state.term == before.term:
                assert before.vote in (None, hard_state.vote), "a stored vote was changed within its term"
            self._hard_state = hard_state
        if entries:
            assert entries[0].index <= len(self.log) + 1, "a gap in the stored log"
            self.log[entries[0].index - 1 :] = entries

    def close(self) -> None:
        pass


def log_of_terms(*terms: int) -> list[Entry]:
    """One command per term, from index 1 on."""
    return [Entry(term, index, EntryKind.COMMAND, b"%d" % term) for index, term in enumerate(terms, 1)]
