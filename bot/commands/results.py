"""What came of it: a student's grades, and how far everything has got."""

from __future__ import annotations

from bot.client.api import Grade, LmsClient, Progress
from bot.commands.card import LISTED_MAX, all_of, button, card
from bot.commands.listing import PAGE, listing
from bot.core.command import Command, Conversation, Values
from bot.core.model import Reply, Role
from bot.core.richtext import Text, join, quote
from bot.core.text import phrases
from bot.core.text import work as text


class Results:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (
            Command("grades", text.GRADES_SUMMARY, "/grades", self.grades, frozenset({Role.STUDENT})),
            Command(
                "progress",
                text.PROGRESS_SUMMARY,
                "/progress",
                self.progress,
                frozenset({Role.STUDENT, Role.INSTRUCTOR}),
                (PAGE,),
            ),
        )

    async def grades(self, conversation: Conversation, values: Values) -> Reply:
        grades = await all_of(lambda page: self._client.grades(conversation.token, page=page))
        if not grades:
            return card(text.NO_GRADES, buttons=[button(phrases.BUTTONS["submissions"], "submissions")])
        counted = {grade.assignment_id: grade for grade in grades}.values()
        details: list[Text | str] = []
        for grade in grades[-LISTED_MAX:]:
            details.append(
                text.grade_line(grade.assignment_id, grade.assignment_title, points_of(grade), grade.id)
            )
            if grade.feedback:
                details.append(join((f"   {text.FEEDBACK} ", quote(grade.feedback))))
        return card(
            text.total(sum(grade.points for grade in counted), sum(grade.points_max for grade in counted)),
            *details,
            *phrases.not_shown(len(grades) - LISTED_MAX),
            buttons=[button(phrases.BUTTONS["progress"], "progress")],
        )

    async def progress(self, conversation: Conversation, values: Values) -> Reply:
        everyone = await all_of(lambda page: self._client.progress(conversation.token, page))
        if conversation.role is Role.STUDENT and everyone:
            return card(
                text.OWN_PROGRESS,
                *_own(everyone[0]),
                buttons=[button(phrases.BUTTONS["grades"], "grades")],
            )
        shown = listing(everyone, values["page"], "progress", size=LISTED_MAX)
        return card(
            phrases.students(len(everyone)),
            *(_line(each) for each in shown.items),
            *shown.place,
            buttons=[button(phrases.BUTTONS["pending"], "pending")],
            pager=shown.pager,
        )


def points_of(grade: Grade) -> str:
    return text.points_of(grade.points, grade.points_max)


def _own(progress: Progress) -> list[str]:
    return [
        text.materials_read(progress.materials_read, progress.materials),
        text.assignments_handed_in(progress.assignments_submitted, progress.assignments),
        text.assignments_graded(progress.assignments_graded, progress.points, progress.points_max),
    ]


def _line(progress: Progress) -> str:
    return text.progress_line(
        progress.student_name,
        f"{progress.materials_read}/{progress.materials}",
        f"{progress.assignments_submitted}/{progress.assignments}",
        f"{progress.points}/{progress.points_max}",
    )
