"""The tables of classroom.db, as migrations and in the order they are digested."""

from __future__ import annotations

from collections.abc import Sequence

from peewee import Database

from raft.membership import Membership
from storage.database import Record
from storage.migrations import Migration
from storage.models.course import Announcement, Material, MaterialText, Passage, Reading, Tutoring
from storage.models.coursework import (
    Assignment,
    AssignmentFile,
    Extension,
    FeedbackFile,
    GradeVersion,
    Regrade,
    RegradeMessage,
    Reminder,
    RubricLine,
    RubricScore,
    Submission,
    SubmissionFile,
    SubmissionReceipt,
)
from storage.models.files import Chunk, FileChunk, FileOwner, StoredFile
from storage.models.history import Applied, ChainCheckpoint, Event, StoredOutcome
from storage.models.people import Audit, LinkCode, Session, User
from storage.models.questions import (
    Answer,
    AnswerCitation,
    AnswerRating,
    Endorsement,
    FollowUp,
    KnownAnswer,
    Query,
)

DERIVED: Sequence[type[Record]] = (ChainCheckpoint,)
"""Equal on all nodes as far as it is there; a node that has been upgraded begins with less of it."""
REPLICATED: Sequence[type[Record]] = (
    Applied,
    StoredOutcome,
    Event,
    User,
    Session,
    Chunk,
    StoredFile,
    FileChunk,
    FileOwner,
    Material,
    MaterialText,
    Passage,
    Reading,
    Announcement,
    Assignment,
    Submission,
    SubmissionFile,
    GradeVersion,
    Query,
    Answer,
    AnswerCitation,
    LinkCode,
    Audit,
    RubricLine,
    AssignmentFile,
    Extension,
    Reminder,
    SubmissionReceipt,
    RubricScore,
    FeedbackFile,
    Regrade,
    RegradeMessage,
    FollowUp,
    Endorsement,
    AnswerRating,
    KnownAnswer,
    Tutoring,
)
"""Every table but the full-text indexes, which are derived from Passage and KnownAnswer."""

