"""What came of it: a student's grades, and how far everything has got."""

from __future__ import annotations

from collections.abc import Sequence

from bot.client.api import Grade, LmsClient, RubricLine
from bot.commands import arguments, attachments
from bot.commands.card import all_of, button, card, go
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, listing
from bot.core.command import STUDENTS, Arg, BadValue, Command, Conversation, Values
from bot.core.model import Button, Reply
from bot.core.richtext import Text, join, quote
from bot.core.text import grading, phrases
from bot.core.text import work as text

FEEDBACK_SHOWN = 300
"""Characters, in a list."""


class Results:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "grades",
                text.GRADES_SUMMARY,
                "/grades A1",
                self.grades,
                STUDENTS,
                (
                    Arg("assignment", grading.WHICH_GRADE, parse=arguments.item_id("A"), required=False),
                    Arg(
                        "file",
                        phrases.WHICH_FILE,
                        parse=arguments.whole_number(1, arguments.FILES_MAX),
                        required=False,
                    ),
                    PAGE,
                ),
                lists=("assignments",),
            ),
        )

    async def grades(self, conversation: Conversation, values: Values) -> Reply:
        grades = await all_of(lambda page: self._client.grades(conversation.token, page=page))
        # Of every assignment the newest attempt that was graded; the list comes in the order of attempts.
        newest = {grade.assignment_id: grade for grade in grades}
        wanted = values["assignment"]
        if wanted:
            if wanted not in newest:
                await self._client.assignment(conversation.token, wanted)  # or there is none of that id
                raise BadValue(grading.no_grade_of(wanted))
            if values["file"]:
                grade, back = newest[wanted], go("grades")
                return await attachments.card_of_one(
                    self._client, conversation, grade.id, grade.files, values["file"], back
                )
            return await self._one_grade(conversation, newest[wanted])
        if not grades:
            return card(text.NO_GRADES, buttons=[go("submissions")])
        shown = listing(list(newest.values()), values["page"], "grades")
        return card(
            grading.total(
                sum(grade.score_hundredths for grade in newest.values()),
                sum(grade.points_max for grade in newest.values()),
            ),
            *(line for grade in shown.items for line in _grade_lines(grade)),
            *shown.place,
            buttons=[*(_open_grade(grade) for grade in shown.items), go("progress")],
            pager=shown.pager,
        )

    async def _one_grade(self, conversation: Conversation, grade: Grade) -> Reply:
        assignment = await self._client.assignment(conversation.token, grade.assignment_id)
        files = await attachments.fetched(self._client, conversation, grade.id, grade.files)
        return card(
            text.grade_line(grade.assignment_id, grade.assignment_title, points_of(grade), grade.id),
            *grade_details(grade, assignment.rules.rubric),
            grading.graded_by(grade.grader, self._calendar.absolute(grade.graded_at)),
            buttons=[
                *attachments.file_buttons("grades", grade.assignment_id, grade.files),
                button(grading.ASK_FOR_REGRADE, "regrade", grade.assignment_id),
                go("grades"),
            ],
            files=files,
        )


def points_of(grade: Grade) -> str:
    """With what lateness took, where it took something."""
    if not grade.deducted_hundredths:
        return text.points_of(grade.points, grade.points_max)
    return grading.points_less_lateness(
        grade.points,
        grade.points_max,
        grade.late_percent,
        grade.deducted_hundredths,
        grade.score_hundredths,
    )


def grade_details(grade: Grade, rubric: Sequence[RubricLine] = ()) -> list[Text | str]:
    """Rubric, feedback, names of files. With the assignment's `rubric` also what there was to earn."""
    most = {line.criterion: line.points for line in rubric}
    details: list[Text | str] = [
        grading.rubric_line(score.criterion, score.points, most.get(score.criterion))
        for score in grade.rubric
    ]
    if grade.feedback:
        details.append(join((f"{text.FEEDBACK} ", quote(grade.feedback))))
    return [*details, *(phrases.file_line(file.name, file.size) for file in grade.files)]


def _grade_lines(grade: Grade) -> list[Text | str]:
    line = text.grade_line(grade.assignment_id, grade.assignment_title, points_of(grade), grade.id)
    if not grade.feedback:
        return [line]
    feedback = phrases.beginning(grade.feedback, FEEDBACK_SHOWN)
    return [line, join((f"   {text.FEEDBACK} ", quote(feedback)))]


def _open_grade(grade: Grade) -> Button:
    return button(
        phrases.item_label(grade.assignment_id, grade.assignment_title), "grades", grade.assignment_id
    )
