"""Who takes part, and who is signed in."""

from __future__ import annotations

from peewee import BigIntegerField, BlobField, ForeignKeyField, IntegerField, TextField

from storage.database import Record


class User(Record):
    username = TextField(primary_key=True)
    display_name = TextField()
    role = IntegerField()
    """lms.v1.Role."""
    password_hash = TextField()
    """Argon2id in its PHC form."""
    created_ms = BigIntegerField()


class Session(Record):
    """Deleted at logout: a token is valid exactly as long as its row is there."""

    token_sha256 = BlobField(primary_key=True)
    user = ForeignKeyField(User, column_name="username", object_id_name="user_id")
    user_id: str
    started_ms = BigIntegerField()
