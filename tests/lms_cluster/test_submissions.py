"""Work is taken from the opening to the cut-off, so many times, and a receipt says what was taken."""

from __future__ import annotations

import hashlib
from typing import Any

from lms_cluster.submission_digest import submission_digest
from protos.lms_pb2 import (
    EVENT_KIND_EXTENSION_GRANTED,
    KIND_ASSIGNMENT,
    KIND_EXTENSION,
    KIND_SUBMISSION,
    File,
    LatePolicy,
    NewAssignment,
    NewExtension,
    NewSubmission,
    Submission,
)
from tests.lms_cluster.course import Course, at

HOUR = 3_600_000
DAY = 24 * HOUR


def assign(course: Course, **data: Any) -> str:
    """Due in a day."""
    new = NewAssignment(title="Elections", points=20, due=at(course.now_ms + DAY), **data)
    return course.accepted("grace", create_assignment=new).item.id


def extend(course: Course, assignment: str, student: str, due_ms: int) -> str:
    new = NewExtension(assignment_id=assignment, student=student, due=at(due_ms))
    return course.accepted("grace", grant_extension=new).item.id


def seen(course: Course, username: str, id_: str) -> Submission:
    return course.one(username, KIND_SUBMISSION, id_).submission


def refusal(course: Course, student: str, assignment: str) -> tuple[str, str]:
    refused = course.refused(student, submit=NewSubmission(assignment_id=assignment, text="Because."))
    return refused.reason, refused.message


def test_nothing_is_taken_before_it_opens(course: Course) -> None:
    opens = course.now_ms + HOUR
    assignment = assign(course, opens=at(opens))
    course.now_ms = opens - 1
    assert refusal(course, "ann", assignment) == ("NOT_OPEN", "A1 opens on 2027-01-15 09:00 UTC.")
    course.now_ms = opens
    assert course.submission("ann", assignment) == "S1"


def test_nothing_is_taken_after_the_cut_off(course: Course) -> None:
    cutoff = course.now_ms + 2 * DAY
    assignment = assign(course, cutoff=at(cutoff))
    course.now_ms = cutoff
    assert course.submission("ann", assignment) == "S1"
    course.now_ms = cutoff + 1
    assert refusal(course, "ann", assignment) == ("CLOSED", "A1 closed on 2027-01-17 08:00 UTC.")


def test_only_so_many_attempts_are_taken_of_each_student(course: Course) -> None:
    assignment = assign(course, attempts_max=2)
    course.submission("ann", assignment)
    course.submission("ann", assignment)
    assert refusal(course, "ann", assignment) == ("ATTEMPTS_USED", "All 2 attempts at A1 are used.")
    assert course.submission("bob", assignment) == "S3"


def test_an_extension_moves_the_due_date_and_the_cut_off_of_one_student(course: Course) -> None:
    due = course.now_ms + DAY
    assignment = assign(course, cutoff=at(due))
    assert extend(course, assignment, "ann", due + DAY) == "E1"
    course.now_ms = due + DAY
    assert not seen(course, "ann", course.submission("ann", assignment)).late
    assert refusal(course, "bob", assignment)[0] == "CLOSED"
    course.now_ms += 1
    assert refusal(course, "ann", assignment) == ("CLOSED", "A1 closed on 2027-01-17 08:00 UTC.")


def test_a_later_cut_off_than_the_extension_stays(course: Course) -> None:
    due = course.now_ms + DAY
    assignment = assign(course, cutoff=at(due + 3 * DAY))
    extend(course, assignment, "ann", due + DAY)
    course.now_ms = due + 2 * DAY
    assert seen(course, "ann", course.submission("ann", assignment)).late


def test_the_newest_extension_stands_and_the_due_date_itself_takes_it_back(course: Course) -> None:
    due = course.now_ms + DAY
    assignment = assign(course)

    def extended(username: str) -> bool:
        return course.one(username, KIND_ASSIGNMENT, assignment).assignment.HasField("extended_due")

    extend(course, assignment, "ann", due + DAY)
    extend(course, assignment, "ann", due + HOUR)
    assert course.one("ann", KIND_ASSIGNMENT, assignment).assignment.extended_due == at(due + HOUR)
    assert not extended("bob") and not extended("grace")
    extend(course, assignment, "ann", due)
    assert not extended("ann")


def test_an_extension_is_told_to_its_student_alone(course: Course) -> None:
    assignment = assign(course)
    extend(course, assignment, "ann", course.now_ms + 2 * DAY)
    event = course.events("ann")[-1]
    assert (event.kind, event.item.id) == (EVENT_KIND_EXTENSION_GRANTED, "E1")
    assert event.item.extension.assignment_id == assignment
    assert EVENT_KIND_EXTENSION_GRANTED not in [event.kind for event in course.events("bob")]
    assert course.ids("ann", KIND_EXTENSION) == course.ids("alan", KIND_EXTENSION) == ["E1"]
    assert course.ids("bob", KIND_EXTENSION) == []
    assert course.refusal("root", KIND_EXTENSION).reason == "WRONG_ROLE"


