"""Grades from a spreadsheet: all or none, guarded against graders at work, and drafts until released."""

from __future__ import annotations

import pytest

from lms_cluster.commands.grade_imports import GRADES_MAX, VIOLATIONS_MAX
from lms_cluster.rpc_status import REQUEST_BYTES_MAX
from lms_cluster.unknown_fields import refuse_unknown_fields
from protos.command_pb2 import Refusal
from protos.lms_pb2 import (
    KIND_GRADE,
    ImportedGrade,
    LatePolicy,
    NewAssignment,
    NewGrade,
    NewGradeImport,
    PostRequest,
    PostResponse,
)
from tests.lms_cluster.course import Course, at


@pytest.fixture
def class_of_two(course: Course) -> Course:
    """S1 of ann has 15 points, S2 of bob none yet; both for A1, of 20 points."""
    assignment = course.assignment()
    course.grade(course.submission("ann", assignment), points=15)
    course.submission("bob", assignment)
    return course


def row(
    student: str,
    points: int = 0,
    version: int = 0,
    assignment_id: str = "A1",
    score_hundredths: int | None = None,
) -> ImportedGrade:
    return ImportedGrade(
        assignment_id=assignment_id,
        student=student,
        points=points,
        version=version,
        score_hundredths=score_hundredths,
    )


def brought(course: Course, *rows: ImportedGrade, dry_run: bool = False) -> PostResponse:
    return course.accepted("alan", import_grades=NewGradeImport(grades=rows, dry_run=dry_run))


def refused(course: Course, *rows: ImportedGrade, dry_run: bool = False) -> Refusal:
    return course.refused("alan", import_grades=NewGradeImport(grades=rows, dry_run=dry_run))


def counts(response: PostResponse) -> tuple[int, int, int]:
    return response.added, response.changed, response.unchanged


def state(course: Course) -> dict[str, tuple[int, int, bool]]:
    grades = course.get("grace", KIND_GRADE).items
    return {each.id: (each.grade.points, each.grade.version, each.grade.released) for each in grades}


def test_new_changed_and_unchanged_grades_are_counted(class_of_two: Course) -> None:
    assert counts(brought(class_of_two, row("ann", 16, version=1), row("bob", 12))) == (1, 1, 0)
    assert state(class_of_two) == {"S1": (16, 2, False), "S2": (12, 1, False)}
    assert counts(brought(class_of_two, row("ann", 16), row("bob", 12))) == (0, 0, 2)
    assert state(class_of_two)["S1"] == (16, 2, False)


def test_a_dry_run_says_the_same_and_changes_nothing(class_of_two: Course) -> None:
    rows = row("ann", 16, version=1), row("bob", 12)
    assert counts(brought(class_of_two, *rows, dry_run=True)) == (1, 1, 0)
    assert state(class_of_two) == {"S1": (15, 1, False)}
    assert refused(class_of_two, row("carol", 3), dry_run=True).reason == "INVALID_FIELD"


def test_no_student_hears_of_an_imported_grade_before_its_release(class_of_two: Course) -> None:
    brought(class_of_two, row("bob", 12))
    assert class_of_two.ids("bob", KIND_GRADE) == []
    assert [event for event in class_of_two.events("bob") if event.item.HasField("grade")] == []
    class_of_two.release("A1")
    assert class_of_two.ids("bob", KIND_GRADE) == ["S2"]


def test_one_wrong_row_keeps_all_of_them_out_and_every_wrong_one_is_named(class_of_two: Course) -> None:
    class_of_two.add("carol", 1)
    refusal = refused(
        class_of_two,
        row("ann", 16, version=1),
        row("bob", 25),
        row("nobody", 3),
        row("carol", 3),
        row("bob", 3, assignment_id="A9"),
        row("ann", 17, version=1),
        row("grace", 3),
    )
    assert {each.field: each.description for each in refusal.violations} == {
        "grades[1].points": "must be 0 to 20, you sent 25",
        "grades[2].student": "there is no student nobody",
        "grades[3]": "carol has not handed in A1",
        "grades[4].assignment_id": "there is no assignment A9",
        "grades[5]": "must be given once for ann in A1",
        "grades[6].student": "there is no student grace",
    }
    assert state(class_of_two) == {"S1": (15, 1, False)}


