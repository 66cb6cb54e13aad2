"""An assignment that is posted before it opens is told of when it opens, once, and not before."""

from __future__ import annotations

import pytest

from lms_cluster.dated_notices import notices_wanted
from protos.command_pb2 import AnnounceOpening, Command, RemindOfDue
from protos.lms_pb2 import (
    EVENT_KIND_ASSIGNMENT_OPENED,
    EVENT_KIND_ASSIGNMENT_PUBLISHED,
    EventKind,
    NewAssignment,
)
from tests.lms_cluster.course import START_MS, Course, at

HOUR = 60 * 60 * 1000
DAY = 24 * HOUR
OPENS = START_MS + 7 * DAY

OPENING = Command(announce_opening=AnnounceOpening(assignment_id="A1"))
REMINDER = Command(remind_of_due=RemindOfDue(assignment_id="A1"))


def new(opens_ms: int = OPENS, due_ms: int = OPENS + 7 * DAY, cutoff_ms: int | None = None) -> NewAssignment:
    cutoff = None if cutoff_ms is None else at(cutoff_ms)
    return NewAssignment(
        title="Exam", instructions="Why?", points=20, opens=at(opens_ms), due=at(due_ms), cutoff=cutoff
    )


def wanted(course: Course) -> list[Command]:
    with course.classroom.reading():
        return notices_wanted(course.now_ms)


def tell(course: Course) -> None:
    course.accepted("", announce_opening=AnnounceOpening(assignment_id="A1"))


def told(course: Course, username: str = "ann") -> list[tuple[EventKind.ValueType, str]]:
    return [(event.kind, event.item.id) for event in course.events(username)]


def test_nobody_is_told_at_posting_and_every_student_when_it_opens(course: Course) -> None:
    course.accepted("grace", create_assignment=new())
    course.now_ms = OPENS - 1
    assert wanted(course) == []
    assert told(course) == []
    course.now_ms = OPENS
    assert wanted(course) == [OPENING]
    tell(course)
    assert told(course, "ann") == told(course, "bob") == [(EVENT_KIND_ASSIGNMENT_OPENED, "A1")]
    assert told(course, "grace") == told(course, "alan") == told(course, "root") == []


def test_what_a_second_leader_proposes_changes_nothing(course: Course) -> None:
    course.accepted("grace", create_assignment=new())
    course.now_ms = OPENS
    tell(course)
    assert wanted(course) == []
    assert course.refused("", announce_opening=AnnounceOpening(assignment_id="A1")).reason == "RULE"
    assert told(course) == [(EVENT_KIND_ASSIGNMENT_OPENED, "A1")]


def test_an_entry_of_before_it_opens_and_one_of_no_assignment_tell_nothing(course: Course) -> None:
    course.accepted("grace", create_assignment=new())
    course.now_ms = OPENS - 1
    assert course.refused("", announce_opening=AnnounceOpening(assignment_id="A1")).reason == "RULE"
    assert course.refused("", announce_opening=AnnounceOpening(assignment_id="A2")).reason == "NO_SUCH_ITEM"
    assert told(course) == []


@pytest.mark.parametrize("opens_ms", [START_MS - DAY, START_MS])
def test_what_is_open_when_it_is_posted_is_told_of_at_once(course: Course, opens_ms: int) -> None:
    course.accepted("grace", create_assignment=new(opens_ms))
    assert told(course) == [(EVENT_KIND_ASSIGNMENT_PUBLISHED, "A1")]
    assert wanted(course) == []


def test_a_cluster_that_was_down_tells_late_but_not_of_what_is_closed(course: Course) -> None:
    due = OPENS + DAY
    course.accepted("grace", create_assignment=new(due_ms=due, cutoff_ms=due + DAY))
    course.now_ms = due + DAY
    assert wanted(course) == [OPENING]
    course.now_ms += 1
    assert wanted(course) == []
    assert course.refused("", announce_opening=AnnounceOpening(assignment_id="A1")).reason == "RULE"


@pytest.mark.parametrize(("window_ms", "reminders"), [(DAY + HOUR, [REMINDER]), (DAY - HOUR, [])])
def test_who_was_told_of_an_opening_is_reminded_a_day_before_it_is_due_unless_that_is_the_same(
    course: Course, window_ms: int, reminders: list[Command]
) -> None:
    course.accepted("grace", create_assignment=new(due_ms=OPENS + window_ms))
    course.now_ms = OPENS
    assert wanted(course) == [OPENING]
    tell(course)
    course.now_ms += 2 * HOUR
    assert wanted(course) == reminders


def test_an_entry_of_earlier_rules_tells_at_posting_and_never_again(course: Course) -> None:
    course.accepted("grace", version=1, create_assignment=new())
    (event,) = course.events("ann")
    assert (event.item.assignment.title, event.item.assignment.instructions) == ("Exam", "")
    course.now_ms = OPENS
    assert told(course) == [(EVENT_KIND_ASSIGNMENT_PUBLISHED, "A1")]
    assert wanted(course) == []