def test_an_extension_names_an_assignment_a_student_and_a_later_date(course: Course) -> None:
    assignment, due = assign(course), course.now_ms + DAY
    for new, reason, words in (
        (NewExtension(assignment_id="A9", student="ann", due=at(due)), "NO_SUCH_ITEM", "assignment A9"),
        (NewExtension(assignment_id=assignment, student="zoe", due=at(due)), "NO_SUCH_ITEM", "student zoe"),
        (NewExtension(assignment_id=assignment, student="alan", due=at(due)), "NO_SUCH_ITEM", "student alan"),
        (
            NewExtension(assignment_id=assignment, student="ann", due=at(due - 1000)),
            "INVALID_FIELD",
            "due: must not be before everybody's date (2027-01-16 08:00 UTC)",
        ),
    ):
        refused = course.refused("grace", grant_extension=new)
        assert refused.reason == reason
        assert words in refused.message


def test_lateness_goes_away_when_an_extension_is_granted_afterwards(course: Course) -> None:
    due = course.now_ms + DAY
    assignment = assign(course, late=LatePolicy(percent=10, interval_seconds=86_400))
    course.now_ms = due + DAY + 1
    submission = course.submission("ann", assignment)
    for username in ("ann", "grace"):
        assert (seen(course, username, submission).late, seen(course, username, submission).late_percent) == (
            True,
            20,
        )
    extend(course, assignment, "ann", course.now_ms)
    for username in ("ann", "grace"):
        assert (seen(course, username, submission).late, seen(course, username, submission).late_percent) == (
            False,
            0,
        )


def test_a_receipt_tells_the_digest_of_the_whole_and_where_it_stands(course: Course) -> None:
    assignment = assign(course)
    files = [course.upload("ann", b"one", "1.txt"), course.upload("ann", b"two", "2 über.txt")]
    post = NewSubmission(assignment_id=assignment, text="Why?", files=files)
    response = course.accepted("ann", version=1, submit=post)
    manifest = (
        "homeroom submission 1\n"
        f"text {hashlib.sha256(b'Why?').hexdigest()}\n"
        f"file {hashlib.sha256(b'one').hexdigest()} 3 1.txt\n"
        f"file {hashlib.sha256(b'two').hexdigest()} 3 2 über.txt\n"
    )
    for submission in (response.item.submission, seen(course, "ann", "S1"), seen(course, "grace", "S1")):
        assert submission.sha256 == hashlib.sha256(manifest.encode()).hexdigest()
        assert (submission.index, submission.term) == (response.index, response.term)


def test_what_the_first_release_took_has_no_receipt(course: Course) -> None:
    new = NewSubmission(assignment_id=assign(course), text="Because.")
    submission = course.accepted("ann", version=0, submit=new).item.id
    assert not seen(course, "ann", submission).sha256


def test_no_other_submission_has_the_same_digest() -> None:
    one = File(sha256="1" * 64, name="a.txt", size=1)
    two = File(sha256="2" * 64, name="b.txt", size=1)
    different = [
        submission_digest("", [one]),
        submission_digest("", [one, two]),
        submission_digest("", [two, one]),
        submission_digest("", []),
        submission_digest("x", []),
        submission_digest("x", [one]),
        submission_digest("", [File(sha256=one.sha256, name="A.txt", size=1)]),
    ]
    assert len(set(different)) == len(different)


def test_the_same_file_is_noticed_in_ones_own_attempts_and_by_instructors_in_everybodys(
    course: Course,
) -> None:
    first, second = assign(course), assign(course)

    def hand_in(student: str, assignment: str, *contents: bytes) -> str:
        files = [course.upload(student, content) for content in contents]
        post = NewSubmission(assignment_id=assignment, files=files)
        return course.accepted(student, submit=post).item.id

    hand_in("ann", first, b"alone")
    hand_in("ann", first, b"shared", b"alone")
    hand_in("bob", second, b"shared")
    hand_in("bob", first, b"quite another")
    found = {
        username: [
            list(seen(course, username, id_).same_files_as) for id_ in course.ids(username, KIND_SUBMISSION)
        ]
        for username in ("ann", "bob", "grace")
    }
    assert found["ann"] == [[], ["S1"]]
    assert found["bob"] == [[], []]
    assert found["grace"] == [[], ["S1", "S3"], ["S2"], []]


def test_what_an_assignment_gives_out_is_no_sign_of_copying(course: Course) -> None:
    template = course.upload("grace", b"the template", "template.md")
    assignment = assign(course, files=[template])
    for student in ("ann", "bob"):
        files = [course.upload(student, b"the template"), course.upload(student, student.encode())]
        course.accepted(student, submit=NewSubmission(assignment_id=assignment, files=files))
    assert not seen(course, "grace", "S1").same_files_as