def test_a_grader_at_work_meanwhile_keeps_the_import_out(class_of_two: Course) -> None:
    class_of_two.grade("S1", points=18, version=1)
    refusal = refused(class_of_two, row("ann", 16, version=1), row("bob", 12))
    assert (refusal.code, refusal.reason) == (10, "GRADE_CHANGED")
    assert refusal.message.startswith("Grace changed a grade at ")
    assert [each.field for each in refusal.violations] == ["grades[0].version"]
    assert state(class_of_two) == {"S1": (18, 2, False)}


def test_feedback_and_its_files_go_on_with_imported_points(class_of_two: Course) -> None:
    file = class_of_two.upload("grace", b"see page 3", "remarks.txt")
    new = NewGrade(submission_id="S1", points=9, feedback="Look again.", files=[file], version=1)
    class_of_two.accepted("grace", grade=new)
    brought(class_of_two, row("ann", 16, version=2))
    grade = class_of_two.one("grace", KIND_GRADE, "S1").grade
    assert (grade.points, grade.version, grade.feedback) == (16, 3, "Look again.")
    assert [each.name for each in grade.files] == ["remarks.txt"]


def test_the_newest_attempt_is_graded(class_of_two: Course) -> None:
    newer = class_of_two.submission("ann", "A1")
    brought(class_of_two, row("ann", 19))
    assert state(class_of_two) == {"S1": (15, 1, False), newer: (19, 1, False)}


@pytest.fixture
def late(course: Course) -> Course:
    """S1 of ann was 90 minutes late: of 20 points it loses four."""
    policy = LatePolicy(percent=10, interval_seconds=3_600)
    new = NewAssignment(title="Elections", points=20, due=at(course.now_ms + 1), late=policy)
    course.accepted("grace", create_assignment=new)
    course.now_ms += 1 + 90 * 60_000
    course.submission("ann", "A1")
    return course


def test_a_score_after_lateness_comes_of_the_points_that_leave_it(late: Course) -> None:
    brought(late, row("ann", score_hundredths=1_400))
    grade = late.one("grace", KIND_GRADE, "S1").grade
    assert (grade.points, grade.deducted_hundredths) == (18, 400)
    assert counts(brought(late, row("ann", score_hundredths=1_400))) == (0, 0, 1)


@pytest.mark.parametrize("score", [1_450, 1_700, 2_000])
def test_a_score_that_no_points_can_leave_is_refused_and_explained(late: Course, score: int) -> None:
    refusal = refused(late, row("ann", score_hundredths=score))
    assert refusal.violations[0].field == "grades[0].points"
    assert "loses 20 % of 20" in refusal.violations[0].description


def test_the_largest_import_there_may_be_is_no_request_too_large() -> None:
    rows = [
        ImportedGrade(assignment_id="A123456789", student="x" * 32, points=1_000, version=1_000)
        for _ in range(GRADES_MAX)
    ]
    request = PostRequest(request_id="x" * 64, grade_import=NewGradeImport(grades=rows))
    refuse_unknown_fields(request)
    assert request.ByteSize() < REQUEST_BYTES_MAX


def test_an_import_is_bounded_and_so_is_what_is_said_of_it(class_of_two: Course) -> None:
    assert refused(class_of_two).violations[0].field == "grades"
    too_many = refused(class_of_two, *[row("bob", 1)] * (GRADES_MAX + 1))
    assert too_many.violations[0].description == "must be at most 2,000, you sent 2,001"
    wrong = refused(class_of_two, *[row(f"nobody{number}", 1) for number in range(GRADES_MAX)])
    assert len(wrong.violations) == VIOLATIONS_MAX
