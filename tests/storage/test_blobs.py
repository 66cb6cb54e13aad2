"""Files by content."""

from __future__ import annotations

import hashlib

import pytest

from storage import blobs
from storage.models.files import Chunk, FileChunk

pytestmark = pytest.mark.usefixtures("database")


def put(data: bytes, owner: str, size: int = 4) -> str:
    keys = [blobs.put_chunk(data[low : low + size]) for low in range(0, len(data), size)]
    sha256 = hashlib.sha256(data).hexdigest()
    blobs.put_file(sha256, len(data), keys, owner)
    return sha256


def test_a_file_comes_back_byte_for_byte() -> None:
    data = bytes(range(256)) + b"\x00" * 5
    assert b"".join(blobs.chunks(put(data, "ann"))) == data


def test_equal_chunks_are_stored_once() -> None:
    sha256 = put(b"abcdabcdabcd", "ann")
    assert Chunk.select().count() == 1
    assert b"".join(blobs.chunks(sha256)) == b"abcdabcdabcd"


def test_a_file_uploaded_by_two_people_is_stored_once_and_owned_by_both() -> None:
    sha256 = put(b"the same essay", "ann")
    places = FileChunk.select().count()
    assert blobs.size_owned(sha256, "grace") is None
    # However the second one cut it.
    assert put(b"the same essay", "grace", size=3) == sha256
    assert FileChunk.select().count() == places
    assert blobs.size_owned(sha256, "ann") == blobs.size_owned(sha256, "grace") == 14


def test_what_is_stored_can_be_asked_for() -> None:
    sha256 = put(b"essay", "ann")
    key = hashlib.sha256(b"essa").digest()
    assert blobs.file_exists(sha256)
    assert blobs.holds_chunk(key)
    assert not blobs.file_exists("1" * 64)
    assert not blobs.holds_chunk(b"1" * 32)
    assert blobs.chunk_sizes([key, b"1" * 32]) == {key: 4}


def test_an_unknown_file_or_chunk_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        list(blobs.chunks("1" * 64))
    with pytest.raises(KeyError):
        blobs.chunk(b"1" * 32)
