"""The migrations make the tables that the models describe, and the state hash covers them all."""

from __future__ import annotations

import pytest
from peewee import SqliteDatabase

from storage.database import Record
from storage.schema import DERIVED, REPLICATED


@pytest.mark.parametrize("model", [*REPLICATED, *DERIVED], ids=lambda model: model.__name__)
def test_a_table_has_the_columns_and_the_key_of_its_model(
    database: SqliteDatabase,
    model: type[Record],
) -> None:
    meta = model._meta
    columns = {column.name: column.null for column in database.get_columns(meta.table_name)}
    keys = {field.column_name for field in meta.get_primary_keys()}
    # SQLite calls a rowid key nullable, though it never is.
    assert {name: null for name, null in columns.items() if name not in keys} == {
        name: field.null for name, field in meta.columns.items() if name not in keys
    }
    assert set(database.get_primary_keys(meta.table_name)) == keys


def test_every_table_is_replicated_or_derived_from_what_is(database: SqliteDatabase) -> None:
    derived = ("passage_index", "known_answer_index")
    tables = {table for table in database.get_tables() if not table.startswith(derived)}
    assert tables == {model._meta.table_name for model in [*REPLICATED, *DERIVED]}
