"""What happened, as one number: two runs of a seed are the same when their traces have the same digest."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from typing import Final
from zlib import crc32

RECENT: Final = 40


class Trace:
    """`recent` keeps the last events for whoever must explain a failure; `faults` counts what was done to the
    cluster, by kind."""

    def __init__(self) -> None:
        self.events = 0
        self.digest = 0
        self.recent: deque[str] = deque(maxlen=RECENT)
        self.faults: Counter[str] = Counter()
        self.on_event: Callable[[str], None] | None = None

    def note(self, now: float, event: str) -> None:
        self.events += 1
        line = f"{now:.6f} {event}"
        self.digest = crc32(line.encode(), self.digest)
        self.recent.append(line)
        if self.on_event is not None:
            self.on_event(line)

    def fault(self, now: float, kind: str, detail: str = "") -> None:
        self.faults[kind] += 1
        self.note(now, f"fault: {kind} {detail}")

    def __str__(self) -> str:
        return f"event {self.events}, trace {self.digest:08x}"
