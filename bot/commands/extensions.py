"""One student gets more time."""

from __future__ import annotations

import difflib
from dataclasses import replace

from bot.client.api import Assignment, LmsClient, LmsError, User
from bot.commands import arguments
from bot.commands.assignments import (
    ASSIGNMENT,
    assignment_choices,
    find_assignment,
    open_button,
    standing_extensions,
)
from bot.commands.card import card, saved_card
from bot.commands.dates import Calendar, is_time
from bot.commands.lookup import everybody
from bot.core.command import INSTRUCTORS, Arg, BadValue, Choice, Command, Conversation, Values
from bot.core.model import Reply, Role
from bot.core.reader import ReaderZone
from bot.core.text import assignments as text
from bot.core.text import dates, phrases

MEANT_MAX = 5

_named = arguments.bounded(arguments.DISPLAY_NAME_CHARACTERS_MAX)


class Extensions:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "extend",
                text.EXTEND_SUMMARY,
                '/extend A1 ada "2026-11-30 18:00"',
                self.extend,
                INSTRUCTORS,
                (
                    replace(
                        ASSIGNMENT,
                        choices=assignment_choices(self._client),
                        check=self._demand_assignment,
                    ),
                    Arg(
                        "student",
                        text.STUDENT_PROMPT,
                        parse=_name,
                        choices=self._students_as_choices,
                        check=self._demand_student,
                    ),
                    Arg(
                        "due",
                        dates.due_prompt(ReaderZone(self._calendar.course_zone)),
                        parse=self._calendar.parse_any,
                        canonical=self._calendar.canonical,
                        goes_on=is_time,
                    ),
                ),
                confirm=self.preview,
            ),
        )

    async def preview(self, conversation: Conversation, values: Values) -> Reply:
        assignment = await self._assignment(conversation, values["assignment"])
        student = await self._student(conversation, values["student"])
        everybodys = self._calendar.absolute(assignment.everybodys_due)
        if values["due"] < assignment.everybodys_due:
            why = text.not_before_everybodys(everybodys)
            raise LmsError("INVALID_ARGUMENT", "INVALID_FIELD", "", {"due": why})
        standing = await standing_extensions(self._client, conversation, assignment)
        earlier = standing.get(student.username)
        return card(
            text.extend_card(
                student.display_name,
                self._calendar.due(values["due"]),
                phrases.item_label(assignment.id, assignment.title),
            ),
            text.due_for_everybody(everybodys),
            *([text.extended_so_far(self._calendar.absolute(earlier.due))] if earlier else []),
        )

    async def extend(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.extend(
            conversation.token,
            conversation.request_id,
            values["assignment"],
            values["student"],
            values["due"],
        )
        extension = receipt.item
        assignment = await self._look(conversation, extension.assignment_id)
        return saved_card(
            receipt,
            text.extended(
                extension.id,
                extension.student_name,
                self._calendar.absolute(extension.due),
                extension.assignment_id,
            ),
            text.told(extension.student_name),
            buttons=[open_button(assignment)] if assignment else [],
        )

    async def _assignment(self, conversation: Conversation, assignment_id: str) -> Assignment:
        return await find_assignment(self._client, self._calendar, conversation, assignment_id)

    async def _look(self, conversation: Conversation, assignment_id: str) -> Assignment | None:
        """None when it cannot be looked at: the extension is granted all the same."""
        try:
            return await self._client.assignment(conversation.token, assignment_id)
        except LmsError:
            return None

    async def _demand_assignment(self, conversation: Conversation, assignment_id: str) -> None:
        await self._assignment(conversation, assignment_id)

    async def _demand_student(self, conversation: Conversation, username: str) -> None:
        await self._student(conversation, username)

    async def _students(self, conversation: Conversation) -> list[User]:
        users = await everybody(self._client, conversation.token)
        return [user for user in users if user.role == Role.STUDENT.value]

    async def _student(self, conversation: Conversation, username: str) -> User:
        """Raises BadValue when there is none, with the user names that may be meant."""
        students = {user.username: user for user in await self._students(conversation)}
        if username not in students:
            named = [user.username for user in students.values() if _is_called(user, username)]
            meant = named[:MEANT_MAX] or difflib.get_close_matches(username, students, n=1)
            raise BadValue(text.no_such_student(username, meant))
        return students[username]

    async def _students_as_choices(self, conversation: Conversation, values: Values) -> list[Choice]:
        students = await self._students(conversation)
        if not students:
            raise BadValue(text.NO_STUDENTS)
        return [Choice(user.username, phrases.shortened(user.display_name)) for user in students]


def _name(words: str) -> str:
    """A user name; or a name, for which those are told that may be meant. Raises BadValue."""
    found: str = _named(words)
    return found.lower()


def _is_called(user: User, name: str) -> bool:
    called = user.display_name.casefold().split()
    return all(word in called for word in name.casefold().split())
