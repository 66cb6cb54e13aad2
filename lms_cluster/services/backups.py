"""Backup: a consistent copy of the applied state, written beside the state while the node goes on, and
sent."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncGenerator
from pathlib import Path

from lms_cluster.deadline import Deadline
from lms_cluster.overload import Admission
from protos.lms_pb2 import BackupHeader, BackupResponse
from raft.types import StateMachine

CHUNK_BYTES = 1 << 20
PREFIX = "backup-"


class Backups:
    def __init__(self, folder: Path, state: StateMachine) -> None:
        """Removes from `folder` what a backup left there that was cut short."""
        self._folder = folder
        self._state = state
        self._admission = Admission(1, "Another backup of this node is under way.", 5.0)
        for left in folder.glob(f"{PREFIX}*"):
            left.unlink(missing_ok=True)

    async def backup(self, deadline: Deadline) -> AsyncGenerator[BackupResponse, None]:
        """The header, then the file in order. Raises Overloaded, TimeoutError, StorageFailed."""
        path = self._folder / f"{PREFIX}{secrets.token_hex(4)}.db"
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


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
