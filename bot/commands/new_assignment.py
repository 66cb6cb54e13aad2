"""How an instructor sets an assignment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.client.api import AssignmentRules, LmsClient, LmsError
from bot.commands import arguments, assignment_rules, attachments
from bot.commands.assignments import open_button
from bot.commands.card import card, go, saved_card
from bot.commands.dates import Calendar, is_time
from bot.core.command import INSTRUCTORS, Arg, Command, Conversation, Values
from bot.core.language import Phrase, Words
from bot.core.model import Reply
from bot.core.reader import ReaderZone
from bot.core.richtext import Text, quote
from bot.core.text import assignments as text
from bot.core.text import dates, phrases

ATTEMPTS_MAX = 1_000


class NewAssignment:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        title = arguments.bounded(arguments.TITLE_CHARACTERS_MAX)
        points = arguments.whole_number(0, arguments.POINTS_MAX)
        attempts = arguments.whole_number(1, ATTEMPTS_MAX)
        instructions = arguments.bounded(arguments.TEXT_CHARACTERS_MAX)
        return (
            Command(
                "newassignment",
                text.NEWASSIGNMENT_SUMMARY,
                '/newassignment "Elections" 20 "fri 18:00" cutoff=+10d late=10%/day Explain PreVote.',
                self.create,
                INSTRUCTORS,
                (
                    Arg("title", text.TITLE_PROMPT, parse=title),
                    Arg("points", text.POINTS_MAX_PROMPT, parse=points),
                    self._date("due", dates.due_prompt(ReaderZone(self._calendar.course_zone))),
                    self._date("opens", text.OPENS_PROMPT, named=True),
                    self._date("cutoff", text.CUTOFF_PROMPT, named=True),
                    Arg("attempts", text.ATTEMPTS_PROMPT, parse=attempts, required=False, named=True),
                    Arg("late", text.LATE_PROMPT, parse=assignment_rules.late, required=False, named=True),
                    Arg(
                        "min", text.MINIMUM_PROMPT, parse=assignment_rules.percent, required=False, named=True
                    ),
                    Arg(
                        "rubric",
                        text.RUBRIC_PROMPT,
                        parse=assignment_rules.rubric,
                        required=False,
                        named=True,
                    ),
                    Arg(
                        "instructions",
                        text.INSTRUCTIONS_PROMPT,
                        parse=instructions,
                        required=False,
                        rest=True,
                    ),
                    Arg("files", text.INSTRUCTION_FILES_PROMPT, required=False, files=True),
                ),
                confirm=self.preview,
            ),
        )

    def _date(self, name: str, prompt: Phrase, named: bool = False) -> Arg:
        parse, canonical = self._calendar.parse, self._calendar.canonical
        return Arg(
            name,
            prompt,
            parse=parse,
            canonical=canonical,
            goes_on=is_time,
            required=not named,
            named=named,
        )

    async def preview(self, conversation: Conversation, values: Values) -> Reply:
        self._demand_consistent(values)
        instructions, files = values["instructions"], values["files"]
        if instructions:
            task: list[Text | Words] = [quote(instructions)]
        else:
            task = [] if files else [text.NO_INSTRUCTIONS]
        return card(
            text.new_assignment(values["title"]),
            text.points_and_due(values["points"], self._calendar.due(values["due"])),
            *self._described(_rules(values), values["due"]),
            *(phrases.file_line(file.name, file.size) for file in files),
            *task,
        )

    async def create(self, conversation: Conversation, values: Values) -> Reply:
        files = await attachments.uploaded(self._client, conversation, values["files"])
        receipt = await self._client.add_assignment(
            conversation.token,
            conversation.request_id,
            values["title"],
            values["instructions"] or "",
            values["points"],
            values["due"],
            replace(_rules(values), files=files),
        )
        assignment = receipt.item
        return saved_card(
            receipt,
            phrases.published(assignment.id, assignment.title),
            text.points_and_due(assignment.points, self._calendar.due(assignment.due)),
            *self._described(assignment.rules, assignment.due),
            *(phrases.file_line(file.name, file.size) for file in assignment.rules.files),
            buttons=[open_button(assignment), go("assignments")],
        )

    def _described(self, rules: AssignmentRules, due: datetime) -> list[Words]:
        lines: list[Words] = list(assignment_rules.described(rules, due, self._calendar))
        if assignment_rules.opens_later(rules, self._calendar.now()) is not None:
            lines.append(text.TOLD_WHEN_IT_OPENS)
        return lines

    def _demand_consistent(self, values: Values) -> None:
        """Raises LmsError that names the argument to ask for again."""
        due = values["due"]
        when = self._calendar.absolute(due)
        if values["opens"] is not None and values["opens"] >= due:
            raise _wrong("opens", text.before_due(when))
        if values["cutoff"] is not None and values["cutoff"] < due:
            raise _wrong("cutoff", text.not_before_due(when))
        if values["min"] is not None and values["late"] is None:
            raise _wrong("late", text.LATE_FOR_MINIMUM)
        if values["rubric"] is not None:
            total = sum(line.points for line in values["rubric"])
            if total != values["points"]:
                raise _wrong("rubric", text.rubric_total(values["points"], total))


def _rules(values: Values) -> AssignmentRules:
    """All but the files."""
    late = values["late"]
    return AssignmentRules(
        opens=values["opens"],
        cutoff=values["cutoff"],
        attempts_max=values["attempts"] or 0,
        late=None if late is None else replace(late, minimum_percent=values["min"] or 0),
        rubric=values["rubric"] or (),
    )


def _wrong(argument: str, why: Words) -> LmsError:
    return LmsError("INVALID_ARGUMENT", "INVALID_FIELD", "", {argument: str(why)})