_FIRST = """
CREATE TABLE applied (
  id INTEGER PRIMARY KEY CHECK (id = 1), log_index INTEGER NOT NULL, time_ms INTEGER NOT NULL,
  chain BLOB NOT NULL);
INSERT INTO applied VALUES (1, 0, 0, zeroblob(32));
CREATE TABLE stored_outcome (
  request_id TEXT NOT NULL, username TEXT NOT NULL, fingerprint BLOB NOT NULL,
  log_index INTEGER NOT NULL,
  outcome BLOB NOT NULL, PRIMARY KEY (request_id, username)) WITHOUT ROWID;
CREATE INDEX stored_outcome_log_index ON stored_outcome (log_index);
CREATE TABLE event (
  log_index INTEGER NOT NULL, place INTEGER NOT NULL, kind INTEGER NOT NULL, item_id TEXT NOT NULL,
  audience INTEGER NOT NULL, username TEXT NOT NULL, time_ms INTEGER NOT NULL,
  PRIMARY KEY (log_index, place)) WITHOUT ROWID;

CREATE TABLE user (
  username TEXT NOT NULL PRIMARY KEY, display_name TEXT NOT NULL, role INTEGER NOT NULL,
  password_hash TEXT NOT NULL,
  created_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE session (
  token_sha256 BLOB NOT NULL PRIMARY KEY, username TEXT NOT NULL REFERENCES user,
  started_ms INTEGER NOT NULL)
  WITHOUT ROWID;

CREATE TABLE chunk (sha256 BLOB NOT NULL PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE stored_file (sha256 TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE file_chunk (
  file_sha256 TEXT NOT NULL REFERENCES stored_file, place INTEGER NOT NULL,
  chunk_sha256 BLOB NOT NULL REFERENCES chunk,
  PRIMARY KEY (file_sha256, place)) WITHOUT ROWID;
CREATE TABLE file_owner (
  file_sha256 TEXT NOT NULL REFERENCES stored_file, username TEXT NOT NULL REFERENCES user,
  PRIMARY KEY (file_sha256, username)) WITHOUT ROWID;

CREATE TABLE material (
  number INTEGER PRIMARY KEY, title TEXT NOT NULL, topic TEXT NOT NULL,
  file_sha256 TEXT NOT NULL REFERENCES stored_file, file_name TEXT NOT NULL, media_type TEXT NOT NULL,
  author TEXT NOT NULL REFERENCES user, passages INTEGER NOT NULL, published_ms INTEGER NOT NULL);
CREATE TABLE material_text (material INTEGER PRIMARY KEY REFERENCES material, text TEXT NOT NULL);
CREATE TABLE passage (
  number INTEGER PRIMARY KEY, material INTEGER NOT NULL REFERENCES material, place TEXT NOT NULL,
  heading TEXT NOT NULL, offset INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX passage_material ON passage (material);
CREATE VIRTUAL TABLE passage_index USING fts5 (
  heading, text, content='passage', content_rowid='number',
  tokenize='porter unicode61 remove_diacritics 2');
CREATE TABLE reading (
  username TEXT NOT NULL REFERENCES user, material INTEGER NOT NULL REFERENCES material,
  read_ms INTEGER NOT NULL,
  PRIMARY KEY (username, material)) WITHOUT ROWID;
CREATE TABLE announcement (
  number INTEGER PRIMARY KEY, text TEXT NOT NULL, author TEXT NOT NULL REFERENCES user,
  announced_ms INTEGER NOT NULL);

CREATE TABLE assignment (
  number INTEGER PRIMARY KEY, title TEXT NOT NULL, instructions TEXT NOT NULL, points INTEGER NOT NULL,
  due_ms INTEGER NOT NULL, author TEXT NOT NULL REFERENCES user, created_ms INTEGER NOT NULL);
CREATE TABLE submission (
  number INTEGER PRIMARY KEY, assignment INTEGER NOT NULL REFERENCES assignment,
  student TEXT NOT NULL REFERENCES user, attempt INTEGER NOT NULL, text TEXT NOT NULL,
  late INTEGER NOT NULL,
  submitted_ms INTEGER NOT NULL, UNIQUE (assignment, student, attempt));
CREATE INDEX submission_student ON submission (student);
CREATE TABLE submission_file (
  submission INTEGER NOT NULL REFERENCES submission, place INTEGER NOT NULL,
  file_sha256 TEXT NOT NULL REFERENCES stored_file, name TEXT NOT NULL, media_type TEXT NOT NULL,
  PRIMARY KEY (submission, place)) WITHOUT ROWID;
CREATE TABLE grade_version (
  submission INTEGER NOT NULL REFERENCES submission, version INTEGER NOT NULL, points INTEGER NOT NULL,
  feedback TEXT NOT NULL, grader TEXT NOT NULL REFERENCES user, graded_ms INTEGER NOT NULL,
  released_ms INTEGER,
  PRIMARY KEY (submission, version)) WITHOUT ROWID;

CREATE TABLE query (
  number INTEGER PRIMARY KEY, asker TEXT NOT NULL REFERENCES user, text TEXT NOT NULL,
  recipient INTEGER NOT NULL,
  answered INTEGER NOT NULL, delay_reported INTEGER NOT NULL, asked_ms INTEGER NOT NULL);
CREATE INDEX query_asker ON query (asker);
CREATE INDEX query_waiting ON query (answered, recipient);
CREATE TABLE answer (
  query INTEGER NOT NULL REFERENCES query, place INTEGER NOT NULL, text TEXT NOT NULL,
  author TEXT REFERENCES user,
  model TEXT NOT NULL, abstained INTEGER NOT NULL, generated INTEGER NOT NULL,
  answered_ms INTEGER NOT NULL,
  PRIMARY KEY (query, place)) WITHOUT ROWID;
CREATE TABLE answer_citation (
  query INTEGER NOT NULL REFERENCES query, answer_place INTEGER NOT NULL, place INTEGER NOT NULL,
  material_id TEXT NOT NULL, material_title TEXT NOT NULL, material_place TEXT NOT NULL, quote TEXT NOT NULL,
  PRIMARY KEY (query, answer_place, place)) WITHOUT ROWID;
"""


