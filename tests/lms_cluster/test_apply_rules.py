"""What each command refuses, and in which words."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from lms_cluster.authority import COMMANDS
from protos.command_pb2 import AddUser, CreateSession, PublishMaterial, PutChunk, PutFile, Refusal, Section
from protos.lms_pb2 import (
    KIND_GRADE,
    KIND_SUBMISSION,
    RECIPIENT_INSTRUCTOR,
    RECIPIENT_TUTOR,
    ROLE_STUDENT,
    File,
    NewAnnouncement,
    NewAnswer,
    NewAssignment,
    NewExtension,
    NewGrade,
    NewMaterial,
    NewQuery,
    NewReading,
    NewRelease,
    NewSubmission,
)
from tests.lms_cluster.course import HASH, PEOPLE, Course, at

FAR = at(1_900_000_000_000)
UNKNOWN_FILE = File(sha256="0" * 64, name="a.txt", media_type="text/plain")


def fields(refusal: Refusal) -> dict[str, str]:
    assert (refusal.code, refusal.reason) == (3, "INVALID_FIELD"), refusal
    return {violation.field: violation.description for violation in refusal.violations}


POSTS: dict[str, Any] = {
    "add_user": AddUser(username="new", display_name="New", role=ROLE_STUDENT, password_hash=HASH),
    "publish_material": PublishMaterial(material=NewMaterial(title="Raft", file=UNKNOWN_FILE)),
    "create_assignment": NewAssignment(title="Elections", points=20, due=FAR),
    "grant_extension": NewExtension(assignment_id="A1", student="ann", due=FAR),
    "grade": NewGrade(submission_id="S1", points=1),
    "release": NewRelease(assignment_id="A1"),
    "answer": NewAnswer(query_id="Q1", text="Because."),
    "announce": NewAnnouncement(text="Hear, hear."),
    "submit": NewSubmission(assignment_id="A1", text="Because."),
    "ask": NewQuery(text="Why?", recipient=RECIPIENT_TUTOR),
    "read_material": NewReading(material_id="M1"),
}


@pytest.mark.parametrize("username", PEOPLE)
@pytest.mark.parametrize("post", POSTS)
def test_only_the_roles_in_the_table_may_act(course: Course, username: str, post: str) -> None:
    roles = COMMANDS[post].roles
    assert roles is not None
    outcome = course.outcome(username, **{post: POSTS[post]})
    if PEOPLE[username] in roles:
        assert outcome.refused.reason != "WRONG_ROLE"
    else:
        assert (outcome.refused.code, outcome.refused.reason) == (7, "WRONG_ROLE")


def test_a_wrong_role_learns_who_may_and_nothing_of_what_exists(course: Course) -> None:
    before = course.refused("ann", grade=NewGrade(submission_id="S1", points=1))
    course.submission("bob", course.assignment())
    after = course.refused("ann", grade=NewGrade(submission_id="S1", points=1))
    assert before == after
    assert before.message == "Only instructors can grade."


# --- accounts ---


def test_a_user_needs_a_proper_name_role_and_password(course: Course) -> None:
    wrong = fields(course.refused("root", add_user=AddUser(username="Ann B", password_hash="plain")))
    assert set(wrong) == {"username", "display_name", "role", "password"}


@pytest.mark.parametrize("username", ["a", "x" * 33, "Ann", "ann ", "änn", "ann\n", "ann/bob"])
def test_usernames_are_two_to_thirty_two_plain_characters(course: Course, username: str) -> None:
    user = AddUser(username=username, display_name="New", role=ROLE_STUDENT, password_hash=HASH)
    assert set(fields(course.refused("root", add_user=user))) == {"username"}


def test_a_username_is_taken_once(course: Course) -> None:
    user = AddUser(username="ann", display_name="Other", role=ROLE_STUDENT, password_hash=HASH)
    refusal = course.refused("root", add_user=user)
    assert (refusal.code, refusal.reason) == (6, "ALREADY_EXISTS")


def test_an_unknown_user_cannot_be_signed_in(course: Course) -> None:
    refusal = course.refused("", create_session=CreateSession(username="nobody", token_sha256=b"x" * 32))
    assert refusal.reason == "BAD_CREDENTIALS"


# --- files ---


def test_a_chunk_has_one_byte_to_256_kib(course: Course) -> None:
    course.accepted("", put_chunk=PutChunk(data=b"x" * 256 * 1024))
    for size in (0, 256 * 1024 + 1):
        assert set(fields(course.refused("", put_chunk=PutChunk(data=b"x" * size)))) == {"chunk"}


def test_a_file_must_be_whole(course: Course) -> None:
    course.accepted("", put_chunk=PutChunk(data=b"here"))
    here, missing = hashlib.sha256(b"here").digest(), hashlib.sha256(b"missing").digest()
    incomplete = PutFile(sha256="a" * 64, size=11, chunk_sha256=[here, missing])
    assert course.refused("ann", put_file=incomplete).reason == "RULE"
    wrong_size = PutFile(sha256="a" * 64, size=5, chunk_sha256=[here])
    assert course.refused("ann", put_file=wrong_size).reason == "RULE"


def test_a_file_has_at_most_twenty_megabytes(course: Course) -> None:
    refusal = course.refused("ann", put_file=PutFile(sha256="a" * 64, size=20 * 1024 * 1024 + 1))
    assert refusal.reason == "TOO_LARGE"
    assert "20 MB" in refusal.message


def test_an_empty_file_is_refused(course: Course) -> None:
    assert "file" in fields(course.refused("ann", put_file=PutFile(sha256="a" * 64)))


def test_only_who_uploaded_a_file_can_post_it(course: Course) -> None:
    assignment = course.assignment()
    file = course.upload("ann", b"my essay")
    submit = NewSubmission(assignment_id=assignment, files=[file])
    assert fields(course.refused("bob", submit=submit)) == {
        "files[0]": "must be a file that you have uploaded"
    }
    course.upload("bob", b"my essay")
    course.accepted("bob", submit=submit)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a\\b", "..", "a\nb", "x" * 256])
def test_a_file_name_is_a_name_and_no_path(course: Course, name: str) -> None:
    assignment = course.assignment()
    file = course.upload("ann", b"my essay", name)
    refusal = course.refused("ann", submit=NewSubmission(assignment_id=assignment, files=[file]))
    assert set(fields(refusal)) == {"files[0].name"}


# --- materials ---


def test_a_material_needs_a_title_and_a_file(course: Course) -> None:
    wrong = fields(course.refused("grace", publish_material=PublishMaterial(material=NewMaterial())))
    assert {"title", "file.name", "file.sha256"} <= set(wrong)


def test_a_title_is_one_line_of_at_most_two_hundred_characters(course: Course) -> None:
    file = course.upload("grace", b"pages")
    for title in ("x" * 201, "two\nlines", " "):
        material = PublishMaterial(material=NewMaterial(title=title, file=file))
        assert set(fields(course.refused("grace", publish_material=material))) == {"title"}


def test_a_material_has_at_most_two_mebibytes_of_text(course: Course) -> None:
    file = course.upload("grace", b"pages")
    material = NewMaterial(title="Long", file=file)
    sections = [Section(text="x" * 1024 * 1024)] * 2 + [Section(text="y")]
    publish = PublishMaterial(material=material, sections=sections)
    assert course.refused("grace", publish_material=publish).reason == "TOO_LARGE"


def test_an_unknown_material_cannot_be_read(course: Course) -> None:
    refusal = course.refused("ann", read_material=NewReading(material_id="M9"))
    assert (refusal.code, refusal.message) == (5, "There is no material M9.")


# --- assignments and submissions ---


def test_an_assignment_must_be_due_in_the_future(course: Course) -> None:
    for due in (at(course.now_ms), at(0)):
        late = NewAssignment(title="Elections", points=20, due=due)
        wrong = fields(course.refused("grace", create_assignment=late))
        assert wrong["due"].startswith("must be in the future, you sent ")


def test_points_of_an_assignment_are_limited(course: Course) -> None:
    new = NewAssignment(title="Elections", points=1_001, due=FAR)
    assert fields(course.refused("grace", create_assignment=new)) == {
        "points": "must be 0 to 1000, you sent 1001"
    }


def test_a_submission_needs_a_text_or_a_file(course: Course) -> None:
    assignment = course.assignment()
    assert "text" in fields(course.refused("ann", submit=NewSubmission(assignment_id=assignment, text="  ")))
    file = course.upload("ann", b"my essay")
    course.accepted("ann", submit=NewSubmission(assignment_id=assignment, files=[file]))


def test_a_submission_has_at_most_ten_files(course: Course) -> None:
    assignment = course.assignment()
    files = [course.upload("ann", b"my essay")] * 11
    refusal = course.refused("ann", submit=NewSubmission(assignment_id=assignment, files=files))
    assert fields(refusal) == {"files": "must be at most 10, you sent 11"}


def test_a_text_is_limited_and_free_of_control_characters(course: Course) -> None:
    assignment = course.assignment()
    for text in ("x" * 20_001, "a\x00b"):
        refusal = course.refused("ann", submit=NewSubmission(assignment_id=assignment, text=text))
        assert set(fields(refusal)) == {"text"}


def test_nothing_can_be_handed_in_for_an_unknown_assignment(course: Course) -> None:
    for unknown in ("A9", "", "nonsense", "A" + "9" * 40, "A٣"):
        refusal = course.refused("ann", submit=NewSubmission(assignment_id=unknown, text="Because."))
        assert (refusal.code, refusal.reason) == (5, "NO_SUCH_ITEM")


def test_attempts_are_counted_and_all_kept(course: Course) -> None:
    assignment = course.assignment()
    course.submission("bob", assignment)
    for attempt in (1, 2, 3):
        id_ = course.submission("ann", assignment)
        assert course.one("ann", KIND_SUBMISSION, id_).submission.attempt == attempt
    assert course.ids("ann", KIND_SUBMISSION) == ["S2", "S3", "S4"]


def test_a_late_submission_is_taken_and_marked(course: Course) -> None:
    assignment = course.assignment(due_ms=course.now_ms + 1_000)
    course.now_ms += 1_000
    assert not course.one("ann", KIND_SUBMISSION, course.submission("ann", assignment)).submission.late
    course.now_ms += 1
    assert course.one("ann", KIND_SUBMISSION, course.submission("ann", assignment)).submission.late


# --- grades ---


def test_points_go_from_zero_to_the_assignments_points(course: Course) -> None:
    submission = course.submission("ann", course.assignment(points=20))
    refusal = course.refused("grace", grade=NewGrade(submission_id=submission, points=25))
    assert refusal.message == "points: must be 0 to 20, you sent 25."
    course.grade(submission, points=0)
    course.grade(submission, points=20, version=1)


def test_only_the_newest_attempt_is_graded(course: Course) -> None:
    assignment = course.assignment()
    old, new = course.submission("ann", assignment), course.submission("ann", assignment)
    refusal = course.refused("grace", grade=NewGrade(submission_id=old, points=1))
    assert (refusal.code, refusal.reason) == (9, "RULE")
    assert new in refusal.message
    course.grade(new)


def test_two_graders_cannot_overwrite_each_other_unawares(course: Course) -> None:
    submission = course.submission("ann", course.assignment())
    course.grade(submission, points=16, grader="alan")
    refusal = course.refused("grace", grade=NewGrade(submission_id=submission, points=12, version=0))
    assert (refusal.code, refusal.reason) == (10, "GRADE_CHANGED")
    assert "Alan" in refusal.message
    assert "16" in refusal.message
    course.grade(submission, points=12, version=1)
    assert course.one("grace", KIND_GRADE, submission).grade.version == 2


def test_a_version_that_was_never_given_is_refused(course: Course) -> None:
    submission = course.submission("ann", course.assignment())
    refusal = course.refused("grace", grade=NewGrade(submission_id=submission, points=12, version=3))
    assert refusal.reason == "GRADE_CHANGED"


def test_a_release_counts_the_grades_it_publishes(course: Course) -> None:
    assignment, other = course.assignment(), course.assignment()
    course.grade(course.submission("ann", assignment))
    course.grade(course.submission("bob", assignment))
    course.grade(course.submission("bob", other))
    assert course.release(assignment).released == 2
    assert course.release(assignment).released == 0


# --- questions ---


def test_a_question_goes_to_the_tutor_or_to_the_instructors(course: Course) -> None:
    assert set(fields(course.refused("ann", ask=NewQuery(text="Why?")))) == {"recipient"}
    ask = NewQuery(text="x" * 2_001, recipient=RECIPIENT_INSTRUCTOR)
    assert set(fields(course.refused("ann", ask=ask))) == {"text"}


def test_an_answer_needs_a_question_and_a_text(course: Course) -> None:
    assert course.refused("grace", answer=NewAnswer(query_id="Q1", text="Because.")).reason == "NO_SUCH_ITEM"
    query = course.question("ann")
    assert set(fields(course.refused("grace", answer=NewAnswer(query_id=query)))) == {"text"}
