"""Backup: a consistent copy of the applied state, written beside the state while the node goes on; then sent,
or kept there."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from lms_cluster.deadline import Deadline
from lms_cluster.disk_reserve import RESUME_BYTES
from lms_cluster.overload import Admission
from lms_cluster.refusal import Code, Refused
from protos.lms_pb2 import BackupHeader, BackupResponse, SaveBackupResponse
from raft.types import StateMachine
from storage.files import replace_durably
from storage.set_aside import STATE

CHUNK_BYTES = 1 << 20
PREFIX = "backup-"
KEPT_FOLDER = "backups"
KEPT_MAX = 5
"""The oldest are removed beyond this, so that asking for backups does not fill the disk."""


class Backups:
    def __init__(self, folder: Path, state: StateMachine, free: Callable[[], int]) -> None:
        """Removes from `folder` what a backup left there that was cut short. `free` tells how many bytes are
        free on its disk."""
        self._folder = folder
        self._state = state
        self._free = free
        self._admission = Admission(1, "Another backup of this node is under way.", 5.0)
        for left in folder.glob(f"{PREFIX}*"):
            left.unlink(missing_ok=True)

    async def backup(self, deadline: Deadline) -> AsyncGenerator[BackupResponse, None]:
        """The header, then the file in order. Raises Overloaded, TimeoutError, StorageFailed."""
        path = self._new_path()
        with self._admission.admitted():
            try:
                async with deadline.limit():
                    snapshot = await asyncio.to_thread(self._state.write_snapshot, path)
                    yield BackupResponse(
                        header=BackupHeader(
                            index=snapshot.index,
                            term=snapshot.term,
                            size=path.stat().st_size,
                            sha256=await asyncio.to_thread(_sha256, path),
                        )
                    )
                    with path.open("rb") as file:
                        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                            yield BackupResponse(chunk=chunk)
            finally:
                path.unlink(missing_ok=True)

    async def save(self, node_id: str, deadline: Deadline) -> SaveBackupResponse:
        """Keep one in the folder's KEPT_FOLDER, as `lmsctl restore` takes it. Raises as `backup` does."""
        path = self._new_path()
        with self._admission.admitted():
            try:
                async with deadline.limit():
                    snapshot = await asyncio.to_thread(self._state.write_snapshot, path)
                    sha256 = await asyncio.to_thread(_sha256, path)
                    kept = await asyncio.to_thread(self._keep, path, snapshot.index)
            finally:
                path.unlink(missing_ok=True)
        return SaveBackupResponse(
            node_id=node_id,
            path=str(kept.resolve()),
            index=snapshot.index,
            term=snapshot.term,
            size=kept.stat().st_size,
            sha256=sha256,
        )

    def demand_room(self, node_id: str) -> None:
        """A copy that is kept must leave the node what it needs of the disk to go on writing. Raises Refused
        NO_ROOM."""
        copied = sum(file.stat().st_size for file in self._folder.glob(f"{STATE}*"))
        if self._free() < copied + RESUME_BYTES:
            message = f"The disk of {node_id} has no room for a backup; nothing was saved."
            raise Refused(Code.FAILED_PRECONDITION, "NO_ROOM", message)

    def _new_path(self) -> Path:
        return self._folder / f"{PREFIX}{secrets.token_hex(4)}.db"

    def _keep(self, path: Path, index: int) -> Path:
        folder = self._folder / KEPT_FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        kept = folder / f"classroom-{index:012}.db"
        replace_durably(path, kept)
        kept.chmod(0o600)
        for old in sorted(folder.glob("classroom-*.db"))[:-KEPT_MAX]:
            old.unlink(missing_ok=True)
        return kept


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
