"""Handing work in: looked at on a card, then confirmed, then receipted."""

from __future__ import annotations

from dataclasses import replace

from bot.client.api import Assignment, LmsClient, LmsError
from bot.commands import arguments, assignment_rules, attachments, same_files
from bot.commands.assignments import ASSIGNMENT, find_assignment
from bot.commands.card import all_of, card, go, saved_card
from bot.commands.dates import Calendar
from bot.core.command import STUDENTS, Arg, BadFiles, BadValue, Choice, Command, Conversation, Values
from bot.core.model import Reply
from bot.core.richtext import quote
from bot.core.text import assignments as assignments_text
from bot.core.text import phrases
from bot.core.text import work as text
from bot.core.text.dialogue import THE_TEXT

SHOWN_CHARACTERS = 2_000

_NOT_TAKEN = frozenset({"NOT_OPEN", "CLOSED", "ATTEMPTS_USED"})
"""Reasons of the cluster, whose dates are in UTC."""


class Submit:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "submit",
                text.SUBMIT_SUMMARY,
                "/submit A1 A leader is elected by a majority.",
                self.submit,
                STUDENTS,
                (
                    replace(ASSIGNMENT, choices=self._open_ones, check=self._demand_taken),
                    Arg(
                        "text",
                        text.WORK_TEXT_PROMPT,
                        parse=arguments.bounded(arguments.TEXT_CHARACTERS_MAX),
                        required=False,
                        rest=True,
                    ),
                    Arg("files", text.WORK_PROMPT, required=False, files=True),
                ),
                confirm=self.preview,
            ),
        )

    async def preview(self, conversation: Conversation, values: Values) -> Reply:
        words, files = values["text"], values["files"]
        if not words and not files:
            raise BadFiles(text.NOTHING_TO_HAND_IN)
        assignment = await self._taken(conversation, values["assignment"])
        earlier = []
        if files:
            earlier = await all_of(lambda page: self._client.submissions(conversation.token, page=page))
        return card(
            text.hand_in_card(
                assignment.id,
                assignment.title,
                assignment.submissions + 1,
                assignment.rules.attempts_max,
            ),
            *self._due(assignment),
            *(phrases.file_line(file.name, file.size) for file in files),
            *await same_files.warnings(conversation, files, earlier, assignment.id),
            *([quote(phrases.beginning(words, SHOWN_CHARACTERS))] if words else []),
        )

    async def submit(self, conversation: Conversation, values: Values) -> Reply:
        files = await attachments.uploaded(self._client, conversation, values["files"])
        try:
            receipt = await self._client.submit(
                conversation.token,
                conversation.request_id,
                values["assignment"],
                values["text"] or "",
                files,
            )
        except LmsError as error:
            if error.reason in _NOT_TAKEN:
                raise await self._retold(conversation, values["assignment"], error) from error
            raise
        submission = receipt.item
        return saved_card(
            receipt,
            text.handed_in(submission.id, submission.assignment_id, submission.attempt),
            text.when_handed_in(self._calendar.absolute(submission.submitted_at), submission.late),
            *([text.late_share(submission.late_percent)] if submission.late_percent else []),
            *(phrases.file_line(file.name, file.size) for file in submission.files),
            *([phrases.file_line(str(THE_TEXT), len(submission.text.encode()))] if submission.text else []),
            text.receipt(submission.id, submission.sha256, submission.index, submission.term),
            buttons=[go("submissions"), go("assignments")],
        )

    def _due(self, assignment: Assignment) -> list[str]:
        """By when; after that, what it costs."""
        now = self._calendar.now()
        lines = [text.due_or_late(self._calendar.due(assignment.due), late=now > assignment.due)]
        percent = assignment_rules.late_percent(assignment, now)
        if percent:
            how_late = assignment_rules.how_late(assignment.rules, percent)
            lines.append(assignments_text.lateness_costs(percent, assignment.points, how_late))
        return lines

    async def _taken(self, conversation: Conversation, assignment_id: str) -> Assignment:
        """Raises BadValue when it takes no work of this student."""
        assignment = await find_assignment(self._client, self._calendar, conversation, assignment_id)
        why_not = assignment_rules.refusal(assignment, self._calendar)
        if why_not:
            raise BadValue(why_not)
        return assignment

    async def _demand_taken(self, conversation: Conversation, assignment_id: str) -> None:
        await self._taken(conversation, assignment_id)

    async def _open_ones(self, conversation: Conversation, values: Values) -> list[Choice]:
        """The assignments that take work of this student, by due date."""
        found = await all_of(lambda page: self._client.assignments(conversation.token, page=page))
        taken = [each for each in found if not assignment_rules.refusal(each, self._calendar)]
        if not taken:
            raise BadValue(assignments_text.NOTHING_OPEN)
        taken.sort(key=lambda each: each.due)
        return [Choice(each.id, phrases.item_label(each.id, each.title)) for each in taken]

    async def _retold(self, conversation: Conversation, assignment_id: str, error: LmsError) -> LmsError:
        """The refusal with its date in the reader's time zone, where that can be known."""
        try:
            assignment = await self._client.assignment(conversation.token, assignment_id)
        except LmsError:
            return error
        told = assignment_rules.refusal(assignment, self._calendar)
        return LmsError(error.code, error.reason, told) if told else error
