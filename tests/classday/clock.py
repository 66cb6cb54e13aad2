"""The simulated days: one clock for all processes, which stands in a file and is moved by hand."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


class SchoolClock:
    """The time of day is the machine's and so many seconds more, which stand in the file at `path`.

    What waits goes on waiting by the machine's own clock: days pass in a moment, and no deadline with them.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead()

    def seconds(self) -> float:
        """Since the epoch."""
        return self().timestamp()

    def nanoseconds(self) -> int:
        """Since the epoch, to the microsecond."""
        return int(self.seconds() * 1_000_000) * 1_000

    def pass_until(self, moment: datetime) -> None:
        """Let the time be `moment`, or later, in every process that lives by this clock."""
        ahead = self._ahead() + max(timedelta(), moment - self())
        beside = self._path.with_suffix(".new")
        beside.write_text(f"{ahead.total_seconds()}")
        os.replace(beside, self._path)  # noqa: PTH105 -- whoever reads it sees the old or the new

    def _ahead(self) -> timedelta:
        return timedelta(seconds=float(self._path.read_text())) if self._path.exists() else timedelta()
