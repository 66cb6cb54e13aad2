"""What there is to do, by when, and where oneself stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.client.api import Assignment, Extension, Grade, LmsClient, LmsError, Submission
from bot.commands import arguments, assignment_rules, attachments
from bot.commands.card import all_of, button, card, go
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, listing
from bot.commands.results import points_of
from bot.core.command import SIGNED_IN, Arg, BadValue, Choice, Choices, Command, Conversation, Values
from bot.core.model import Button, Reply, Role
from bot.core.richtext import Text, quote
from bot.core.text import assignments as text
from bot.core.text import phrases

ASSIGNMENT = Arg("assignment", phrases.WHICH_ASSIGNMENT, parse=arguments.item_id("A"))


@dataclass(frozen=True, slots=True)
class _Own:
    """What a student has to do with the assignments, by their ids."""

    grades: Mapping[str, Grade] = field(default_factory=dict)
    newest: Mapping[str, Submission] = field(default_factory=dict)


class Assignments:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "assignments",
                text.ASSIGNMENTS_SUMMARY,
                "/assignments A1",
                self.read,
                SIGNED_IN,
                (
                    PAGE,
                    replace(ASSIGNMENT, required=False),
                    Arg(
                        "file",
                        phrases.WHICH_FILE,
                        parse=arguments.whole_number(1, arguments.FILES_MAX),
                        required=False,
                    ),
                ),
                aside=True,
            ),
        )

    async def read(self, conversation: Conversation, values: Values) -> Reply:
        if values["assignment"]:
            assignment = await find_assignment(
                self._client, self._calendar, conversation, values["assignment"]
            )
            if values["file"]:
                return await attachments.card_of_one(
                    self._client,
                    conversation,
                    assignment.id,
                    assignment.rules.files,
                    values["file"],
                    open_button(assignment),
                )
            return await self._card(conversation, assignment)
        found = await all_of(lambda page: self._client.assignments(conversation.token, page=page))
        if not found:
            command = "newassignment" if conversation.role is Role.INSTRUCTOR else "materials"
            return card(text.NO_ASSIGNMENTS, buttons=[go(command)])
        own = await self._own(conversation)
        shown = listing(_soonest_first(found, self._calendar.now()), values["page"], "assignments")
        return card(
            phrases.assignments(len(found)),
            *(self._line(conversation.role, each, own) for each in shown.items),
            *shown.place,
            buttons=[open_button(assignment) for assignment in shown.items],
            pager=shown.pager,
        )

    async def _own(self, conversation: Conversation, assignment_id: str = "") -> _Own:
        """A student's released grades and newest attempts."""
        if conversation.role is not Role.STUDENT:
            return _Own()
        token = conversation.token
        grades = await all_of(lambda page: self._client.grades(token, assignment_id, page=page))
        attempts = await all_of(lambda page: self._client.submissions(token, assignment_id, page=page))
        return _Own(
            # Lists are in the order of their ids: the newest attempt comes last.
            {grade.assignment_id: grade for grade in grades},
            {attempt.assignment_id: attempt for attempt in attempts},
        )

    def _line(self, role: Role, assignment: Assignment, own: _Own) -> str:
        opens = assignment_rules.opens_later(assignment.rules, self._calendar.now())
        if opens is not None:
            return text.opening_line(assignment.id, assignment.title, self._calendar.due(opens))
        due = self._calendar.due(assignment.due)
        return text.line(assignment.id, assignment.title, due, self._state(role, assignment, own))

    def _state(self, role: Role, assignment: Assignment, own: _Own) -> list[str]:
        if role is not Role.STUDENT:
            return [text.handed_in_by(assignment.submissions)]
        grade, newest = own.grades.get(assignment.id), own.newest.get(assignment.id)
        open_ = assignment_rules.is_open(assignment, self._calendar.now())
        state = []
        if grade is not None:
            state.append(text.graded(points_of(grade)))
        elif not assignment.submissions and not open_:
            state.append(str(text.CLOSED_AND_MISSED))
        else:
            state.append(text.own_attempts(assignment.submissions, newest is not None and newest.late))
        if open_ and assignment.rules.attempts_max:
            state.append(text.attempts_left(max(0, assignment.rules.attempts_max - assignment.submissions)))
        if assignment.extended_due is not None:
            state.append(str(text.EXTENDED))
        return state

    async def _card(self, conversation: Conversation, assignment: Assignment) -> Reply:
        own = await self._own(conversation, assignment.id)
        student = conversation.role is Role.STUDENT
        opens = assignment_rules.opens_later(assignment.rules, self._calendar.now()) if student else None
        files = assignment.rules.files
        details: list[Text | str] = [
            text.points_and_due(assignment.points, self._calendar.due(assignment.due)),
            *self._extended(assignment),
            *assignment_rules.described(assignment.rules, assignment.due, self._calendar),
        ]
        if opens is not None:
            details.append(text.shown_when_it_opens(self._calendar.due(opens)))
        else:
            details.append(", ".join(self._state(conversation.role, assignment, own)))
        if conversation.role is Role.INSTRUCTOR:
            details += await self._extensions(conversation, assignment)
        details += [phrases.file_line(file.name, file.size) for file in files]
        if assignment.instructions:
            details.append(quote(assignment.instructions))
        elif opens is None and not files:
            details.append(str(text.NO_INSTRUCTIONS))
        return card(
            phrases.item_label(assignment.id, assignment.title),
            *details,
            buttons=[
                *attachments.file_buttons("assignments", assignment.id, files),
                *self._next_steps(conversation.role, assignment),
            ],
            files=await attachments.fetched(self._client, conversation, assignment.id, files),
        )

    def _extended(self, assignment: Assignment) -> list[str]:
        if assignment.extended_due is None:
            return []
        return [text.everybodys_due(self._calendar.absolute(assignment.everybodys_due))]

    async def _extensions(self, conversation: Conversation, assignment: Assignment) -> list[Text | str]:
        standing = await standing_extensions(self._client, conversation, assignment)
        return [
            text.extension_line(
                phrases.person(extension.student_name, extension.student),
                self._calendar.absolute(extension.due),
            )
            for extension in standing.values()
        ]

    def _next_steps(self, role: Role, assignment: Assignment) -> list[Button]:
        others = go("assignments")
        match role:
            case Role.STUDENT:
                taken = not assignment_rules.refusal(assignment, self._calendar)
                return [*([button(text.HAND_IN, "submit", assignment.id)] if taken else []), others]
            case Role.INSTRUCTOR:
                return [
                    go("submissions", f"assignment={assignment.id}"),
                    go("pending", assignment.id),
                    button(text.GIVE_EXTENSION, "extend", assignment.id),
                ]
            case _:
                return [others]


