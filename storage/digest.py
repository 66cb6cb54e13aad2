"""One number for the whole state, and one for its whole history."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from storage.database import Record
from storage.models.files import Chunk
from storage.schema import REPLICATED


def state_hash() -> str:
    """SHA-256 in hexadecimal over every replicated row, table by table, in primary-key order.

    Chunks count by their keys, which are digests of their data already.
    """
    digest = hashlib.sha256()
    for model in REPLICATED:
        digest.update(_encoded([model._meta.table_name]))
        for row in _rows(model):
            digest.update(_encoded(row))
    return digest.hexdigest()


def chained(chain: bytes, index: int, command: bytes, outcome: bytes) -> bytes:
    """The digest of a history that ends with this entry; `chain` is the digest of the history before it."""
    return hashlib.sha256(_encoded([chain, index, command, outcome])).digest()


def _rows(model: type[Record]) -> Iterable[tuple[Any, ...]]:
    keys = model._meta.get_primary_keys()
    columns = keys if model is Chunk else model._meta.sorted_fields
    rows: Iterable[tuple[Any, ...]] = model.select(*columns).order_by(*keys).tuples().iterator()
    return rows


def _encoded(values: Iterable[object]) -> bytes:
    """Unambiguous: every value is led by its type and length."""
    parts = []
    for value in values:
        data = value if isinstance(value, bytes) else str(value).encode()
        parts.append(f"{type(value).__name__}{len(data)}:".encode())
        parts.append(data)
    parts.append(b"\n")
    return b"".join(parts)
