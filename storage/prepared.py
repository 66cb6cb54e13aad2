"""Peewee queries compiled once.

Peewee spends ten times longer on building a statement than SQLite on running it, which matters on the path
that every command takes; elsewhere queries are written out where they are used.
"""

from __future__ import annotations

from typing import Any

from peewee import SQL, Query, SqliteDatabase

from storage.database import bound_database

SLOT = SQL("?")
"""Stands for a value that is given with each execution, in the order of the slots in the statement.
Values go to SQLite as they are, without the field's conversion."""

_dialect = SqliteDatabase(":memory:")


class Prepared:
    """A statement of which every value is a SLOT."""

    __slots__ = ("_statement",)

    def __init__(self, query: Query) -> None:
        statement, values = _dialect.get_sql_context().sql(query).query()
        if values:
            raise ValueError(f"these values are no slots: {values}")
        self._statement: str = statement

    def first(self, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = bound_database().execute_sql(self._statement, values).fetchone()
        return row

    def run(self, *values: object) -> None:
        bound_database().execute_sql(self._statement, values)
