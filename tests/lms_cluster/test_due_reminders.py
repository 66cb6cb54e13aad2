"""A day before a due date, those who have not handed in are told, each once."""

from __future__ import annotations

from lms_cluster.views.reminders import reminders_wanted
from protos.command_pb2 import RemindOfDue
from protos.lms_pb2 import EVENT_KIND_DUE_SOON, NewExtension, NewSubmission
from tests.lms_cluster.course import START_MS, Course, at

HOUR = 60 * 60 * 1000
DAY = 24 * HOUR
DUE = START_MS + 7 * DAY


def wanted(course: Course) -> list[tuple[str, str]]:
    with course.classroom.reading():
        return reminders_wanted(course.now_ms)


def remind(course: Course, assignment_id: str, student: str = "") -> None:
    course.accepted("", remind_of_due=RemindOfDue(assignment_id=assignment_id, student=student))


def reminded(course: Course) -> list[tuple[str, str]]:
    """(who, of what)."""
    return [
        (name, event.item.id)
        for name in ("ann", "bob", "grace")
        for event in course.events(name)
        if event.kind == EVENT_KIND_DUE_SOON
    ]


def test_nothing_is_wanted_until_a_day_before(course: Course) -> None:
    assignment_id = course.assignment(due_ms=DUE)
    course.now_ms = DUE - DAY - 1
    assert wanted(course) == []
    course.now_ms += 1
    assert wanted(course) == [(assignment_id, "")]
    course.now_ms = DUE
    assert wanted(course) == []


def test_who_has_not_handed_in_is_told_and_once(course: Course) -> None:
    assignment_id = course.assignment(due_ms=DUE)
    course.accepted("bob", submit=NewSubmission(assignment_id=assignment_id, text="Done."))
    course.now_ms = DUE - 20 * HOUR
    remind(course, assignment_id)
    assert reminded(course) == [("ann", assignment_id)]
    assert wanted(course) == []
    refusal = course.refused("", remind_of_due=RemindOfDue(assignment_id=assignment_id))
    assert refusal.reason == "RULE"
    assert reminded(course) == [("ann", assignment_id)]


def test_a_date_set_less_than_a_day_ahead_is_news_already(course: Course) -> None:
    course.assignment(due_ms=START_MS + 20 * HOUR)
    assert wanted(course) == []


def test_whoever_has_an_extension_is_reminded_of_their_own_date(course: Course) -> None:
    assignment_id = course.assignment(due_ms=DUE)
    extension = NewExtension(assignment_id=assignment_id, student="ann", due=at(DUE + 3 * DAY))
    course.accepted("grace", grant_extension=extension)
    course.now_ms = DUE - HOUR
    remind(course, assignment_id)
    assert reminded(course) == [("bob", assignment_id)]
    course.now_ms = DUE + 2 * DAY + HOUR
    assert wanted(course) == [(assignment_id, "ann")]
    remind(course, assignment_id, "ann")
    assert reminded(course) == [("ann", assignment_id), ("bob", assignment_id)]
    assert wanted(course) == []
