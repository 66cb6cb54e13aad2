"""What came of it: a student's grades."""

from __future__ import annotations

from bot.client.api import Grade, LmsClient
from bot.commands.card import LISTED_MAX, all_of, button, card
from bot.core.command import Command, Conversation, Values
from bot.core.model import Reply, Role
from bot.core.richtext import Text, join, quote
from bot.core.text import phrases
from bot.core.text import work as text


class Results:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (Command("grades", text.GRADES_SUMMARY, "/grades", self.grades, frozenset({Role.STUDENT})),)

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


def points_of(grade: Grade) -> str:
    return text.points_of(grade.points, grade.points_max)
