"""The gradebook as files: what goes out comes back the same, and hostile files change nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.client.api import Assignment, AssignmentRules, Grade, RubricScore, User
from bot.commands import imported_grades, spreadsheet
from bot.commands.gradebook_files import canvas_rows, long_rows
from bot.commands.gradebook_reading import Gradebook
from bot.commands.imported_grades import FoundGrade, FoundGrades
from bot.commands.spreadsheet import ROWS_MAX, BadSheet
from bot.core.command import BadValue

NOW = datetime(2026, 11, 3, 12, 30, tzinfo=UTC)
ADA = User("ada", "=Ada", "student", sourced_id="007")
LINUS = User("linus", "Linus", "student")


def assignment(id_: str, points: int = 20) -> Assignment:
    return Assignment(id_, f"Work {id_}", "", points, NOW, 0, AssignmentRules(), None)


def graded(student: User, assignment_id: str, points: int, deducted: int = 0, released: bool = True) -> Grade:
    return Grade(
        f"S{points}",
        assignment_id,
        f"Work {assignment_id}",
        student.username,
        student.display_name,
        points,
        20,
        "+Good",
        2,
        released,
        "Grace",
        NOW,
        deducted,
        20 if deducted else 0,
        (RubricScore("clarity", points),),
    )


def book(*grades: Grade) -> Gradebook:
    found = {(grade.student, grade.assignment_id): grade for grade in grades}
    return Gradebook((ADA, LINUS), (assignment("A1"), assignment("A2")), found)


BOOK = book(
    graded(ADA, "A1", 18, deducted=450), graded(ADA, "A2", 7, released=False), graded(LINUS, "A2", 20)
)


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read(content: str | bytes, of: Gradebook = BOOK) -> FoundGrades:
    raw = content.encode() if isinstance(content, str) else content
    return imported_grades.find(spreadsheet.read(raw), of)


def problems(content: str) -> list[str]:
    with pytest.raises(BadSheet) as caught:
        read(content)
    return [str(problem) for problem in caught.value.problems]


# --- out ---


def test_canvas_gets_its_columns_and_scores_after_lateness() -> None:
    assert cells(spreadsheet.written(canvas_rows(BOOK))) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Work A1 (A1)", "Work A2 (A2)"],
        ["    Points Possible", "", "", "", "", "20", "20"],
        ["'=Ada", "", "007", "ada", "", "13.5", "7"],
        ["Linus", "", "", "linus", "", "", "20"],
    ]


def test_the_long_form_has_one_row_a_grade_with_everything() -> None:
    header, first, *others = cells(spreadsheet.written(long_rows(BOOK)))
    row = dict(zip(header, first, strict=True))
    assert (row["username"], row["name"], row["sis_id"]) == ("ada", "'=Ada", "007")
    assert (row["points"], row["deducted"], row["score"], row["late_percent"]) == ("18", "4.5", "13.5", "20")
    assert (row["state"], row["version"], row["graded_at"]) == ("released", "2", "2026-11-03T12:30:00Z")
    assert (row["rubric"], row["feedback"]) == ("clarity:18", "'+Good")
    assert [dict(zip(header, other, strict=True))["state"] for other in others] == ["draft", "released"]


# --- back ---


def test_what_goes_out_as_canvas_has_it_comes_back_the_same() -> None:
    found = read(spreadsheet.written(canvas_rows(BOOK)))
    assert found.left_out == []
    assert {(each.student, each.assignment_id): each.score_hundredths for each in found.grades} == {
        place: grade.score_hundredths for place, grade in BOOK.grades.items()
    }


def test_what_goes_out_in_full_comes_back_the_same_with_its_versions() -> None:
    found = read(spreadsheet.written(long_rows(BOOK)))
    assert {(each.student, each.assignment_id): (each.points, each.version) for each in found.grades} == {
        place: (grade.points, grade.version) for place, grade in BOOK.grades.items()
    }


@pytest.mark.parametrize("rows_of", [canvas_rows, long_rows])
@pytest.mark.parametrize("feedback", ["", "Well argued. " * 500])
def test_what_goes_out_of_a_large_course_comes_back_in_parts_that_are_read(
    rows_of: Callable[[Gradebook], list[list[str]]], feedback: str
) -> None:
    """More rows than one file may have, and more bytes."""
    students = [User(f"s{number:04}", f"Student {number}", "student") for number in range(ROWS_MAX + 100)]
    grades = {(each.username, "A1"): replace(graded(each, "A1", 7), feedback=feedback) for each in students}
    large = Gradebook(students, (assignment("A1"),), grades)
    parts = spreadsheet.written_in_parts(rows_of(large))
    assert len(parts) > 1
    found = [read(part, large).grades for part in parts]
    assert [grade.student for grades in found for grade in grades] == [each.username for each in students]


def test_a_student_is_found_by_login_or_by_the_schools_id() -> None:
    found = read("Student,SIS User ID,SIS Login ID,X (A1)\nAda,007,,8\nLinus,,linus,9,\n")
    assert [(each.student, each.line) for each in found.grades] == [("ada", 2), ("linus", 3)]


def test_a_user_name_is_the_same_in_capitals() -> None:
    assert read("SIS Login ID,X (A1)\nADA,8\n").grades[0].student == "ada"
    assert read("username,assignment,points\nAda,A1,8\n").grades[0].student == "ada"


def test_the_grades_of_a_student_called_as_the_row_of_what_there_was_to_earn_are_not_lost() -> None:
    found = read("Student,SIS Login ID,X (A1)\n Points Possible,,20\nPoints Possible,ada,8\n")
    assert [(each.student, each.score_hundredths) for each in found.grades] == [("ada", 800)]


def test_points_that_are_no_whole_number_are_told_what_they_must_be() -> None:
    header = "username,assignment,points,version\n"
    assert problems(f"{header}ada,A1,8.5,\nlinus,A1,8,x\n") == [
        "line 2: points: “8.5” is not a whole number.",
        "line 3: version: “x” is not a whole number.",
    ]


def test_numbers_are_read_as_spreadsheets_of_any_country_write_them() -> None:
    found = read("SIS Login ID;X (A1);Y (A2)\nada;13,5;7.250\n")
    assert [each.score_hundredths for each in found.grades] == [1_350, 725]
    assert read("username,assignment,points\nada,a1,8.0\n").grades == [FoundGrade(2, "ada", "A1", points=8)]


def test_columns_that_are_no_assignment_are_named_and_left_out() -> None:
    found = read("SIS Login ID,X (A1),Midterm,Final Score\nada,8,9,80\n")
    assert list(found.left_out) == ["Midterm", "Final Score"]


def test_every_mistake_is_named_by_its_line() -> None:
    assert problems(
        "SIS Login ID,X (A1),Y (A9)\nada,25,1\nnobody,3,\n,4,\nada,EX,\nlinus,1,\nlinus,2,\n"
    ) == [
        "line 1: there is no assignment A9",
        "line 2: A1: must be 0 to 20, you sent 25",
        "line 3: there is no student nobody",
        "line 4: no SIS Login ID says whose grades these are",
        "line 5: A1: “EX” is no number of points",
        "line 7: linus has a grade of A1 in line 6 already",
    ]


@pytest.mark.parametrize("points", ["-1", "1e3", "=1+1", "٣", "8.5", "999999", "NaN", "0x8", "8 8"])
def test_points_are_whole_numbers_and_nothing_else(points: str) -> None:
    assert problems(f"username,assignment,points\nada,A1,{points}\n")[0].startswith("line 2: points: ")


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "SIS Login ID,X (A1)\nada,\n", "username,points\nada,8\n"])
def test_a_file_without_grades_is_told_what_it_needs(content: str) -> None:
    with pytest.raises(BadValue, match="username, assignment and points"):
        read(content)


hostile = st.text(st.sampled_from("aA19,;\t\n\"'=+-@()x:é\0 "), max_size=80)


@given(hostile, st.sampled_from(["", "username,assignment,points\n", "SIS Login ID,X (A1),Y (A2)\n"]))
def test_no_text_breaks_the_reader_or_names_who_is_not_there(body: str, header: str) -> None:
    try:
        found = read(header + body)
    except BadValue as refused:
        assert str(refused)
    else:
        assert all(each.student in {"ada", "linus"} for each in found.grades)