_WHOLE_CLASSROOM = """
ALTER TABLE user ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user ADD COLUMN sourced_id TEXT NOT NULL DEFAULT '';
CREATE TABLE link_code (
  code_sha256 BLOB NOT NULL PRIMARY KEY, username TEXT NOT NULL REFERENCES user, expires_ms INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE INDEX link_code_username ON link_code (username);
CREATE TABLE audit (
  log_index INTEGER PRIMARY KEY, term INTEGER NOT NULL, username TEXT NOT NULL, deed TEXT NOT NULL,
  object TEXT NOT NULL, detail TEXT NOT NULL, time_ms INTEGER NOT NULL);
CREATE INDEX audit_username ON audit (username);
CREATE INDEX audit_object ON audit (object);

ALTER TABLE assignment ADD COLUMN opens_ms INTEGER;
ALTER TABLE assignment ADD COLUMN cutoff_ms INTEGER;
ALTER TABLE assignment ADD COLUMN attempts_max INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assignment ADD COLUMN late_percent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assignment ADD COLUMN late_interval_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assignment ADD COLUMN late_minimum_percent INTEGER NOT NULL DEFAULT 0;
CREATE TABLE rubric_line (
  assignment INTEGER NOT NULL REFERENCES assignment, place INTEGER NOT NULL, criterion TEXT NOT NULL,
  points INTEGER NOT NULL, PRIMARY KEY (assignment, place)) WITHOUT ROWID;
CREATE INDEX rubric_line_points ON rubric_line (points);
CREATE TABLE assignment_file (
  assignment INTEGER NOT NULL REFERENCES assignment, place INTEGER NOT NULL,
  file_sha256 TEXT NOT NULL REFERENCES stored_file, name TEXT NOT NULL, media_type TEXT NOT NULL,
  PRIMARY KEY (assignment, place)) WITHOUT ROWID;
CREATE INDEX assignment_file_file_sha256 ON assignment_file (file_sha256);
CREATE TABLE extension (
  number INTEGER PRIMARY KEY, assignment INTEGER NOT NULL REFERENCES assignment,
  student TEXT NOT NULL REFERENCES user, due_ms INTEGER NOT NULL, author TEXT NOT NULL REFERENCES user,
  granted_ms INTEGER NOT NULL);
CREATE INDEX extension_student ON extension (student, assignment);
CREATE TABLE reminder (
  assignment INTEGER NOT NULL REFERENCES assignment, student TEXT NOT NULL, due_ms INTEGER NOT NULL,
  reminded_ms INTEGER NOT NULL, PRIMARY KEY (assignment, student, due_ms)) WITHOUT ROWID;
CREATE INDEX reminder_student ON reminder (student);
CREATE TABLE submission_receipt (
  submission INTEGER PRIMARY KEY REFERENCES submission, sha256 TEXT NOT NULL, log_index INTEGER NOT NULL,
  term INTEGER NOT NULL);
CREATE INDEX submission_receipt_log_index ON submission_receipt (log_index);
ALTER TABLE grade_version ADD COLUMN deducted_hundredths INTEGER NOT NULL DEFAULT 0;
ALTER TABLE grade_version ADD COLUMN late_percent INTEGER NOT NULL DEFAULT 0;
CREATE TABLE rubric_score (
  submission INTEGER NOT NULL REFERENCES submission, version INTEGER NOT NULL, place INTEGER NOT NULL,
  points INTEGER NOT NULL, PRIMARY KEY (submission, version, place)) WITHOUT ROWID;
CREATE INDEX rubric_score_points ON rubric_score (points);
CREATE TABLE feedback_file (
  submission INTEGER NOT NULL REFERENCES submission, version INTEGER NOT NULL, place INTEGER NOT NULL,
  file_sha256 TEXT NOT NULL REFERENCES stored_file, name TEXT NOT NULL, media_type TEXT NOT NULL,
  PRIMARY KEY (submission, version, place)) WITHOUT ROWID;
CREATE INDEX feedback_file_file_sha256 ON feedback_file (file_sha256);
CREATE TABLE regrade (
  number INTEGER PRIMARY KEY, submission INTEGER NOT NULL REFERENCES submission, resolved INTEGER NOT NULL,
  requested_ms INTEGER NOT NULL);
CREATE INDEX regrade_submission ON regrade (submission);
CREATE INDEX regrade_resolved ON regrade (resolved);
CREATE TABLE regrade_message (
  regrade INTEGER NOT NULL REFERENCES regrade, place INTEGER NOT NULL, author TEXT NOT NULL REFERENCES user,
  text TEXT NOT NULL, written_ms INTEGER NOT NULL, PRIMARY KEY (regrade, place)) WITHOUT ROWID;
CREATE INDEX regrade_message_author ON regrade_message (author);

ALTER TABLE query ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
ALTER TABLE query ADD COLUMN resolved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE answer ADD COLUMN correction INTEGER NOT NULL DEFAULT 0;
CREATE TABLE follow_up (
  query INTEGER NOT NULL REFERENCES query, place INTEGER NOT NULL, after_answers INTEGER NOT NULL,
  text TEXT NOT NULL, asked_ms INTEGER NOT NULL, PRIMARY KEY (query, place)) WITHOUT ROWID;
CREATE INDEX follow_up_asked_ms ON follow_up (asked_ms);
CREATE TABLE endorsement (
  query INTEGER PRIMARY KEY REFERENCES query, author TEXT NOT NULL REFERENCES user,
  endorsed_ms INTEGER NOT NULL);
CREATE INDEX endorsement_author ON endorsement (author);
CREATE TABLE answer_rating (
  query INTEGER PRIMARY KEY REFERENCES query, rating INTEGER NOT NULL, rated_ms INTEGER NOT NULL,
  doubted INTEGER NOT NULL);
CREATE INDEX answer_rating_rating ON answer_rating (rating);
CREATE TABLE known_answer (
  query INTEGER PRIMARY KEY REFERENCES query, question TEXT NOT NULL, answer TEXT NOT NULL,
  answer_place INTEGER NOT NULL, published INTEGER NOT NULL, known_ms INTEGER NOT NULL);
CREATE INDEX known_answer_published ON known_answer (published);
CREATE VIRTUAL TABLE known_answer_index USING fts5 (
  question, answer, content='known_answer', content_rowid='query',
  tokenize='porter unicode61 remove_diacritics 2');
"""

