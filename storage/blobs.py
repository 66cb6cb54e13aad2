"""Files, content-addressed, as chunks of at most 256 KiB."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from peewee import fn

from storage.damage import StateCorrupted
from storage.models.files import Chunk, FileChunk, FileOwner, StoredFile

CHUNK_BYTES_MAX = 256 * 1024
FILE_BYTES_MAX = 20 * 1024 * 1024
CHUNKS_MAX = 4096
"""In one file; more would mean that somebody cut it far too fine."""


def put_chunk(data: bytes) -> bytes:
    """Store `data` under its SHA-256, which is returned. Storing it again changes nothing."""
    sha256 = hashlib.sha256(data).digest()
    Chunk.insert(sha256=sha256, data=data).on_conflict_ignore().execute()
    return sha256


def holds_chunk(sha256: bytes) -> bool:
    return Chunk.select().where(Chunk.sha256 == sha256).exists()


def chunk_sizes(chunk_sha256: Sequence[bytes]) -> dict[bytes, int]:
    """Bytes of those of the chunks that are stored."""
    query = Chunk.select(Chunk.sha256, fn.LENGTH(Chunk.data)).where(Chunk.sha256.in_(list(chunk_sha256)))
    return dict(query.tuples().iterator())


def put_file(sha256: str, size: int, chunk_sha256: Sequence[bytes], owner: str) -> None:
    """Make stored chunks a file, and `owner` one of those who uploaded it."""
    if not file_exists(sha256):
        StoredFile.create(sha256=sha256, size=size)
        places = [(sha256, place, chunk) for place, chunk in enumerate(chunk_sha256)]
        FileChunk.insert_many(places, fields=[FileChunk.file, FileChunk.place, FileChunk.chunk]).execute()
    FileOwner.insert(file=sha256, user=owner).on_conflict_ignore().execute()


def file_exists(sha256: str) -> bool:
    return StoredFile.select().where(StoredFile.sha256 == sha256).exists()


def size_owned(sha256: str, username: str) -> int | None:
    """Bytes of the file, or None where `username` has not uploaded it."""
    query = (
        StoredFile.select(StoredFile.size)
        .join(FileOwner)
        .where((FileOwner.file == sha256) & (FileOwner.user == username))
    )
    size: int | None = query.scalar()
    return size


def chunk_keys(sha256: str) -> list[bytes]:
    """The SHA-256 of each chunk of the file, in order. Raises KeyError for an unknown file."""
    query = FileChunk.select(FileChunk.chunk).where(FileChunk.file == sha256).order_by(FileChunk.place)
    keys: list[bytes] = [key for (key,) in query.tuples().iterator()]
    if not keys:
        raise KeyError(sha256)
    return keys


def chunk(sha256: bytes) -> bytes:
    """Raises KeyError for an unknown chunk, StateCorrupted for one that is not what was stored."""
    data: bytes | None = Chunk.select(Chunk.data).where(Chunk.sha256 == sha256).scalar()
    if data is None:
        raise KeyError(sha256.hex())
    if hashlib.sha256(data).digest() != sha256:
        raise StateCorrupted(f"chunk {sha256.hex()} is damaged")
    return data


def chunks(sha256: str) -> Iterator[bytes]:
    """The file's content in order. Raises KeyError for an unknown file.

    To be exhausted inside one `reading()`. Who sends chunks over a network takes the `chunk_keys` first and
    then each chunk in a reading of its own, so that no snapshot waits for a slow receiver.
    """
    for key in chunk_keys(sha256):
        yield chunk(key)
