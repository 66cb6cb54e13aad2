"""What there is to do, by when, and how an instructor sets it."""

from __future__ import annotations

from bot.client.api import Assignment, Grade, LmsClient, LmsError
from bot.commands import arguments
from bot.commands.card import all_of, button, card, saved_card
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, listing
from bot.core.command import Arg, BadValue, Choice, Choices, Command, Conversation, Values
from bot.core.model import Button, Reply, Role
from bot.core.reader import ReaderZone
from bot.core.richtext import quote
from bot.core.text import course as text
from bot.core.text import dates, phrases

READERS = frozenset({Role.STUDENT, Role.INSTRUCTOR, Role.ADMINISTRATOR})

ASSIGNMENT_ID = arguments.item_id("A")


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
                READERS,
                (Arg("assignment", phrases.WHICH_ASSIGNMENT, parse=ASSIGNMENT_ID, required=False), PAGE),
            ),
            Command(
                "newassignment",
                text.NEWASSIGNMENT_SUMMARY,
                '/newassignment "Elections" 20 "fri 18:00" Explain PreVote in your own words.',
                self.create,
                frozenset({Role.INSTRUCTOR}),
                (
                    Arg(
                        "title",
                        text.ASSIGNMENT_TITLE_PROMPT,
                        parse=arguments.bounded(arguments.TITLE_CHARACTERS_MAX),
                    ),
                    Arg(
                        "points",
                        text.POINTS_MAX_PROMPT,
                        parse=arguments.whole_number(0, arguments.POINTS_MAX),
                    ),
                    Arg(
                        "due",
                        dates.due_prompt(ReaderZone(self._calendar.course_zone)),
                        parse=self._calendar.parse,
                        canonical=self._calendar.canonical,
                    ),
                    Arg(
                        "instructions",
                        text.INSTRUCTIONS_PROMPT,
                        parse=arguments.bounded(arguments.TEXT_CHARACTERS_MAX),
                        required=False,
                        rest=True,
                    ),
                ),
                confirm=self.preview,
            ),
        )

    async def read(self, conversation: Conversation, values: Values) -> Reply:
        grades = await self._own_grades(conversation)
        if values["assignment"]:
            assignment = await find_assignment(self._client, conversation, values["assignment"])
            return self._card(conversation.role, assignment, grades)
        assignments = await all_of(lambda page: self._client.assignments(conversation.token, page))
        if not assignments:
            return card(text.NO_ASSIGNMENTS)
        shown = listing(assignments[::-1], values["page"], "assignments")
        return card(
            phrases.assignments(len(assignments)),
            *(self._line(conversation.role, each, grades) for each in shown.items),
            *shown.place,
            buttons=[_open(assignment) for assignment in shown.items],
            pager=shown.pager,
        )

    async def preview(self, conversation: Conversation, values: Values) -> Reply:
        instructions = values["instructions"]
        return card(
            text.new_assignment(values["title"]),
            text.points_and_due(values["points"], self._calendar.due(values["due"])),
            quote(instructions) if instructions else text.NO_INSTRUCTIONS,
        )

    async def create(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.add_assignment(
            conversation.token,
            conversation.request_id,
            values["title"],
            values["instructions"] or "",
            values["points"],
            values["due"],
        )
        assignment = receipt.item
        return saved_card(
            receipt,
            phrases.published(assignment.id, assignment.title),
            text.points_and_due(assignment.points, self._calendar.due(assignment.due)),
            buttons=[_open(assignment), button(phrases.BUTTONS["assignments"], "assignments")],
        )

    async def _own_grades(self, conversation: Conversation) -> dict[str, Grade]:
        """A student's released grades by assignment, the newest attempt's last."""
        if conversation.role is not Role.STUDENT:
            return {}
        grades = await all_of(lambda page: self._client.grades(conversation.token, page=page))
        return {grade.assignment_id: grade for grade in grades}

    def _line(self, role: Role, assignment: Assignment, grades: dict[str, Grade]) -> str:
        due = self._calendar.due(assignment.due)
        return text.assignment_line(
            assignment.id, assignment.title, due, self._state(role, assignment, grades)
        )

    def _card(self, role: Role, assignment: Assignment, grades: dict[str, Grade]) -> Reply:
        return card(
            phrases.item_label(assignment.id, assignment.title),
            text.points_and_due(assignment.points, self._calendar.due(assignment.due)),
            self._state(role, assignment, grades),
            quote(assignment.instructions) if assignment.instructions else text.NO_INSTRUCTIONS,
            buttons=_next_steps(role, assignment),
        )

    def _state(self, role: Role, assignment: Assignment, grades: dict[str, Grade]) -> str:
        if role is not Role.STUDENT:
            return text.handed_in_by(assignment.submissions)
        grade = grades.get(assignment.id)
        if grade is not None:
            return text.graded(grade.points, grade.points_max)
        return text.own_attempts(assignment.submissions)


async def find_assignment(client: LmsClient, conversation: Conversation, assignment_id: str) -> Assignment:
    """Raises BadValue that names the assignments there are when this is none."""
    try:
        return await client.assignment(conversation.token, assignment_id)
    except LmsError as error:
        if error.code != "NOT_FOUND":
            raise
        page = await client.assignments(conversation.token)
        raise BadValue(text.no_such_assignment(assignment_id, [each.id for each in page.items])) from error


def assignment_choices(client: LmsClient) -> Choices:
    """Every assignment as a button. Raises BadValue when there is none."""

    async def choices(conversation: Conversation, values: Values) -> list[Choice]:
        assignments = await all_of(lambda page: client.assignments(conversation.token, page))
        if not assignments:
            raise BadValue(text.NO_ASSIGNMENTS)
        return [Choice(each.id, phrases.item_label(each.id, each.title)) for each in assignments]

    return choices


def _open(assignment: Assignment) -> Button:
    return button(phrases.item_label(assignment.id, assignment.title), "assignments", assignment.id)


def _next_steps(role: Role, assignment: Assignment) -> list[Button]:
    match role:
        case Role.STUDENT:
            return [
                button(text.HAND_IN, "submit", assignment.id),
                button(phrases.BUTTONS["assignments"], "assignments"),
            ]
        case Role.INSTRUCTOR:
            return [button(phrases.BUTTONS["pending"], "pending", assignment.id)]
        case _:
            return [button(phrases.BUTTONS["assignments"], "assignments")]
