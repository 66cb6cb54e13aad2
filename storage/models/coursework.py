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
    opens_ms = BigIntegerField(null=True)
    cutoff_ms = BigIntegerField(null=True)
    attempts_max = IntegerField(default=0)
    """0: any number."""
    late_percent = IntegerField(default=0)
    """Deducted for every started interval, of the points at most; 0: late work loses nothing."""
    late_interval_ms = BigIntegerField(default=0)
    late_minimum_percent = IntegerField(default=0)
    announced_ms = BigIntegerField(null=True)
    """When students were told of it; null until it opens."""


class RubricLine(Record):
    assignment = ForeignKeyField(Assignment, column_name="assignment")
    assignment_id: int
    place = IntegerField()
    criterion = TextField()
    points = IntegerField()

    class Meta:
        table_name = "rubric_line"
        primary_key = CompositeKey("assignment", "place")


class AssignmentFile(Record):
    assignment = ForeignKeyField(Assignment, column_name="assignment")
    assignment_id: int
    place = IntegerField()
    file = ForeignKeyField(StoredFile, column_name="file_sha256", object_id_name="file_id")
    file_id: str
    name = TextField()
    media_type = TextField()

    class Meta:
        table_name = "assignment_file"
        primary_key = CompositeKey("assignment", "place")


class Extension(Record):
    """Of one student's for one assignment, the newest stands."""

    number = AutoField()
    assignment = ForeignKeyField(Assignment, column_name="assignment")
    assignment_id: int
    student = ForeignKeyField(User, column_name="student")
    student_id: str
    due_ms = BigIntegerField()
    author = ForeignKeyField(User, column_name="author")
    author_id: str
    granted_ms = BigIntegerField()


class Reminder(Record):
    """That an assignment is due soon was told: to everybody, or to one student with an extension."""

    assignment = ForeignKeyField(Assignment, column_name="assignment")
    assignment_id: int
    student = TextField()
    """Empty: everybody without an extension."""
    due_ms = BigIntegerField()
    """The date that was told of."""
    reminded_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("assignment", "student", "due_ms")


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


class SubmissionReceipt(Record):
    """Where a submission stands in the log, and the digest of the whole of it."""

    submission = ForeignKeyField(Submission, column_name="submission", primary_key=True)
    submission_id: int
    sha256 = TextField()
    log_index = BigIntegerField()
    term = BigIntegerField()

    class Meta:
        table_name = "submission_receipt"


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
    deducted_hundredths = IntegerField(default=0)
    """What lateness took when this was graded, in hundredths of a point."""
    late_percent = IntegerField(default=0)
    """The share of the points at most that this was asked for."""

    class Meta:
        table_name = "grade_version"
        primary_key = CompositeKey("submission", "version")


class RubricScore(Record):
    """`place` is its rubric line's."""

    submission = ForeignKeyField(Submission, column_name="submission")
    submission_id: int
    version = IntegerField()
    place = IntegerField()
    points = IntegerField()

    class Meta:
        table_name = "rubric_score"
        primary_key = CompositeKey("submission", "version", "place")


class FeedbackFile(Record):
    submission = ForeignKeyField(Submission, column_name="submission")
    submission_id: int
    version = IntegerField()
    place = IntegerField()
    file = ForeignKeyField(StoredFile, column_name="file_sha256", object_id_name="file_id")
    file_id: str
    name = TextField()
    media_type = TextField()

    class Meta:
        table_name = "feedback_file"
        primary_key = CompositeKey("submission", "version", "place")


class Regrade(Record):
    """A request to look at a grade again; one open at a time for each student and assignment."""

    number = AutoField()
    submission = ForeignKeyField(Submission, column_name="submission")
    submission_id: int
    resolved = BooleanField()
    requested_ms = BigIntegerField()


class RegradeMessage(Record):
    regrade = ForeignKeyField(Regrade, column_name="regrade")
    regrade_id: int
    place = IntegerField()
    author = ForeignKeyField(User, column_name="author")
    author_id: str
    text = TextField()
    written_ms = BigIntegerField()

    class Meta:
        table_name = "regrade_message"
        primary_key = CompositeKey("regrade", "place")
