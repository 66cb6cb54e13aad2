"""The disk's high-water mark: a node stops taking writes while there is still room for what it must write.

A full disk ends a node in the middle of a write. Before that, a node whose disk runs low hands leadership
over and refuses its clients' writes; it goes on reading, and receiving what the others agree on. It takes
writes again once there is clearly more room than that, so that it does not waver at the mark.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

from lms_cluster.alarms import Alarm, Alarms
from lms_cluster.overload import Overloaded
from raft.runtime.driver import Driver
from raft.runtime.leadership import TransferFailed
from raft.types import Role

RESERVE_BYTES = 256 << 20
"""Below this the disk is almost full."""
RESUME_BYTES = 384 << 20
LOOK_SECONDS = 1.0
HAND_OVER_SECONDS = 5.0
HAND_OVER_AGAIN_SECONDS = 30.0
"""Where every disk is almost full, leadership is not to go round in circles."""
RETRY_SECONDS = 2.0
REASON = "disk_almost_full"
"""What a leader gives as its reason to those who forward proposals to it."""

FreeBytes = Callable[[Path], int]


def free_bytes(folder: Path) -> int:
    """Of the folder's disk, for a process without privileges. Raises OSError."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def disk_almost_full() -> Overloaded:
    message = "The course servers' disk is almost full; nothing was saved."
    return Overloaded(message, RETRY_SECONDS, "DISK_ALMOST_FULL")


class DiskReserve:
    """Looks after the disk that `folder` is on. `measure` tells how much of it is free."""

    def __init__(self, folder: Path, driver: Driver, alarms: Alarms, measure: FreeBytes = free_bytes) -> None:
        self._folder = folder
        self._driver = driver
        self._alarms = alarms
        self._measure = measure
        self._hand_over_at = 0.0
        self.free = measure(folder)
        """Bytes, as of the last look."""

    def demand_room(self) -> None:
        """Raises Overloaded DISK_ALMOST_FULL."""
        if self._alarms.sounds(Alarm.DISK_ALMOST_FULL):
            raise disk_almost_full()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.free = await asyncio.to_thread(self._measure, self._folder)
            await self._judge()
            await asyncio.sleep(LOOK_SECONDS)

    async def _judge(self) -> None:
        if self.free >= RESUME_BYTES:
            self._driver.refuse_writes("")
            self._alarms.end(Alarm.DISK_ALMOST_FULL)
        elif self.free < RESERVE_BYTES:
            self._driver.refuse_writes(REASON)
            self._alarms.sound(
                Alarm.DISK_ALMOST_FULL,
                f"the disk is almost full (less than {RESERVE_BYTES >> 20} MiB are free): "
                "this node takes no writes until there is room",
            )
        if self._alarms.sounds(Alarm.DISK_ALMOST_FULL):
            await self._yield_leadership()

    async def _yield_leadership(self) -> None:
        now = time.monotonic()
        if self._driver.status().role is not Role.LEADER or now < self._hand_over_at:
            return
        self._hand_over_at = now + HAND_OVER_AGAIN_SECONDS
        try:
            await self._driver.transfer_leadership(None, HAND_OVER_SECONDS)
        except TransferFailed:
            return  # nobody else can lead; reading goes on here
