"""Whose fault an error is: the entry's, so that every node meets it alike, or this node's disk or memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import peewee

from raft.errors import StorageFailed

_STATEMENT_ERRORS = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_RANGE,
        sqlite3.SQLITE_TOOBIG,
    }
)
"""They lie in the statement: every node meets them at the same entry. All others are this node's own."""
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_DAMAGE_WITHOUT_CODE = ("Could not decode to UTF-8", "invalid fts5 file format")
"""Only valid UTF-8 is ever written, and the full-text index in one format; both are told in words alone."""


class StateCorrupted(StorageFailed):
    """classroom.db is not what was written. What it says cannot be trusted: this node's files are to be set
    aside, and the others give it the state anew."""


def is_own_fault(error: BaseException) -> bool:
    """Whether the fault is this node's (its disk, its memory) and not the entry's."""
    return any(
        isinstance(cause, MemoryError | RecursionError | StorageFailed)
        # An error without a code comes from the driver and lies in the call.
        or _code(cause) not in (None, *_STATEMENT_ERRORS)
        or _is_damage_without_code(cause)
        for cause in _causes(error)
    )


def is_damage(error: BaseException) -> bool:
    """Whether SQLite has found the file damaged."""
    return any(_code(cause) in _DAMAGE or _is_damage_without_code(cause) for cause in _causes(error))


@contextmanager
def as_storage_failure(path: Path) -> Iterator[None]:
    """What SQLite and the file system raise inside becomes StateCorrupted or StorageFailed. Nothing else
    inside decodes text."""
    try:
        yield
    except UnicodeDecodeError as error:
        # The driver's, over a message of SQLite's that quotes what is damaged.
        raise StateCorrupted(f"{path}: {error}") from error
    except (OSError, peewee.PeeweeException, sqlite3.Error, MemoryError, RecursionError) as error:
        kind = StateCorrupted if is_damage(error) else StorageFailed
        raise kind(f"{path}: {error}") from error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The whole chain counts: undoing a statement that the disk refused fails for a lesser reason."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _code(error: BaseException) -> int | None:
    """SQLite's primary result code: the low byte."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _is_damage_without_code(error: BaseException) -> bool:
    return isinstance(error, sqlite3.DatabaseError) and str(error).startswith(_DAMAGE_WITHOUT_CODE)
