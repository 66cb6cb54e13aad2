"""Questions and their answers. Only `Query.asker` says who asked; no view shows it."""

from __future__ import annotations

from peewee import (
    AutoField,
    BigIntegerField,
    BooleanField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from storage.database import Record
from storage.models.people import User


class Query(Record):
    number = AutoField()
    asker = ForeignKeyField(User, column_name="asker")
    asker_id: str
    text = TextField()
    recipient = IntegerField()
    """lms.v1.Recipient."""
    answered = BooleanField()
    """Set by the first answer."""
    delay_reported = BooleanField()
    """Set when the asker has been told that the tutor is away."""
    asked_ms = BigIntegerField()


class Answer(Record):
    query = ForeignKeyField(Query, column_name="query")
    query_id: int
    place = IntegerField()
    """Counts from 0 within its query."""
    text = TextField()
    author = ForeignKeyField(User, column_name="author", null=True)
    author_id: str | None
    """None: the tutor."""
    model = TextField()
    abstained = BooleanField()
    generated = BooleanField()
    answered_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("query", "place")


class AnswerCitation(Record):
    query = ForeignKeyField(Query, column_name="query")
    query_id: int
    answer_place = IntegerField()
    place = IntegerField()
    material_id = TextField()
    material_title = TextField()
    material_place = TextField()
    quote = TextField()

    class Meta:
        table_name = "answer_citation"
        primary_key = CompositeKey("query", "answer_place", "place")
