"""Looking for damage in classroom.db. SQLite's pages carry no checksums: DESIGN.md says what this finds, and
what it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Final

from storage.blobs import chunk
from storage.damage import StateCorrupted
from storage.database import Record, bound_database
from storage.models.course import MaterialText, Passage
from storage.models.files import Chunk
from storage.models.history import Applied
from storage.schema import DERIVED, REPLICATED

OPENING_SECONDS: Final = 0.5
"""What opening may spend on looking, but for the table it is at."""
_CHUNKS_A_STEP: Final = 16
_INDEX_TABLES: Final = tuple(f"passage_index_{part}" for part in ("data", "idx", "docsize", "config"))
"""What the full-text index is made of."""


def verified_applied() -> Applied:
    """The row that says where the state stands. Raises StateCorrupted."""
    applied = Applied.get_or_none()
    try:
        if applied is not None and applied.as_snapshot().index >= 0:
            return applied
    except (TypeError, ValueError):
        pass
    raise StateCorrupted("it does not say how far the log has been applied")


def verify_quickly() -> None:
    """The structure of as many tables as there is time for, the small ones first. Raises StateCorrupted."""
    deadline = time.monotonic() + OPENING_SECONDS
    for table in _tables():
        if time.monotonic() > deadline:
            return
        _verify_structure(table)


def verification(reading: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Verify everything, a little with each step, each in a `reading` of its own. Raises StateCorrupted."""
    for table in _tables():
        with reading():
            _verify_structure(table)
            _verify_references(table)
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


def _tables() -> list[str]:
    models: list[type[Record]] = [*DERIVED, *REPLICATED]
    # Chunks come last: they are most of the file, and have digests.
    models.sort(key=lambda model: model is Chunk)
    names = [str(model._meta.table_name) for model in models]
    return [*names[:-1], *_INDEX_TABLES, names[-1]]


def _verify_structure(table: str) -> None:
    """Every page of the table and its indexes: in its place, in order, and each in step with the other."""
    (found,) = bound_database().execute_sql(f"PRAGMA integrity_check({table})").fetchone()
    if found != "ok":
        raise StateCorrupted(f"table {table} is damaged: {found}")


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
