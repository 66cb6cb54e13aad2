"""Copies of the state on their way to peers: made once, shared by all who need one, deleted when nobody
does."""

from __future__ import annotations

import asyncio
import hashlib
from asyncio import TimerHandle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from raft.runtime.daemon_thread import DaemonThread
from raft.types import Index, Snapshot, StateMachine

KEPT_SECONDS: Final = 60.0
"""After its last use: a peer whose stream broke comes back for the rest."""

_PREFIX: Final = "outgoing-"


@dataclass(slots=True, eq=False)
class SnapshotFile:
    """`size` in bytes; `sha256` of the whole file."""

    path: Path
    snapshot: Snapshot
    size: int
    sha256: bytes
    users: int = 0
    expiry: TimerHandle | None = None


class SnapshotFiles:
    """In `folder`, which is made when it is not there; what an earlier run left is deleted."""

    def __init__(self, state_machine: StateMachine, folder: Path) -> None:
        self._state_machine = state_machine
        self._folder = folder
        self._thread = DaemonThread("raft-snapshot-copy")
        self._making = asyncio.Lock()
        self._made = 0
        self._files: list[SnapshotFile] = []
        self._making_from: Index | None = None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.glob(f"{_PREFIX}*"):
            left.unlink()

    def pinned_index(self) -> Index | None:
        """Whoever takes a file goes on with the log after this index."""
        pinned = [file.snapshot.index for file in self._files]
        if self._making_from is not None:
            pinned.append(self._making_from)
        return min(pinned, default=None)

    @asynccontextmanager
    async def lease(self, index_min: Index) -> AsyncIterator[SnapshotFile]:
        """A copy of the state at `index_min` or later. Raises StorageFailed and OSError when none can be
        made."""
        async with self._making:  # whoever comes meanwhile shares what is made
            file = next((file for file in self._files if file.snapshot.index >= index_min), None)
            if file is None:
                file = await self._make()
            file.users += 1
            if file.expiry is not None:
                file.expiry.cancel()
        try:
            yield file
        finally:
            file.users -= 1
            if file.users == 0 and file in self._files:
                file.expiry = asyncio.get_running_loop().call_later(KEPT_SECONDS, self.retire, file)

    def retire(self, file: SnapshotFile) -> None:
        """Nobody takes it from now on. An open file can be read to its end though its name is gone."""
        if file in self._files:
            self._files.remove(file)
            asyncio.get_running_loop().run_in_executor(self._thread, file.path.unlink)

    def close(self) -> None:
        for file in self._files.copy():
            if file.expiry is not None:
                file.expiry.cancel()
            self.retire(file)
        self._thread.shutdown(wait=False)

    async def _make(self) -> SnapshotFile:
        self._made += 1
        path = self._folder / f"{_PREFIX}{self._made}"
        self._making_from = self._state_machine.applied().index
        try:
            loop = asyncio.get_running_loop()
            file = await loop.run_in_executor(self._thread, _copy, self._state_machine, path)
        finally:
            self._making_from = None
        self._files.append(file)
        return file


def _copy(state_machine: StateMachine, path: Path) -> SnapshotFile:
    try:
        snapshot = state_machine.write_snapshot(path)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").digest()
        return SnapshotFile(path, snapshot, path.stat().st_size, sha256)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
