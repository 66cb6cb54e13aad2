"""How much the log holds, and where its tail begins."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from raft.types import Index

STRETCHES_PER_TAIL: Final = 64


@dataclass(frozen=True, slots=True)
class CompactionPolicy:
    """The log is cut back to a tail of at most so many applied entries, and bytes of their data, once it
    holds twice as many of either."""

    tail_entries: int = 10_000
    tail_bytes: int = 64 << 20

    @property
    def stretch_bytes(self) -> int:
        """How finely sizes are kept."""
        return self.tail_bytes // STRETCHES_PER_TAIL


class LogSizes:
    """Bytes of data in the applied entries after `base_index`, in stretches of some 1/64 of a tail."""

    def __init__(self, policy: CompactionPolicy, base_index: Index, last_index: Index) -> None:
        self._policy = policy
        self.base_index = base_index
        self._last_index = last_index
        self._size = 0
        self._stretches: deque[tuple[Index, int]] = deque()
        """(last index, bytes)."""

    def precede(self, stretches: Iterable[tuple[Index, int]]) -> None:
        """What was in the log before anything was added."""
        known = list(stretches)
        self._stretches.extendleft(reversed(known))
        self._size += sum(size for _, size in known)
        self.begin_after(self.base_index)

    def add(self, last_index: Index, size: int) -> None:
        """The entries up to `last_index`, with `size` bytes, have been applied."""
        self._last_index = last_index
        self._size += size
        if self._stretches and self._stretches[-1][1] + size <= self._policy.stretch_bytes:
            size += self._stretches.pop()[1]
        self._stretches.append((last_index, size))

    def begin_after(self, index: Index) -> None:
        """The log is compacted up to `index`, or begins anew there."""
        self.base_index = max(index, self.base_index)
        self._last_index = max(index, self._last_index)
        while self._stretches and self._stretches[0][0] <= index:
            self._size -= self._stretches.popleft()[1]

    def exceed(self, tails: int) -> bool:
        entries = self._last_index - self.base_index
        return entries > tails * self._policy.tail_entries or self._size > tails * self._policy.tail_bytes

    def tail_begin(self) -> Index:
        """The first index after which no more than a tail follows."""
        begin = self._last_index - self._policy.tail_entries
        size = self._size
        for last_index, stretch in self._stretches:
            if size <= self._policy.tail_bytes:
                break
            size -= stretch
            begin = max(begin, last_index)
        return begin