async def find_assignment(
    client: LmsClient, calendar: Calendar, conversation: Conversation, assignment_id: str
) -> Assignment:
    """Raises BadValue that names the open assignments when this is none."""
    try:
        return await client.assignment(conversation.token, assignment_id)
    except LmsError as error:
        if error.code != "NOT_FOUND":
            raise
        others = await all_of(lambda page: client.assignments(conversation.token, page=page))
        open_ones = [each.id for each in others if assignment_rules.is_open(each, calendar.now())]
        raise BadValue(text.no_such_assignment(assignment_id, open_ones)) from error


async def standing_extensions(
    client: LmsClient, conversation: Conversation, assignment: Assignment
) -> dict[str, Extension]:
    """By student: of each the newest, unless it has been taken back."""
    granted = await all_of(lambda page: client.extensions(conversation.token, assignment.id, page=page))
    newest = {extension.student: extension for extension in granted}
    return {who: each for who, each in newest.items() if each.due > assignment.everybodys_due}


def assignment_choices(client: LmsClient) -> Choices:
    """Every assignment as a button. Raises BadValue when there is none."""

    async def choices(conversation: Conversation, values: Values) -> list[Choice]:
        assignments = await all_of(lambda page: client.assignments(conversation.token, page=page))
        if not assignments:
            raise BadValue(text.NO_ASSIGNMENTS)
        return [Choice(each.id, phrases.item_label(each.id, each.title)) for each in assignments]

    return choices


def open_button(assignment: Assignment) -> Button:
    return button(phrases.item_label(assignment.id, assignment.title), "assignments", assignment.id)


def _soonest_first(assignments: Sequence[Assignment], now: datetime) -> list[Assignment]:
    """What is due next; then what opens later; then what is over, the latest first."""

    def urgency(assignment: Assignment) -> tuple[int, float]:
        opens, due = assignment_rules.opens_later(assignment.rules, now), assignment.due
        if opens is not None:
            return 1, opens.timestamp()
        return (0, due.timestamp()) if due > now else (2, -due.timestamp())

    return sorted(assignments, key=urgency)
