"""The simulated disk under SQLite: a VFS that writes every call into the disk's journal, and refuses some.

The calls go on to the operating system's own VFS and to real files, whose locks and shared memory WAL needs;
all but the syncs, which mean something to the simulated disk alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal

import apsw

from tests.storage.faults.disk import SECTOR_BYTES, Disk, Synced, SyncFailed, Truncated, Written

Kind = Literal["read", "short read", "write", "sync", "truncate", "delete", "rename", "open"]

FULL = apsw.SQLITE_FULL
READ = apsw.SQLITE_IOERR_READ
WRITE = apsw.SQLITE_IOERR_WRITE
FSYNC = apsw.SQLITE_IOERR_FSYNC
TRUNCATE = apsw.SQLITE_IOERR_TRUNCATE
DELETE = apsw.SQLITE_IOERR_DELETE

_numbers = count(1)


@dataclass(slots=True)
class Fault:
    """Fails one call: the `at`-th of its kind from now on, counted from 0, or with `lasting` that one and
    all that follow. A "short read" gives half of what was asked for and no error. `code` is what SQLite is
    told; Python code meets EIO."""

    kind: Kind
    at: int
    code: int = 0
    lasting: bool = False
    met: bool = False

    def strikes(self, kind: Kind) -> bool:
        if kind != self.kind:
            return False
        self.at -= 1
        strikes = self.at == -1 or (self.lasting and self.at < 0)
        self.met = self.met or strikes
        return strikes


class FaultyVFS(apsw.VFS):
    """Every file of `disk.folder` is opened through here. Set `fault` to have a call refused."""

    def __init__(self, disk: Disk) -> None:
        self.name = f"faulty-{next(_numbers)}"
        self.disk = disk
        self.fault: Fault | None = None
        super().__init__(self.name, "unix")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        if name is None:
            return apsw.VFSFile("unix", name, flags)
        self.meet("open")
        return FaultyFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self.meet("delete")
        super().xDelete(filename, syncdir)
        self.disk.remove(Path(filename).name)
        if syncdir:
            self.disk.sync_folder()

    def meet(self, kind: Kind) -> None:
        """Raises what SQLite is told when the call is refused."""
        if self.fault is not None and self.fault.strikes(kind):
            raise _refusal(self.fault.code)


class FaultyFile(apsw.VFSFile):
    def __init__(self, vfs: FaultyVFS, name: str | apsw.URIFilename, flags: list[int]) -> None:
        path = Path(name if isinstance(name, str) else name.filename())
        super().__init__("unix", name, flags)
        self._vfs = vfs
        self._file = vfs.disk.file(path.name)
        self._is_database = bool(flags[0] & apsw.SQLITE_OPEN_MAIN_DB)
        journals = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
        # As SQLite's own: the first sync of a journal makes its name durable too.
        self._syncs_folder = bool(flags[0] & journals and flags[0] & apsw.SQLITE_OPEN_CREATE)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self._vfs.meet("read")
        data: bytes = super().xRead(amount, offset)
        if self._vfs.fault is not None and self._vfs.fault.strikes("short read"):
            return data[: len(data) // 2]
        return data

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        try:
            self._vfs.meet("write")
        except apsw.Error:
            self._write(bytes(data)[:SECTOR_BYTES], offset)
            raise
        self._write(bytes(data), offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        if (
            self._is_database
        ):  # SQLite does without the truncation of a journal; APSW would raise all the same
            self._vfs.meet("truncate")
        super().xTruncate(newsize)
        self._vfs.disk.journal.append(Truncated(self._file, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802
        try:
            self._vfs.meet("sync")
        except apsw.Error:
            self._vfs.disk.journal.append(SyncFailed(self._file))
            raise
        self._vfs.disk.journal.append(Synced(self._file))
        if self._syncs_folder:
            self._vfs.disk.sync_folder()
            self._syncs_folder = False

    def _write(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self._vfs.disk.journal.append(Written(self._file, offset, data))


def _refusal(code: int) -> Exception:
    error = apsw.exception_for(code)
    error.args = ("database or disk is full" if code == FULL else "disk I/O error",)
    return error
