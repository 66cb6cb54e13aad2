"""One number for the whole state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from peewee import SqliteDatabase

from storage.database import Record
from storage.encoding import encoded
from storage.models.files import Chunk
from storage.models.history import Applied
from storage.schema import REPLICATED

_dialect = SqliteDatabase(":memory:")


def state_hash() -> str:
    """SHA-256 in hexadecimal over every replicated row, table by table, in primary-key order.

    Chunks count by their keys, which are digests of their data already.
    """
    digest = hashlib.sha256()
    for model in REPLICATED:
        digest.update(encoded([model._meta.table_name]))
        for row in _rows(model):
            digest.update(encoded(row))
    return digest.hexdigest()


def _rows(model: type[Record]) -> Iterable[tuple[Any, ...]]:
    rows: Iterable[tuple[Any, ...]] = model.raw(_statement(model)).tuples().iterator()
    return rows


@cache
def _statement(model: type[Record]) -> str:
    """Peewee spends longer on building it than SQLite on reading a small table."""
    keys = model._meta.get_primary_keys()
    if model is Chunk:
        columns = keys
    elif model is Applied:
        # Its term and membership follow from the log, which a node that joined late holds less of.
        columns = (Applied.id, Applied.log_index, Applied.time_ms, Applied.chain)
    else:
        columns = model._meta.sorted_fields
    statement, _ = _dialect.get_sql_context().sql(model.select(*columns).order_by(*keys)).query()
    return str(statement)
