"""What instructors publish: materials with their text, announcements; and who has read what."""

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
from storage.models.files import StoredFile
from storage.models.people import User


class Material(Record):
    number = AutoField()
    title = TextField()
    topic = TextField()
    file = ForeignKeyField(StoredFile, column_name="file_sha256", object_id_name="file_id")
    file_id: str
    file_name = TextField()
    media_type = TextField()
    author = ForeignKeyField(User, column_name="author")
    author_id: str
    passages = IntegerField()
    """How many the text was cut into."""
    published_ms = BigIntegerField()
    unquotable = BooleanField(default=False)
    """The tutor is given neither its text nor that of another material with the same file."""


class MaterialText(Record):
    """Apart from its material, because lists of materials do not need it."""

    material = ForeignKeyField(Material, column_name="material", primary_key=True)
    material_id: int
    text = TextField()

    class Meta:
        table_name = "material_text"


class Passage(Record):
    """`text` stands in its material's text, verbatim, at `offset` (in characters)."""

    number = AutoField()
    material = ForeignKeyField(Material, column_name="material")
    material_id: int
    place = TextField()
    heading = TextField()
    offset = IntegerField()
    text = TextField()


class PassageIndex(FTS5Model):  # type: ignore[misc]
    """The words of every passage; `rowid` is the passage's number. Derived from Passage alone."""

    rowid = RowIDField()
    heading = SearchField()
    text = SearchField()

    class Meta:
        database = current
        table_name = "passage_index"


class Reading(Record):
    material = ForeignKeyField(Material, column_name="material")
    material_id: int
    user = ForeignKeyField(User, column_name="username", object_id_name="user_id")
    user_id: str
    read_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("user", "material")


class Announcement(Record):
    number = AutoField()
    text = TextField()
    author = ForeignKeyField(User, column_name="author")
    author_id: str
    announced_ms = BigIntegerField()


class Tutoring(Record):
    """How the tutor may answer: one row, once somebody has said so."""

    id = IntegerField(primary_key=True)
    policy = IntegerField()
    """lms.v1.TutorPolicy."""
    author = ForeignKeyField(User, column_name="author")
    author_id: str
    set_ms = BigIntegerField()
