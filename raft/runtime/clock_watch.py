"""Notices a wall clock that jumps. Nothing here depends on it, but what people are shown, and deadlines they
set, do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

from raft.runtime.metrics import Metrics

JUMP_SECONDS_MIN: Final = 1.0

log = structlog.get_logger("raft.clock")


class ClockWatch:
    """`wall` gives the time of day, `steady` a time that never jumps; both in seconds."""

    def __init__(self, wall: Callable[[], float], steady: Callable[[], float], metrics: Metrics) -> None:
        self._wall = wall
        self._steady = steady
        self._metrics = metrics
        self._offset = wall() - steady()

    def look(self) -> None:
        """Compare them, a few times a second: a clock that is slewed moves too little in between to count."""
        offset = self._wall() - self._steady()
        jump, self._offset = offset - self._offset, offset
        if abs(jump) >= JUMP_SECONDS_MIN:
            self._metrics.clock_jumps.inc()
            log.warning("the wall clock jumped", seconds=round(jump, 3))
