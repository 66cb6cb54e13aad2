"""A grade is looked at again: asked for by its student, answered and closed by an instructor."""

from __future__ import annotations

import pytest

from lms_cluster.commands.regrades import MESSAGES_MAX
from protos.lms_pb2 import (
    EVENT_KIND_REGRADE_REPLIED,
    EVENT_KIND_REGRADE_REQUESTED,
    KIND_REGRADE,
    NewRegrade,
    NewRegradeReply,
    Regrade,
)
from tests.lms_cluster.course import Course


@pytest.fixture
def released(course: Course) -> Course:
    """A1 is graded for ann and bob, and released."""
    assignment = course.assignment()
    for student in ("ann", "bob"):
        course.grade(course.submission(student, assignment))
    course.release(assignment)
    return course


def ask(course: Course, student: str, reason: str = "Page 2 was not read.") -> str:
    return course.accepted(student, request_regrade=NewRegrade(assignment_id="A1", reason=reason)).item.id


def answer(course: Course, text: str, resolve: bool = False, regrade: str = "R1") -> Regrade:
    new = NewRegradeReply(regrade_id=regrade, text=text, resolve=resolve)
    return course.accepted("grace", reply_regrade=new).item.regrade


def thread(course: Course, username: str, regrade: str = "R1") -> list[tuple[str, str, bool]]:
    messages = course.one(username, KIND_REGRADE, regrade).regrade.messages
    return [(each.author, each.text, each.by_student) for each in messages]


def test_a_request_is_a_thread_that_both_sides_read(released: Course) -> None:
    assert ask(released, "ann") == "R1"
    answer(released, "I shall look.")
    assert ask(released, "ann", "And page 3.") == "R1"
    expected = [
        ("Ann", "Page 2 was not read.", True),
        ("Grace", "I shall look.", False),
        ("Ann", "And page 3.", True),
    ]
    assert thread(released, "ann") == thread(released, "alan") == expected


def test_a_resolved_request_is_closed_and_the_next_reason_opens_another(released: Course) -> None:
    ask(released, "ann")
    assert answer(released, "", resolve=True).resolved
    new = NewRegradeReply(regrade_id="R1", text="One more thing.")
    assert released.refused("grace", reply_regrade=new).reason == "RULE"
    assert ask(released, "ann", "Still.") == "R2"
    assert released.ids("grace", KIND_REGRADE, filter={"pending": True}) == ["R2"]
    assert released.ids("grace", KIND_REGRADE) == ["R1", "R2"]


def test_nobody_reads_anothers_request(released: Course) -> None:
    ask(released, "ann")
    ask(released, "bob")
    assert released.ids("ann", KIND_REGRADE) == ["R1"]
    assert released.ids("bob", KIND_REGRADE) == ["R2"]
    assert released.refusal("bob", KIND_REGRADE, id="R1").reason == "NO_SUCH_ITEM"
    assert released.refusal("root", KIND_REGRADE).reason == "WRONG_ROLE"


def test_instructors_are_told_of_a_request_and_its_student_of_every_answer(released: Course) -> None:
    ask(released, "ann")
    answer(released, "I shall look.")
    answer(released, "", resolve=True)

    def told(username: str) -> list[int]:
        kinds = (EVENT_KIND_REGRADE_REQUESTED, EVENT_KIND_REGRADE_REPLIED)
        return [event.kind for event in released.events(username) if event.kind in kinds]

    assert told("grace") == told("alan") == [EVENT_KIND_REGRADE_REQUESTED]
    assert told("ann") == [EVENT_KIND_REGRADE_REPLIED] * 2
    assert told("bob") == []


def test_only_a_released_grade_can_be_looked_at_again(course: Course) -> None:
    assignment = course.assignment()
    request = NewRegrade(assignment_id=assignment, reason="Why?")
    assert course.refused("ann", request_regrade=request).reason == "RULE"
    course.grade(course.submission("ann", assignment))
    refusal = course.refused("ann", request_regrade=request)
    assert (refusal.code, refusal.reason) == (9, "RULE")
    assert "released" in refusal.message
    unknown = NewRegrade(assignment_id="A9", reason="Why?")
    assert course.refused("ann", request_regrade=unknown).reason == "NO_SUCH_ITEM"


def test_a_request_has_a_reason_and_an_answer_says_something_or_closes(released: Course) -> None:
    nothing = NewRegrade(assignment_id="A1", reason=" ")
    assert released.refused("ann", request_regrade=nothing).violations[0].field == "reason"
    ask(released, "ann")
    silent = NewRegradeReply(regrade_id="R1")
    assert released.refused("grace", reply_regrade=silent).violations[0].field == "text"
    unknown = NewRegradeReply(regrade_id="R9", text="Yes.")
    assert released.refused("grace", reply_regrade=unknown).reason == "NO_SUCH_ITEM"


def test_a_thread_is_bounded_and_can_still_be_closed(released: Course) -> None:
    for number in range(MESSAGES_MAX):
        ask(released, "ann", f"Reason {number}.")
    more = NewRegrade(assignment_id="A1", reason="One more.")
    assert released.refused("ann", request_regrade=more).reason == "RULE"
    assert answer(released, "", resolve=True).resolved
