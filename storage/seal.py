"""A checksum of a whole database file, inside the file.

SQLite's header has four bytes that it leaves to applications, the `application_id`. In a sealed file they
hold the CRC-32C of all its other bytes. The first write to the file breaks the seal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from google_crc32c import extend

_AT: Final = 68
"""Offset of the application id, a big-endian number."""
_BYTES: Final = 4
_BLOCK_BYTES: Final = 1 << 20


def seal(path: Path) -> None:
    """Raises OSError."""
    crc = _crc(path)
    with path.open("r+b") as file:
        file.seek(_AT)
        file.write(crc)


def is_sealed(path: Path) -> bool:
    """Whether every byte is as it was when the file was sealed. Raises OSError."""
    with path.open("rb") as file:
        file.seek(_AT)
        stored = file.read(_BYTES)
    return stored == _crc(path)


def _crc(path: Path) -> bytes:
    with path.open("rb") as file:
        crc: int = extend(0, file.read(_AT))
        file.seek(_BYTES, 1)
        while block := file.read(_BLOCK_BYTES):
            crc = extend(crc, block)
    return crc.to_bytes(_BYTES, "big")
