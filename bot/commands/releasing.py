"""Draft grades are published: a whole assignment's, or one student's."""

from __future__ import annotations

from bot.client.api import LmsClient
from bot.commands import arguments
from bot.commands.assignments import find_assignment
from bot.commands.card import all_of, card, go, saved_card
from bot.commands.dates import Calendar
from bot.commands.grading_queue import drafts, ungraded
from bot.commands.results import grade_details, points_of
from bot.core.command import INSTRUCTORS, Arg, BadValue, Choice, Command, Conversation, Values
from bot.core.model import Reply
from bot.core.text import assignments as assignments_text
from bot.core.text import grading as text
from bot.core.text import phrases, work


class Releasing:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "release",
                work.RELEASE_SUMMARY,
                "/release A1",
                self.release,
                INSTRUCTORS,
                (
                    Arg(
                        "item",
                        text.RELEASE_WHAT,
                        parse=arguments.item_id("A", "S"),
                        choices=self._assignments,
                    ),
                    Arg(
                        "count",
                        text.RELEASE_COUNT_PROMPT,
                        parse=arguments.whole_number(0, 10**arguments.DIGITS_MAX - 1),
                        required=False,
                        named=True,
                    ),
                ),
                confirm=self.preview,
                confirm_label=text.RELEASE_LABEL,
                lists=("pending",),
            ),
        )

    async def preview(self, conversation: Conversation, values: Values) -> Reply | None:
        """None for one grade, and where whoever releases has said how many there are."""
        item: str = values["item"]
        if item.startswith("S"):
            return None
        assignment = await find_assignment(self._client, self._calendar, conversation, item)
        count = (await drafts(self._client, conversation, item)).get(item, 0)
        if count in {0, values["count"]}:
            return None
        waiting = await ungraded(self._client, conversation, item)
        return card(
            text.release_card(count, phrases.item_label(assignment.id, assignment.title)),
            text.TOLD_ON_RELEASE,
            *text.not_graded_yet(len(waiting)),
        )

    async def release(self, conversation: Conversation, values: Values) -> Reply:
        item: str = values["item"]
        pending = go("pending")
        if item.startswith("S"):
            released = await self._client.release_grade(conversation.token, conversation.request_id, item)
            grade = released.item
            headline = text.released_to(grade.student_name, grade.id)
            return saved_card(
                released,
                headline,
                work.grade_detail(points_of(grade)),
                *grade_details(grade),
                buttons=[pending],
            )
        assignment = await find_assignment(self._client, self._calendar, conversation, item)
        receipt = await self._client.release(conversation.token, conversation.request_id, assignment.id)
        headline = work.released(receipt.item, assignment.id)
        title = phrases.item_label(assignment.id, assignment.title)
        if not receipt.item:
            return card(headline, title, buttons=[pending])
        return saved_card(receipt, headline, title, buttons=[pending])

    async def _assignments(self, conversation: Conversation, values: Values) -> list[Choice]:
        """Every assignment, with how many grades it would release."""
        assignments = await all_of(lambda page: self._client.assignments(conversation.token, page=page))
        if not assignments:
            raise BadValue(assignments_text.NO_ASSIGNMENTS)
        unreleased = await drafts(self._client, conversation)
        return [
            Choice(
                each.id,
                text.assignment_with_drafts(
                    phrases.item_label(each.id, each.title), unreleased.get(each.id, 0)
                ),
            )
            for each in assignments
        ]
