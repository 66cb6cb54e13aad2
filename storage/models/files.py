"""Files by their content: a chunk is stored once, whoever uploads it."""

from __future__ import annotations

from peewee import BigIntegerField, BlobField, CompositeKey, ForeignKeyField, IntegerField, TextField

from storage.database import Record
from storage.models.people import User


class Chunk(Record):
    sha256 = BlobField(primary_key=True)
    data = BlobField()


class StoredFile(Record):
    """Complete: all its chunks are there."""

    sha256 = TextField(primary_key=True)
    size = BigIntegerField()

    class Meta:
        table_name = "stored_file"


class FileChunk(Record):
    file = ForeignKeyField(StoredFile, column_name="file_sha256", object_id_name="file_id", backref="chunks")
    file_id: str
    place = IntegerField()
    """Counts from 0."""
    chunk = ForeignKeyField(Chunk, column_name="chunk_sha256", object_id_name="chunk_id")
    chunk_id: bytes

    class Meta:
        table_name = "file_chunk"
        primary_key = CompositeKey("file", "place")


class FileOwner(Record):
    """Who has uploaded a file, and may therefore name it in a post."""

    file = ForeignKeyField(StoredFile, column_name="file_sha256", object_id_name="file_id")
    file_id: str
    user = ForeignKeyField(User, column_name="username", object_id_name="user_id")
    user_id: str

    class Meta:
        table_name = "file_owner"
        primary_key = CompositeKey("file", "user")
