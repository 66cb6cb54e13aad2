"""What students hand in, and what it earns them. Attempts and grade versions are never changed or removed."""

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
from storage.models.files import StoredFile
from storage.models.people import User


class Assignment(Record):
    number = AutoField()
    title = TextField()
    instructions = TextField()
    points = IntegerField()
    due_ms = BigIntegerField()
    author = ForeignKeyField(User, column_name="author")
    author_id: str
    created_ms = BigIntegerField()


class Submission(Record):
    number = AutoField()
    assignment = ForeignKeyField(Assignment, column_name="assignment")
    assignment_id: int
    student = ForeignKeyField(User, column_name="student")
    student_id: str
    attempt = IntegerField()
    """Counts from 1 for each student and assignment."""
    text = TextField()
    late = BooleanField()
    submitted_ms = BigIntegerField()


class SubmissionFile(Record):
    submission = ForeignKeyField(Submission, column_name="submission")
    submission_id: int
    place = IntegerField()
    file = ForeignKeyField(StoredFile, column_name="file_sha256", object_id_name="file_id")
    file_id: str
    name = TextField()
    media_type = TextField()

    class Meta:
        table_name = "submission_file"
        primary_key = CompositeKey("submission", "place")


class GradeVersion(Record):
    submission = ForeignKeyField(Submission, column_name="submission")
    submission_id: int
    version = IntegerField()
    points = IntegerField()
    feedback = TextField()
    grader = ForeignKeyField(User, column_name="grader")
    grader_id: str
    graded_ms = BigIntegerField()
    released_ms = BigIntegerField(null=True)
    """Set once, by a release; a version without it is a draft."""

    class Meta:
        table_name = "grade_version"
        primary_key = CompositeKey("submission", "version")
