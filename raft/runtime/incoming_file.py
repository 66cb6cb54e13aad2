"""The file that a snapshot on its way here is written to. Its name tells what it will hold, so that what has
arrived of it is found again after a broken stream or a restart, and of no other file."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

import google_crc32c

from raft.errors import SnapshotDamaged
from raft.runtime.snapshot_limits import SnapshotLimits
from raft.runtime.snapshot_stream import DAMAGED, SnapshotChunk, SnapshotOffer, StreamRefused
from raft.types import Snapshot, StateMachine

SYNC_BYTES: Final = 8 << 20
"""Written through this often, so that no large write at the end holds up the log's disk."""

_PREFIX: Final = "incoming-"


class IncomingFile:
    """Blocking, and used by one thread. Every method raises StreamRefused with what the sender should be
    told, OSError when the disk refuses."""

    def __init__(self, folder: Path, offer: SnapshotOffer, limits: SnapshotLimits) -> None:
        """Whatever is in the folder for other offers is deleted, and what is there for this one taken up."""
        self.path = folder / f"{_PREFIX}{offer.sha256.hex()}"
        self._offer = offer
        self._unsynced = 0
        for other in folder.glob(f"{_PREFIX}*"):
            if other != self.path:
                other.unlink()
        self.path.touch(mode=0o600)
        self._file = self.path.open("ab", buffering=0)
        if self._file.tell() > offer.size:
            self._file.truncate(0)
            self._file.seek(0)
        self.offset = self._file.tell()
        """Bytes that are here."""
        self._free_bytes_min = limits.free_bytes_min
        self._check_room(offer.size - self.offset)

    def write(self, chunk: SnapshotChunk) -> None:
        end = chunk.offset + len(chunk.data)
        if end <= self.offset:
            return  # it came twice
        if chunk.offset != self.offset or end > self._offer.size:
            raise StreamRefused("a chunk out of place")
        if google_crc32c.value(chunk.data) != chunk.crc32c:
            raise StreamRefused("a chunk that arrived damaged")
        try:
            left = memoryview(chunk.data)
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            self.delete()  # the room is needed for the log
            raise
        self.offset = end
        self._unsynced += len(chunk.data)
        if self._unsynced >= SYNC_BYTES:
            self._sync()
            self._check_room(0)

    def verify(self, state_machine: StateMachine) -> Snapshot:
        """All of it is here, durable, and what was offered. Otherwise it is deleted and refused."""
        self._sync()
        offered = self._offer
        try:
            with self.path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").digest() != offered.sha256:
                    raise SnapshotDamaged("not the file that was offered")
            snapshot = state_machine.read_snapshot(self.path)
            if snapshot != offered.install.snapshot:
                raise SnapshotDamaged("not the snapshot that was offered")
        except SnapshotDamaged:
            self.delete()
            raise StreamRefused(DAMAGED) from None
        return snapshot

    def close(self) -> None:
        self._file.close()

    def delete(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _check_room(self, size: int) -> None:
        """Raises StreamRefused, and makes room, when `size` more bytes would leave too little of it."""
        if shutil.disk_usage(self.path.parent).free - size < self._free_bytes_min:
            self.delete()
            raise StreamRefused("no room on the disk")

    def _sync(self) -> None:
        os.fsync(self._file.fileno())
        self._unsynced = 0


def delete_incoming(folder: Path) -> None:
    """Whatever has arrived of any snapshot."""
    for path in folder.glob(f"{_PREFIX}*"):
        path.unlink()
