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
from playhouse.sqlite_ext import FTS5Model, RowIDField, SearchField

from storage.database import Record, current
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
    private = BooleanField(default=False)
    """Never shown to classmates, not even under a pseudonym."""
    resolved = BooleanField(default=False)


class FollowUp(Record):
    """More from the one who asked."""

    query = ForeignKeyField(Query, column_name="query")
    query_id: int
    place = IntegerField()
    """Counts from 0 within its query."""
    after_answers = IntegerField()
    """How many answers stood before it."""
    text = TextField()
    asked_ms = BigIntegerField()

    class Meta:
        table_name = "follow_up"
        primary_key = CompositeKey("query", "place")


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
    correction = BooleanField(default=False)
    """By an instructor, against the tutor's."""
    hint = BooleanField(default=False)
    """Says where the materials answer, and quotes nothing."""

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
    heading = TextField(default="")
    quote_start = BigIntegerField(default=0)
    """In the material's text, in characters."""
    quote_end = BigIntegerField(default=0)

    class Meta:
        table_name = "answer_citation"
        primary_key = CompositeKey("query", "answer_place", "place")


class Endorsement(Record):
    """An instructor vouches for the tutor's answer to a query; the first one stands."""

    query = ForeignKeyField(Query, column_name="query", primary_key=True)
    query_id: int
    author = ForeignKeyField(User, column_name="author")
    author_id: str
    endorsed_ms = BigIntegerField()


class AnswerRating(Record):
    """What the one who asked says of the tutor's answer; the newest stands."""

    query = ForeignKeyField(Query, column_name="query", primary_key=True)
    query_id: int
    rating = IntegerField()
    """lms.v1.Rating."""
    rated_ms = BigIntegerField()
    doubted = BooleanField()
    """It was said to be wrong once, and the instructors were told."""

    class Meta:
        table_name = "answer_rating"


class KnownAnswer(Record):
    """A question whose answer an instructor published, endorsed or gave as a correction: shown to everybody,
    and given to the tutor for later questions. Nothing in it says who asked."""

    query = ForeignKeyField(Query, column_name="query", primary_key=True)
    query_id: int
    question = TextField()
    answer = TextField()
    answer_place = IntegerField()
    published = BooleanField()
    """In the FAQ by an instructor's choice, and not only because its answer was reviewed."""
    known_ms = BigIntegerField()

    class Meta:
        table_name = "known_answer"


class KnownAnswerIndex(FTS5Model):  # type: ignore[misc]
    """The words of every known answer; `rowid` is the query's number. Derived from KnownAnswer alone."""

    rowid = RowIDField()
    question = SearchField()
    answer = SearchField()

    class Meta:
        database = current
        table_name = "known_answer_index"