_TUTORING = """
CREATE TABLE tutoring (
  id INTEGER PRIMARY KEY CHECK (id = 1), policy INTEGER NOT NULL, author TEXT NOT NULL REFERENCES user,
  set_ms INTEGER NOT NULL);
CREATE INDEX tutoring_author ON tutoring (author);
ALTER TABLE material ADD COLUMN unquotable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE answer ADD COLUMN hint INTEGER NOT NULL DEFAULT 0;
ALTER TABLE answer_citation ADD COLUMN heading TEXT NOT NULL DEFAULT '';
ALTER TABLE answer_citation ADD COLUMN quote_start INTEGER NOT NULL DEFAULT 0;
ALTER TABLE answer_citation ADD COLUMN quote_end INTEGER NOT NULL DEFAULT 0;
"""


_OPENING = """
ALTER TABLE assignment ADD COLUMN announced_ms INTEGER;
UPDATE assignment SET announced_ms = created_ms;
"""
"""Whatever was posted until now was told of at once."""


def _execute(database: Database, script: str) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            database.execute_sql(statement)


def _create_tables(database: Database) -> None:
    _execute(database, _FIRST)


def _remember_term_membership_and_chain(database: Database) -> None:
    database.execute_sql("ALTER TABLE applied ADD COLUMN term INTEGER NOT NULL DEFAULT 0")
    database.execute_sql("ALTER TABLE applied ADD COLUMN membership BLOB NOT NULL DEFAULT x''")
    database.execute_sql("UPDATE applied SET membership = ?", (Membership().encode(),))
    database.execute_sql(
        "CREATE TABLE chain_checkpoint (log_index INTEGER NOT NULL PRIMARY KEY, chain BLOB NOT NULL)"
    )


_WITNESSES = (
    "event (username)",
    "user (role)",
    "session (username)",
    "stored_file (size)",
    "file_chunk (chunk_sha256)",
    "file_owner (username)",
    "material (file_sha256)",
    "material_text (material)",
    "reading (material)",
    "announcement (author)",
    "assignment (author)",
    "submission_file (file_sha256)",
    "grade_version (grader)",
    "answer (author)",
    "answer_citation (material_id)",
    "chain_checkpoint (chain)",
)
"""An index for every table that had none. SQLite's pages carry no checksums; what an index and its table say
of each other is how a page that stands in for another is found out."""


def _give_every_table_a_witness(database: Database) -> None:
    for table, column in (witness.rstrip(")").split(" (") for witness in _WITNESSES):
        database.execute_sql(f"CREATE INDEX {table}_{column} ON {table} ({column})")


def _furnish_the_whole_classroom(database: Database) -> None:
    _execute(database, _WHOLE_CLASSROOM)


def _rule_the_tutor_and_cite_by_offset(database: Database) -> None:
    _execute(database, _TUTORING)


def _note_when_an_assignment_was_told_of(database: Database) -> None:
    _execute(database, _OPENING)


MIGRATIONS: Sequence[Migration] = (
    _create_tables,
    _remember_term_membership_and_chain,
    _give_every_table_a_witness,
    _furnish_the_whole_classroom,
    _rule_the_tutor_and_cite_by_offset,
    _note_when_an_assignment_was_told_of,
)
