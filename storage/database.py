"""Which database the models speak to: the one the calling code is inside of.

Peewee ties a model class to one database. A process here may hold several classrooms (a test cluster, a
bench), each of them read and written by several threads at once, so the models are tied to `current`
instead: a proxy that looks the database up in a context variable, which every thread and asyncio task has
its own value of.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from peewee import DatabaseProxy, Model, SqliteDatabase

from storage.connection import connection

_current: ContextVar[SqliteDatabase | None] = ContextVar("classroom database", default=None)


class ContextDatabase(DatabaseProxy):
    """A Peewee proxy whose target depends on who asks. Peewee reads `obj` anew for every query."""

    @property
    def obj(self) -> SqliteDatabase | None:
        return _current.get()

    @obj.setter
    def obj(self, value: object) -> None:
        """Peewee's proxy initialises itself with None, which says nothing here."""


current = ContextDatabase()


class Record(Model):
    """Base of every model of classroom.db."""

    class Meta:
        database = current


@contextmanager
def bound_to(database: SqliteDatabase) -> Iterator[None]:
    """Inside, in this thread and task, every model and prepared query speaks to `database`."""
    token = _current.set(database)
    try:
        yield
    finally:
        _current.reset(token)


def bound_database() -> SqliteDatabase:
    """The database of the surrounding `bound_to`. Raises LookupError outside of one."""
    database = _current.get()
    if database is None:
        raise LookupError("no classroom is being read or applied here")
    return database


def open_database(path: Path, *, read_only: bool) -> SqliteDatabase:
    """One open connection, to be used by one thread at a time but not always by the same one.

    WAL lets readers keep their snapshot while the writer goes on. `synchronous=NORMAL` may lose the newest
    transactions in a power cut, never tear one; the Raft log replays what was lost (design: durability).
    """
    pragmas: dict[str, object] = {
        "journal_mode": "wal",
        "synchronous": "normal",
        "foreign_keys": "on",
        "journal_size_limit": 64 << 20,
    }
    if read_only:
        pragmas["query_only"] = "on"
    database = connection(path, pragmas)
    database.connect()
    return database
