"""What is wrong with this node at the moment: each alarm is a log line when it begins and when it ends, a
sentence in the cluster's status, and a metric."""

from __future__ import annotations

from enum import Enum

import structlog

_log = structlog.get_logger(__name__)


class Alarm(Enum):
    UNSYNCED = "unsynced"
    DISK_STALLED = "disk_stalled"
    DISK_ALMOST_FULL = "disk_almost_full"
    HISTORIES_DIFFER = "histories_differ"


class Alarms:
    def __init__(self) -> None:
        self._sounding: dict[Alarm, str] = {}

    def sound(self, alarm: Alarm, sentence: str) -> None:
        """`sentence`: what is wrong and what follows, for people. Logged when it is news."""
        if self._sounding.get(alarm) != sentence:
            self._sounding[alarm] = sentence
            _log.warning("alarm", alarm=alarm.value, what=sentence)

    def end(self, alarm: Alarm) -> None:
        """Idempotent."""
        if self._sounding.pop(alarm, None) is not None:
            _log.info("alarm over", alarm=alarm.value)

    def sounds(self, alarm: Alarm) -> bool:
        return alarm in self._sounding

    def sounding(self) -> list[str]:
        return list(self._sounding.values())
