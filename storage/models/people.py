"""Who takes part, and who is signed in."""

from __future__ import annotations

from peewee import BigIntegerField, BlobField, BooleanField, ForeignKeyField, IntegerField, TextField

from storage.database import Record

OPERATOR = "(operator)"
"""In the audit, whoever runs the servers and shows the cluster's secret: no user name has brackets."""


class User(Record):
    username = TextField(primary_key=True)
    display_name = TextField()
    role = IntegerField()
    """lms.v1.Role."""
    password_hash = TextField()
    """Argon2id in its PHC form; empty for who has had nothing but sign-in links."""
    created_ms = BigIntegerField()
    disabled = BooleanField(default=False)
    sourced_id = TextField(default="")
    """The person's id in the school's own system."""


class Session(Record):
    """Deleted at logout: a token is valid exactly as long as its row is there."""

    token_sha256 = BlobField(primary_key=True)
    user = ForeignKeyField(User, column_name="username", object_id_name="user_id")
    user_id: str
    started_ms = BigIntegerField()


class LinkCode(Record):
    """A one-time way in. Of one person's, the newest alone is here; it goes when it is used."""

    code_sha256 = BlobField(primary_key=True)
    user = ForeignKeyField(User, column_name="username", object_id_name="user_id")
    user_id: str
    expires_ms = BigIntegerField()

    class Meta:
        table_name = "link_code"


class Audit(Record):
    """Who did what to what; one record an entry at most."""

    log_index = BigIntegerField(primary_key=True)
    term = BigIntegerField()
    username = TextField()
    """Empty where the act would give away who asked a question; OPERATOR of an operator's."""
    deed = TextField()
    object = TextField()
    """An item's id or a username."""
    detail = TextField()
    time_ms = BigIntegerField()
