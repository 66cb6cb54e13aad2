"""Looking for damage in classroom.db. SQLite's pages carry no checksums: DESIGN.md says what this finds, and
what it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import reduce
from operator import or_
from typing import Final

from peewee import SQL, fn

from storage.blobs import chunk
from storage.damage import StateCorrupted
from storage.database import Record, bound_database
from storage.models.course import MaterialText, Passage
from storage.models.files import Chunk
from storage.progress import Progress, stored_progress
from storage.schema import DERIVED, REPLICATED

OPENING_SECONDS: Final = 0.5
"""What opening may spend on looking, but for the table it is at."""
_CHUNKS_A_STEP: Final = 16
_INDEX_TABLES: Final = tuple(
    f"{index}_{part}"
    for index in ("passage_index", "known_answer_index")
    for part in ("data", "idx", "docsize", "config")
)
"""What the full-text indexes are made of."""
_MODELS: Final = sorted([*DERIVED, *REPLICATED], key=lambda model: model is Chunk)
"""Chunks come last: they are most of the file, and have digests."""
_STORED_AS: Final = {
    "AUTO": "integer",
    "INT": "integer",
    "BIGINT": "integer",
    "BOOL": "integer",
    "TEXT": "text",
    "BLOB": "blob",
}
"""SQLite's storage class for each of Peewee's types of fields."""


def verified_progress() -> Progress:
    """Where the state stands. Raises StateCorrupted."""
    progress = stored_progress()
    try:
        if progress is not None and progress.as_snapshot().index >= 0:
            return progress
    except (TypeError, ValueError):
        pass
    raise StateCorrupted("it does not say how far the log has been applied")


def verify_quickly() -> None:
    """The structure of as many tables as there is time for. Raises StateCorrupted."""
    deadline = time.monotonic() + OPENING_SECONDS
    for table in (*_INDEX_TABLES, *map(_name, _MODELS)):
        if time.monotonic() > deadline:
            return
        _verify_structure(table)


def verification(reading: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Verify everything, a little with each step, each in a `reading` of its own. Raises StateCorrupted."""
    for table in _INDEX_TABLES:
        with reading():
            _verify_structure(table)
        yield
    for model in _MODELS:
        with reading():
            _verify_structure(_name(model))
            _verify_types(model)
            _verify_references(_name(model))
        yield
    key: bytes | None = b""
    while key is not None:
        with reading():
            key = _verify_chunks_after(key)
        yield
    number: int | None = 0
    while number is not None:
        with reading():
            number = _verify_material_after(number)
        yield


def _name(model: type[Record]) -> str:
    name: str = model._meta.table_name
    return name


def _verify_structure(table: str) -> None:
    """Every page of the table and its indexes: in its place, in order, and each in step with the other."""
    (found,) = bound_database().execute_sql(f"PRAGMA integrity_check({table})").fetchone()
    if found != "ok":
        raise StateCorrupted(f"table {table} is damaged: {found}")


def _verify_types(model: type[Record]) -> None:
    """Every value is of its column's type: a page of another table may look sound by itself."""
    wrong = [
        fn.TYPEOF(field).not_in([_STORED_AS[field.field_type], "null" if field.null else ""])
        for field in model._meta.sorted_fields
    ]
    if model.select(SQL("1")).where(reduce(or_, wrong)).exists():
        raise StateCorrupted(f"table {model._meta.table_name} is damaged: a value is of another type")


def _verify_references(table: str) -> None:
    row = bound_database().execute_sql(f"PRAGMA foreign_key_check({table})").fetchone()
    if row is not None:
        raise StateCorrupted(f"table {table} is damaged: row {row[1]} refers to no {row[2]}")


def _verify_chunks_after(key: bytes) -> bytes | None:
    query = Chunk.select(Chunk.sha256).where(Chunk.sha256 > key).order_by(Chunk.sha256).limit(_CHUNKS_A_STEP)
    keys: list[bytes] = [sha256 for (sha256,) in query.tuples().iterator()]
    for sha256 in keys:
        chunk(sha256)
    return keys[-1] if keys else None


def _verify_material_after(number: int) -> int | None:
    """Its passages stand in its text, each at its place."""
    text = MaterialText.select().where(MaterialText.material > number).order_by(MaterialText.material).first()
    if text is None:
        return None
    passages = Passage.select().where(Passage.material == text.material_id)
    for passage in passages.iterator():
        if not text.text.startswith(passage.text, passage.offset):
            raise StateCorrupted(f"passage {passage.number} is not what its material says")
    return int(text.material_id)
