"""What a CSV file says of grades: in the columns of the gradebook as Canvas has it, or one row a grade."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.client.api import Assignment
from bot.commands.gradebook_reading import Gradebook
from bot.commands.spreadsheet import BadSheet, Problem, Row, Sheet
from bot.core.command import BadFiles
from bot.core.language import Words
from bot.core.text import gradebook as text
from bot.core.text import phrases
from bot.core.text.gradebook import CANVAS_COLUMNS, POINTS_POSSIBLE
from bot.core.text.spreadsheet import field_problem

_STUDENT, _, _SOURCED_ID, _LOGIN_ID, _ = (name.casefold() for name in CANVAS_COLUMNS)
_CANVAS_COLUMN = re.compile(r".*\((A[1-9]\d{0,8})\)", re.DOTALL)
_SCORE = re.compile(r"(\d{1,5})(?:[.,](\d{1,2})0*)?", re.ASCII)
_WHOLE = re.compile(r"(\d{1,5})(?:[.,]0*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class FoundGrade:
    """One of `points`, as a grader gives them, and `score_hundredths`, what is left after lateness."""

    line: int
    student: str
    """Username."""
    assignment_id: str
    points: int | None = None
    score_hundredths: int | None = None
    version: int | None = None
    """The one that the file was made from, where it says so."""


@dataclass(frozen=True, slots=True)
class FoundGrades:
    grades: Sequence[FoundGrade]
    """In the order of the file; empty cells say nothing."""
    left_out: Sequence[str]
    """Columns that are no grades."""


def find(sheet: Sheet, book: Gradebook) -> FoundGrades:
    """Raises BadSheet with every line at fault, BadFiles for a file without grades."""
    columns = {name.casefold(): place for place, name in enumerate(sheet.columns)}
    reading = _Reading(book)
    if "points" in columns and "assignment" in columns and "username" in columns:
        for row in sheet.rows:
            reading.long_row(row, columns)
        left_out: list[str] = []
    else:
        left_out = reading.canvas_rows(sheet, columns)
    if reading.problems:
        raise BadSheet(sorted(reading.problems, key=lambda problem: problem.line))
    if not reading.found:
        raise BadFiles(str(text.NO_GRADES_IN_FILE))
    return FoundGrades(reading.found, left_out)


class _Reading:
    """One file being read: what was found, and what is wrong."""

    def __init__(self, book: Gradebook) -> None:
        self.found: list[FoundGrade] = []
        self.problems: list[Problem] = []
        self._assignments: Mapping[str, Assignment] = {each.id: each for each in book.assignments}
        self._students = {each.username for each in book.students}
        self._by_sourced_id = {each.sourced_id: each.username for each in book.students if each.sourced_id}
        self._lines: dict[tuple[str, str], int] = {}

    def canvas_rows(self, sheet: Sheet, columns: Mapping[str, int]) -> list[str]:
        """The names of the columns left out. The rows are read into `found`."""
        places: dict[str, int] = {}
        left_out = []
        fixed = {name.casefold() for name in CANVAS_COLUMNS}
        for place, name in enumerate(sheet.columns):
            match = _CANVAS_COLUMN.fullmatch(name)
            if match is None:
                if name.casefold() not in fixed:
                    left_out.append(name)
            elif match[1] in self._assignments:
                places[match[1]] = place
            else:
                self._wrong(1, "", text.no_such_assignment(match[1]))
        for row in sheet.rows:
            self._canvas_row(row, columns, places)
        return left_out

    def _canvas_row(self, row: Row, columns: Mapping[str, int], places: Mapping[str, int]) -> None:
        given = {id_: row.cells[place] for id_, place in places.items() if row.cells[place]}
        if not given:
            return
        sourced_id = _cell(row, columns, _SOURCED_ID)
        login = _cell(row, columns, _LOGIN_ID).lower()
        if not (login or sourced_id) and _is_points_possible(_cell(row, columns, _STUDENT)):
            return
        student = login or self._by_sourced_id.get(sourced_id, "")
        if not student:
            self._wrong(row.line, "", text.NO_STUDENT_NAMED)
            return
        for id_, words in given.items():
            match = _SCORE.fullmatch(words)
            if match is None:
                self._wrong(row.line, id_, text.not_a_number(words))
                continue
            score = 100 * int(match[1]) + int((match[2] or "").ljust(2, "0"))
            if score > 100 * self._assignments[id_].points:
                self._wrong(row.line, id_, text.out_of_range(self._assignments[id_].points, words))
                continue
            self._add(FoundGrade(row.line, student, id_, score_hundredths=score))

    def long_row(self, row: Row, columns: Mapping[str, int]) -> None:
        words = _cell(row, columns, "points")
        if not words:
            return
        id_ = _cell(row, columns, "assignment").upper()
        if id_ not in self._assignments:
            self._wrong(row.line, "assignment", text.no_such_assignment(id_))
            return
        match = _WHOLE.fullmatch(words)
        if match is None:
            self._wrong(row.line, "points", phrases.not_a_number(words))
            return
        if int(match[1]) > self._assignments[id_].points:
            self._wrong(row.line, "points", text.out_of_range(self._assignments[id_].points, words))
            return
        version = _cell(row, columns, "version")
        if version and not re.fullmatch(r"\d{1,6}", version, re.ASCII):
            self._wrong(row.line, "version", phrases.not_a_number(version))
            return
        self._add(
            FoundGrade(
                row.line,
                _cell(row, columns, "username").lower(),
                id_,
                points=int(match[1]),
                version=int(version) if version else None,
            )
        )

    def _add(self, grade: FoundGrade) -> None:
        if grade.student not in self._students:
            self._wrong(grade.line, "", text.no_such_student(grade.student))
            return
        place = grade.student, grade.assignment_id
        earlier = self._lines.get(place)
        if earlier is not None:
            self._wrong(grade.line, "", text.given_twice(grade.student, grade.assignment_id, earlier))
            return
        self._lines[place] = grade.line
        self.found.append(grade)

    def _wrong(self, line: int, field: str, problem: Words) -> None:
        self.problems.append(Problem(line, field_problem(field, problem) if field else problem))


def _is_points_possible(student: str) -> bool:
    """Whether the row is no student's, but says what there was to earn; a student may be called so."""
    return student.casefold() == POINTS_POSSIBLE.casefold()


def _cell(row: Row, columns: Mapping[str, int], name: str) -> str:
    place = columns.get(name)
    return "" if place is None else row.cells[place]
