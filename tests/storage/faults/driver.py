"""Storage's own Peewee code on APSW instead of sqlite3, which cannot take a VFS written in Python.

APSW's errors are turned into those that sqlite3 raises for the same result code, since storage tells failures
apart by `sqlite_errorcode`. And where SQLite goes on after a refused call, as when it copies the journal into
the file, APSW would raise the VFS's error all the same: there it is dropped, as it is in sqlite3.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, ParamSpec, TypeVar

import apsw
from playhouse.apsw_ext import APSWDatabase

from tests.storage.faults.vfs import FaultyVFS

P = ParamSpec("P")
T = TypeVar("T")

_CLASSES: Final[dict[int, type[Exception]]] = {
    sqlite3.SQLITE_INTERNAL: sqlite3.InternalError,
    sqlite3.SQLITE_NOTFOUND: sqlite3.InternalError,
    sqlite3.SQLITE_NOMEM: MemoryError,
    sqlite3.SQLITE_CORRUPT: sqlite3.DatabaseError,
    sqlite3.SQLITE_NOTADB: sqlite3.DatabaseError,
    sqlite3.SQLITE_TOOBIG: sqlite3.DataError,
    sqlite3.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    sqlite3.SQLITE_MISMATCH: sqlite3.IntegrityError,
    sqlite3.SQLITE_MISUSE: sqlite3.InterfaceError,
    sqlite3.SQLITE_RANGE: sqlite3.InterfaceError,
}
"""As CPython's _sqlite/util.c has them; every other code is an OperationalError."""


class _Cursor(apsw.Cursor):
    def execute(self, statements: str, bindings: Any = None, **options: Any) -> apsw.Cursor:
        return _as_sqlite3(super().execute, statements, bindings, **options)

    def executemany(self, statements: str, sequenceofbindings: Any, **options: Any) -> apsw.Cursor:
        return _as_sqlite3(super().executemany, statements, sequenceofbindings, **options)

    def __next__(self) -> Any:
        return _as_sqlite3(super().__next__)

    def fetchone(self) -> Any:
        return _as_sqlite3(super().fetchone)

    def fetchall(self) -> Any:
        return _as_sqlite3(super().fetchall)

    @property
    def rowcount(self) -> int:
        return self.connection.changes()


class _Connection(apsw.Connection):
    def __init__(self, path: str, flags: int, vfs: str) -> None:
        _as_sqlite3(super().__init__, path, flags, vfs)
        self.cursor_factory = _Cursor

    def checkpoint_at(self, pages_max: int) -> None:
        """As SQLite does after a commit that leaves so many pages in the journal; what it meets then does not
        concern the commit."""

        def checkpoint(_connection: apsw.Connection, name: str, pages: int) -> int:
            if pages >= pages_max:
                with suppress(apsw.Error):
                    self.wal_checkpoint(name)
            return apsw.SQLITE_OK

        self.set_wal_hook(checkpoint)

    def backup(  # type: ignore[override]
        self, target: apsw.Connection, *, pages: int, progress: Callable[[int, int, int], object]
    ) -> None:
        """As sqlite3's: from this connection."""
        with apsw.Connection.backup(target, "main", self, "main") as copying:
            while not copying.done:
                _as_sqlite3(copying.step, pages)
                progress(apsw.SQLITE_OK, copying.remaining, copying.page_count)

    def close(self, force: bool = False) -> None:
        with suppress(apsw.Error):
            super().close(force)

    def executemany(self, statements: str, sequenceofbindings: Any, **options: Any) -> apsw.Cursor:
        return self.cursor().executemany(statements, sequenceofbindings, **options)


class FaultyDatabase(APSWDatabase):  # type: ignore[misc]
    """Takes, before what storage gives, the VFS to go through, and how many pages may gather in the journal
    before it is copied into the file, whatever storage says."""

    def __init__(self, vfs: FaultyVFS, checkpoint_pages: int, path: str, **settings: Any) -> None:
        self._vfs = vfs
        self._checkpoint_pages = checkpoint_pages
        super().__init__(path, **settings)

    def _connect(self) -> _Connection:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        if self.connect_params.get("uri"):
            flags |= apsw.SQLITE_OPEN_URI
        connection = _Connection(self.database, flags, self._vfs.name)
        connection.set_busy_timeout(int(self._timeout * 1000))
        try:
            self._add_conn_hooks(connection)
            connection.checkpoint_at(self._checkpoint_pages)
        except BaseException:
            connection.close()
            raise
        return connection


def _as_sqlite3(call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    try:
        return call(*arguments, **named)
    except apsw.Error as error:
        raised = _translated(error)
    # Out here, so that the error of sqlite3 has no cause that it would not have there.
    raise raised


def _translated(error: apsw.Error) -> Exception:
    code: int = getattr(error, "extendedresult", 0)
    name = apsw.mapping_extended_result_codes.get(code) or apsw.mapping_result_codes.get(code)
    if name is None:
        return sqlite3.ProgrammingError(str(error))
    translated = _CLASSES.get(code & 0xFF, sqlite3.OperationalError)(str(error) or name)
    translated.sqlite_errorcode = code  # type: ignore[attr-defined]
    translated.sqlite_errorname = name  # type: ignore[attr-defined]
    return translated
