"""Assignments with all their dates and rules: what may be set, and who sees what of it when."""

from __future__ import annotations

from typing import Any

import pytest

from protos.command_pb2 import PublishMaterial, Refusal
from protos.lms_pb2 import (
    KIND_ASSIGNMENT,
    KIND_MATERIAL,
    Assignment,
    LatePolicy,
    NewAssignment,
    NewMaterial,
    RubricLine,
)
from tests.lms_cluster.course import Course, at

HOUR = 3_600_000
DAY = 24 * HOUR


def new(course: Course, **data: Any) -> NewAssignment:
    due = data.pop("due", at(course.now_ms + 2 * DAY))
    return NewAssignment(title="Elections", instructions="Why odd?", points=20, due=due, **data)


def violations(refusal: Refusal) -> dict[str, str]:
    assert refusal.reason == "INVALID_FIELD", refusal
    return {violation.field: violation.description for violation in refusal.violations}


def seen(course: Course, username: str, id_: str = "A1") -> Assignment:
    return course.one(username, KIND_ASSIGNMENT, id_).assignment


def test_everything_that_was_set_is_shown(course: Course) -> None:
    start = course.now_ms
    rubric = [RubricLine(criterion="clarity", points=8), RubricLine(criterion="proof", points=12)]
    late = LatePolicy(percent=10, interval_seconds=86_400, minimum_percent=40)
    file = course.upload("grace", b"the tables", "tables.csv")
    post = new(
        course,
        cutoff=at(start + 5 * DAY),
        attempts_max=3,
        late=late,
        rubric=rubric,
        files=[file],
        opens=at(start),
    )
    item = course.accepted("grace", create_assignment=post).item
    for assignment in (item.assignment, seen(course, "ann"), seen(course, "alan")):
        assert assignment.instructions == "Why odd?"
        assert (assignment.opens, assignment.cutoff) == (at(start), at(start + 5 * DAY))
        assert (assignment.attempts_max, assignment.late) == (3, late)
        assert list(assignment.rubric) == rubric
        assert list(assignment.files) == [file]


def test_before_it_opens_a_student_sees_the_dates_but_neither_the_task_nor_its_files(course: Course) -> None:
    opens = course.now_ms + DAY
    file = course.upload("grace", b"the tables", "tables.csv")
    rubric = [RubricLine(criterion="the answer is a majority", points=20)]
    course.accepted("grace", create_assignment=new(course, opens=at(opens), files=[file], rubric=rubric))
    hidden = seen(course, "ann")
    assert (hidden.title, hidden.points, hidden.opens) == ("Elections", 20, at(opens))
    assert not hidden.instructions and not hidden.files and not hidden.rubric
    listed = course.get("ann", KIND_ASSIGNMENT).items[0].assignment
    assert not listed.instructions and not listed.files
    assert seen(course, "grace").instructions and seen(course, "root").files

    course.now_ms = opens
    assert seen(course, "ann").instructions == "Why odd?"
    assert list(seen(course, "ann").files) == [file]


@pytest.mark.parametrize(
    ("data", "field", "why"),
    [
        ({"opens": 2 * DAY}, "opens", "must be before it is due (2027-01-17 08:00 UTC)"),
        ({"cutoff": 2 * DAY - 1000}, "cutoff", "must not be before it is due"),
        ({"attempts_max": 1001}, "attempts_max", "must be at most 1,000, you sent 1001"),
        (
            {"late": LatePolicy(percent=101, interval_seconds=3600)},
            "late.percent",
            "must be 1 to 100, you sent 101",
        ),
        (
            {"late": LatePolicy(percent=0, interval_seconds=3600)},
            "late.percent",
            "must be 1 to 100, you sent 0",
        ),
        ({"late": LatePolicy(percent=5, interval_seconds=59)}, "late.interval_seconds", "must be 60 to"),
        (
            {"late": LatePolicy(percent=5, interval_seconds=60, minimum_percent=101)},
            "late.minimum_percent",
            "must be 0 to 100, you sent 101",
        ),
        ({"rubric": {"clarity": 8, "proof": 11}}, "rubric", "must add up to 20 points, you sent 19"),
        ({"rubric": {"a:b": 20}}, "rubric", "must name its criteria without colons and commas"),
        ({"rubric": {"": 20}}, "rubric", "must not be empty"),
        ({"rubric": {"clarity": 20, "proof": 0}}, "rubric", "must give each criterion 1 to 1000 points"),
        ({"rubric": {str(n): 1 for n in range(21)}}, "rubric", "must be at most 20 lines, you sent 21"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    course: Course, data: dict[str, Any], field: str, why: str
) -> None:
    for date in {"opens", "cutoff"} & data.keys():
        data = {**data, date: at(course.now_ms + data[date])}
    if "rubric" in data:
        lines = data["rubric"].items()
        data = {"rubric": [RubricLine(criterion=criterion, points=points) for criterion, points in lines]}
    assert why in violations(course.refused("grace", create_assignment=new(course, **data)))[field]


def test_a_criterion_stands_once_in_a_rubric(course: Course) -> None:
    rubric = [RubricLine(criterion="proof", points=10)] * 2
    found = violations(course.refused("grace", create_assignment=new(course, rubric=rubric)))
    assert found == {"rubric": "must name each criterion once"}


def test_only_files_of_the_one_who_sets_it_come_with_it(course: Course) -> None:
    file = course.upload("ann", b"an essay")
    found = violations(course.refused("grace", create_assignment=new(course, files=[file])))
    assert found == {"files[0]": "must be a file that you have uploaded"}


def test_a_material_may_be_published_without_telling_anybody(course: Course) -> None:
    file = course.upload("grace", b"pages", "pages.txt")
    for silent in (True, False):
        material = NewMaterial(title="Raft", file=file, silent=silent)
        course.accepted("grace", publish_material=PublishMaterial(material=material))
    assert course.ids("ann", KIND_MATERIAL) == ["M1", "M2"]
    assert [event.item.id for event in course.events("ann")] == ["M2"]
