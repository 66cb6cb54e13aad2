"""What an assignment came to, in figures and as a picture."""

from __future__ import annotations

from dataclasses import replace

from bot.client.api import LmsClient
from bot.commands.assignments import ASSIGNMENT, assignment_choices, find_assignment
from bot.commands.card import button, card, go
from bot.commands.dates import Calendar
from bot.core.command import INSTRUCTORS, Command, Conversation, Values
from bot.core.model import Reply
from bot.core.richtext import code
from bot.core.text import gradebook as text
from bot.core.text import phrases
from bot.pictures.histogram import as_lines, histogram, ranges


class Statistics:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "stats",
                text.STATS_SUMMARY,
                "/stats A1",
                self.show,
                INSTRUCTORS,
                (replace(ASSIGNMENT, choices=assignment_choices(self._client)),),
            ),
        )

    async def show(self, conversation: Conversation, values: Values) -> Reply:
        assignment = await find_assignment(self._client, self._calendar, conversation, values["assignment"])
        found = await self._client.statistics(conversation.token, assignment.id)
        headline = text.statistics_of(phrases.item_label(assignment.id, assignment.title))
        details = [
            text.handed_in(found.submitted, found.students, found.late, found.missing),
            text.graded(found.graded, found.released),
        ]
        buttons = [
            go("pending", assignment.id),
            button(text.GRADEBOOK, "gradebook"),
        ]
        scores = found.scores_hundredths
        if not scores:
            return card(headline, *details, text.NOTHING_GRADED, buttons=buttons)
        counted = ranges(scores, found.points_max)
        return card(
            headline,
            *details,
            text.centre(found.mean_hundredths, found.median_hundredths, found.points_max),
            text.spread(
                found.lower_quartile_hundredths, found.upper_quartile_hundredths, scores[0], scores[-1]
            ),
            *(code(line) for line in as_lines(counted)),
            buttons=buttons,
            files=await histogram(
                f"{assignment.id}-scores.png", headline, counted, str(text.SCORES), str(text.STUDENTS)
            ),
        )
