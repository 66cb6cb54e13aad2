"""Every student's scores: in the chat with a picture, and as files."""

from __future__ import annotations

from bot.client.api import Assignment, Grade, LmsClient
from bot.commands import spreadsheet
from bot.commands.card import button, card, go
from bot.commands.gradebook_files import canvas_rows, long_rows
from bot.commands.gradebook_reading import Gradebook, read_gradebook
from bot.commands.listing import PAGE, listing
from bot.core.command import INSTRUCTORS, Arg, BadValue, Command, Conversation, Values
from bot.core.model import OutgoingFile, Reply
from bot.core.text import gradebook as text
from bot.core.text import phrases
from bot.core.text.assignments import NO_ASSIGNMENTS
from bot.pictures.table import Cell, table

STUDENTS_SHOWN = 16
COLUMNS_SHOWN = 8
"""Assignments in the picture, the newest; the text has them all."""
CSV, LONG = "csv", "long"


class GradebookCommands:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "gradebook",
                text.GRADEBOOK_SUMMARY,
                "/gradebook csv",
                self.show,
                INSTRUCTORS,
                (Arg("form", text.GRADEBOOK_FORM_PROMPT, parse=_form, required=False), PAGE),
            ),
        )

    async def show(self, conversation: Conversation, values: Values) -> Reply:
        book = await read_gradebook(self._client, conversation.token)
        if not book.students:
            step = go("assignments")
            return card(text.NO_STUDENTS, buttons=[step])
        if values["form"] is None:
            if not book.assignments:
                step = go("newassignment")
                return card(NO_ASSIGNMENTS, buttons=[step])
            return await _in_the_chat(book, values["page"])
        return _as_file(book, values["form"])


async def _in_the_chat(book: Gradebook, page: int | None) -> Reply:
    shown = listing(book.students, page, "gradebook", size=STUDENTS_SHOWN)
    drafts = sum(not grade.released for grade in book.grades.values())
    lines = []
    for student in shown.items:
        scores = [
            f"{each.id} {_marked(book.grades.get((student.username, each.id)))}" for each in book.assignments
        ]
        who = phrases.person(student.display_name, student.username)
        lines.append(text.student_line(who, scores, _total(book, student.username)))
    headline = text.headline(len(book.students), len(book.assignments))
    newest = book.assignments[-COLUMNS_SHOWN:]
    columns = [str(text.STUDENT), *(each.id for each in newest), str(text.TOTAL)]
    rows = [
        [
            Cell(student.display_name),
            *(_cell(book.grades.get((student.username, each.id))) for each in newest),
            Cell(_total(book, student.username)),
        ]
        for student in shown.items
    ]
    return card(
        headline,
        *(_assignment_line(book, each) for each in book.assignments),
        *lines,
        *shown.place,
        *text.drafts_included(drafts),
        buttons=[
            button(text.CANVAS_FILE, "gradebook", CSV),
            button(text.LONG_FILE, "gradebook", LONG),
        ],
        pager=shown.pager,
        files=await table("gradebook.png", headline, columns, rows),
    )


def _as_file(book: Gradebook, form: str) -> Reply:
    rows = canvas_rows(book) if form == CSV else long_rows(book)
    name = "gradebook" if form == CSV else "gradebook-long"
    parts = spreadsheet.written_in_parts(rows)
    names = (
        [f"{name}.csv"] if len(parts) == 1 else [f"{name}-{each}.csv" for each in range(1, len(parts) + 1)]
    )
    return card(
        text.file_headline(f"{name}.csv", len(rows) - 1),
        *text.in_parts(len(parts)),
        text.SCORES_ARE_AFTER_LATENESS if form == CSV else text.LONG_FORM_EXPLAINED,
        text.CAN_BE_IMPORTED,
        buttons=[button(text.GRADEBOOK, "gradebook")],
        files=[OutgoingFile(name, "text/csv", content) for name, content in zip(names, parts, strict=True)],
    )


def _assignment_line(book: Gradebook, assignment: Assignment) -> str:
    grades = [grade for (_, each), grade in book.grades.items() if each == assignment.id]
    drafts = sum(not grade.released for grade in grades)
    label = phrases.item_label(assignment.id, assignment.title)
    return text.assignment_line(label, len(grades), drafts, assignment.points)


def _score(grade: Grade | None) -> str:
    return text.NONE if grade is None else phrases.in_points(grade.score_hundredths)


def _marked(grade: Grade | None) -> str:
    return _score(grade) if grade is None or grade.released else text.draft(_score(grade))


def _cell(grade: Grade | None) -> Cell:
    return Cell(_score(grade), faint=grade is not None and not grade.released)


def _total(book: Gradebook, student: str) -> str:
    earned, most = book.total_hundredths(student)
    return f"{phrases.in_points(earned)} / {phrases.in_points(most)}"


def _form(word: str) -> str:
    found = word.strip().lower()
    if found not in {CSV, LONG}:
        raise BadValue(text.not_a_form(word))
    return found
