"""From the queue of ungraded work to released grades."""

from __future__ import annotations

import logging
import re
from collections import Counter

from bot.client.api import Grade, LmsClient, LmsError, Submission
from bot.commands import arguments
from bot.commands.assignments import ASSIGNMENT_ID, assignment_choices, find_assignment
from bot.commands.card import LISTED_MAX, all_of, button, card, saved_card
from bot.commands.dates import Calendar
from bot.commands.results import points_of
from bot.commands.submissions import SUBMISSION_ID, grade_of, submission_headline, submission_line
from bot.core.command import Arg, BadValue, Choice, Command, Conversation, Values
from bot.core.model import Button, Reply, Role
from bot.core.text import phrases
from bot.core.text import work as text

log = logging.getLogger(__name__)

INSTRUCTORS = frozenset({Role.INSTRUCTOR})


class Grading:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "pending",
                text.PENDING_SUMMARY,
                "/pending A1",
                self.pending,
                INSTRUCTORS,
                (Arg("assignment", phrases.WHICH_ASSIGNMENT, parse=ASSIGNMENT_ID, required=False),),
            ),
            Command(
                "grade",
                text.GRADE_SUMMARY,
                "/grade S1 18 Clear and complete.",
                self.grade,
                INSTRUCTORS,
                (
                    Arg("submission", text.WHICH_SUBMISSION, parse=SUBMISSION_ID, choices=self._ungraded),
                    Arg(
                        "points",
                        text.POINTS_PROMPT,
                        parse=arguments.whole_number(0, arguments.POINTS_MAX),
                    ),
                    Arg(
                        "replaces",
                        text.REPLACES_PROMPT,
                        parse=_grade_version,
                        required=False,
                        yields=True,
                        choices=self._replacement,
                    ),
                    Arg(
                        "feedback",
                        text.FEEDBACK_PROMPT,
                        parse=arguments.bounded(arguments.FEEDBACK_CHARACTERS_MAX),
                        required=False,
                        rest=True,
                    ),
                ),
            ),
            Command(
                "release",
                text.RELEASE_SUMMARY,
                "/release A1",
                self.release,
                INSTRUCTORS,
                (
                    Arg(
                        "assignment",
                        phrases.WHICH_ASSIGNMENT,
                        parse=ASSIGNMENT_ID,
                        choices=assignment_choices(self._client),
                    ),
                ),
            ),
        )

    async def pending(self, conversation: Conversation, values: Values) -> Reply:
        wanted = values["assignment"] or ""
        if wanted:
            await find_assignment(self._client, self._calendar, conversation, wanted)
        waiting = await self._queue(conversation, wanted)
        drafts = await self._drafts(conversation, wanted)
        releases = [
            button(text.release_item(count, each), "release", each) for each, count in sorted(drafts.items())
        ]
        if not waiting:
            return card(text.NOTHING_TO_GRADE, *text.drafts_waiting(drafts), buttons=releases)
        return card(
            text.submissions_to_grade(len(waiting)),
            *(submission_line(each, self._calendar) for each in waiting[:LISTED_MAX]),
            *phrases.not_shown(len(waiting) - LISTED_MAX),
            *text.drafts_waiting(drafts),
            buttons=[
                *(button(phrases.open_item(each.id), "submissions", each.id) for each in waiting[:8]),
                *releases,
            ],
        )

    async def grade(self, conversation: Conversation, values: Values) -> Reply:
        submission_id: str = values["submission"]
        # Made of what was typed alone: repeated with its request id, the act must be the same to the letter.
        version = values["replaces"] or 0
        try:
            receipt = await self._client.put_grade(
                conversation.token,
                conversation.request_id,
                submission_id,
                values["points"],
                values["feedback"] or "",
                version,
            )
        except LmsError as error:
            if error.code != "ABORTED":
                raise
            current = await grade_of(self._client, conversation, submission_id)
            if current is None:
                raise
            raise _graded_already(current) from error
        grade = receipt.item
        return saved_card(
            receipt,
            text.grade_saved(grade.id, grade.student_name, points_of(grade)),
            *([f"{text.FEEDBACK} {grade.feedback}"] if grade.feedback else []),
            text.NOT_YET_RELEASED,
            buttons=[
                await self._release_button(conversation, grade.assignment_id),
                button(phrases.BUTTONS["pending"], "pending"),
            ],
        )

    async def release(self, conversation: Conversation, values: Values) -> Reply:
        assignment = await find_assignment(self._client, self._calendar, conversation, values["assignment"])
        receipt = await self._client.release(conversation.token, conversation.request_id, assignment.id)
        headline = text.released(receipt.item, assignment.id)
        title = phrases.item_label(assignment.id, assignment.title)
        pending = button(phrases.BUTTONS["pending"], "pending")
        if not receipt.item:
            return card(headline, title, buttons=[pending])
        return saved_card(receipt, headline, title, buttons=[pending])

    async def _queue(self, conversation: Conversation, assignment_id: str = "") -> list[Submission]:
        """Newest attempts without a grade, those that waited longest first."""
        waiting = await all_of(
            lambda page: self._client.submissions(conversation.token, assignment_id, pending=True, page=page)
        )
        return sorted(waiting, key=lambda each: each.submitted_at)

    async def _drafts(self, conversation: Conversation, assignment_id: str) -> dict[str, int]:
        """How many unreleased grades there are, by assignment."""
        grades = await all_of(lambda page: self._client.grades(conversation.token, assignment_id, page=page))
        return dict(Counter(grade.assignment_id for grade in grades if not grade.released))

    async def _release_button(self, conversation: Conversation, assignment_id: str) -> Button:
        """Says how many grades it would release, if that can be known: the grade itself is saved already."""
        try:
            drafts = await self._drafts(conversation, assignment_id)
        except LmsError as error:
            log.info("cannot count the drafts of %s: %s %s", assignment_id, error.code, error.reason)
            return button(text.release_all(assignment_id), "release", assignment_id)
        label = text.release_item(drafts.get(assignment_id, 0), assignment_id)
        return button(label, "release", assignment_id)

    async def _ungraded(self, conversation: Conversation, values: Values) -> list[Choice]:
        waiting = await self._queue(conversation)
        if not waiting:
            raise BadValue(text.NOTHING_TO_GRADE)
        return [Choice(each.id, submission_headline(each)) for each in waiting]

    async def _replacement(self, conversation: Conversation, values: Values) -> list[Choice]:
        current = await grade_of(self._client, conversation, values["submission"])
        if current is None:
            return []
        return [Choice(f"v{current.version}", text.replace_grade(points_of(current), current.grader))]


def _graded_already(current: Grade) -> LmsError:
    """Names the argument `replaces`, so that the core asks for it and keeps all else that was typed."""
    message = text.graded_already(current.id, current.grader, points_of(current))
    return LmsError("INVALID_ARGUMENT", "GRADE_CHANGED", message, {"replaces": message})


def _grade_version(word: str) -> int:
    """Reads `v2`."""
    match = re.fullmatch(r"v([1-9]\d{0,5})", word.strip().lower(), re.ASCII)
    if match is None:
        raise BadValue(phrases.NOT_A_VERSION)
    return int(match[1])
