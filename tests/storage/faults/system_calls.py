"""The files that storage handles without SQLite: renamed, removed, synced. Those of the disk's folder
go into its journal; all others, and its subfolders', pass."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from tests.storage.faults.disk import Synced, SyncFailed
from tests.storage.faults.vfs import FaultyVFS, Kind


class SystemCalls:
    def __init__(self, vfs: FaultyVFS, patch: pytest.MonkeyPatch) -> None:
        self._vfs = vfs
        self._folder = vfs.disk.folder
        self._replace, self._unlink, self._fsync = os.replace, os.unlink, os.fsync
        patch.setattr(os, "replace", self.replace)
        patch.setattr(os, "rename", self.replace)
        patch.setattr(os, "unlink", self.unlink)
        patch.setattr(os, "fsync", self.fsync)

    def replace(self, source: Any, target: Any) -> None:
        if self._is_ours(source):
            self._meet("rename")
            self._vfs.disk.rewritten(Path(source).name)
        self._replace(source, target)
        if self._is_ours(source) and self._is_ours(target):
            self._vfs.disk.rename(Path(source).name, Path(target).name)

    def unlink(self, path: Any, *, dir_fd: int | None = None) -> None:
        if dir_fd is not None or not self._is_ours(path):
            self._unlink(path, dir_fd=dir_fd)
            return
        self._meet("delete")
        self._unlink(path)
        self._vfs.disk.remove(Path(path).name)

    def fsync(self, descriptor: int) -> None:
        """A sync of the folder that fails leaves its names pending, as one that was never tried."""
        opened = os.fstat(descriptor)
        disk = self._vfs.disk
        if os.path.samestat(opened, self._folder.stat()):
            self._meet("sync")
            self._fsync(descriptor)
            disk.sync_folder()
            return
        name = next(
            (path.name for path in self._folder.iterdir() if os.path.samestat(opened, path.stat())), ""
        )
        if not name:
            self._fsync(descriptor)
            return
        file = disk.rewritten(name)
        try:
            self._meet("sync")
        except OSError:
            disk.journal.append(SyncFailed(file))
            raise
        self._fsync(descriptor)
        disk.journal.append(Synced(file))

    def _is_ours(self, path: Any) -> bool:
        return Path(os.fsdecode(path)).parent == self._folder

    def _meet(self, kind: Kind) -> None:
        fault = self._vfs.fault
        if fault is not None and fault.strikes(kind):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
