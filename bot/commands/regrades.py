"""A student asks to have a grade looked at again; the instructors answer, and close the request."""

from __future__ import annotations

from dataclasses import replace

from bot.client.api import LmsClient, LmsError, Regrade
from bot.commands import arguments
from bot.commands.card import all_of, button, card, go, saved_card
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, listing
from bot.core.command import INSTRUCTORS, STUDENTS, Arg, BadValue, Choice, Command, Conversation, Values
from bot.core.model import Button, Reply, Role
from bot.core.richtext import Text, join, quote
from bot.core.text import grading as text
from bot.core.text import phrases, work

REGRADE_ID = arguments.item_id("R")
REASON_CHARACTERS_MAX = 2_000


class Regrades:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "regrade",
                text.REGRADE_SUMMARY,
                "/regrade A1 My proof is on page 2.",
                self.request,
                STUDENTS,
                (
                    Arg("assignment", text.WHICH_GRADE, parse=arguments.item_id("A"), choices=self._graded),
                    Arg(
                        "reason",
                        text.REASON_PROMPT,
                        parse=arguments.bounded(REASON_CHARACTERS_MAX),
                        rest=True,
                    ),
                ),
                lists=("grades",),
            ),
            Command(
                "regrades",
                text.REGRADES_SUMMARY,
                "/regrades R1",
                self.read,
                STUDENTS | INSTRUCTORS,
                (Arg("request", text.WHICH_REGRADE, parse=REGRADE_ID, required=False), PAGE),
                lists=("regrades",),
            ),
        )

    async def request(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.request_regrade(
            conversation.token, conversation.request_id, values["assignment"], values["reason"]
        )
        regrade = receipt.item
        title = phrases.item_label(regrade.assignment_id, regrade.assignment_title)
        said = text.regrade_requested if len(regrade.messages) == 1 else text.reason_added
        return saved_card(
            receipt,
            said(regrade.id, title),
            text.INSTRUCTORS_ARE_TOLD,
            buttons=[button(phrases.open_item(regrade.id), "regrades", regrade.id), go("grades")],
        )

    async def read(self, conversation: Conversation, values: Values) -> Reply:
        if values["request"]:
            regrade = await self._client.regrade(conversation.token, values["request"])
            return self._thread(regrade, conversation.role)
        instructor = conversation.role is Role.INSTRUCTOR
        found = await all_of(
            lambda page: self._client.regrades(conversation.token, pending=instructor, page=page)
        )
        if not found:
            return _nothing(instructor)
        shown = listing(found, values["page"], "regrades")
        return card(
            text.regrade_requests(len(found)),
            *(
                text.regrade_line(
                    each.id,
                    each.assignment_id,
                    each.student_name,
                    self._calendar.absolute(each.requested_at),
                    each.resolved,
                )
                for each in shown.items
            ),
            *shown.place,
            buttons=[button(phrases.open_item(each.id), "regrades", each.id) for each in shown.items],
            pager=shown.pager,
        )

    def _thread(self, regrade: Regrade, role: Role) -> Reply:
        messages: list[Text] = []
        for each in regrade.messages:
            who = text.said_by(each.author, self._calendar.absolute(each.written_at))
            messages.append(join((f"{who} ", quote(each.text))))
        title = phrases.item_label(regrade.assignment_id, regrade.assignment_title)
        shown = card(
            text.regrade_headline(regrade.id, title, regrade.student_name, regrade.resolved),
            *messages,
            buttons=_next_steps(regrade, role),
        )
        if role is Role.INSTRUCTOR and not regrade.resolved:
            return replace(shown, on_reply=f"resolve:{regrade.id}:close=no")
        return shown

    async def _graded(self, conversation: Conversation, values: Values) -> list[Choice]:
        grades = await all_of(lambda page: self._client.grades(conversation.token, page=page))
        if not grades:
            raise BadValue(work.NO_GRADES)
        titles = {grade.assignment_id: grade.assignment_title for grade in grades}
        return [Choice(each, phrases.item_label(each, title)) for each, title in titles.items()]


async def reply_to_regrade(client: LmsClient, conversation: Conversation, values: Values) -> Reply:
    """With values["text"], or closing it, or both. Raises LmsError."""
    close = values["close"] is not False
    if not close and not values["text"]:
        why = str(text.SAY_SOMETHING)
        raise LmsError("INVALID_ARGUMENT", "INVALID_FIELD", why, {"text": why})
    receipt = await client.reply_regrade(
        conversation.token, conversation.request_id, values["item"], values["text"] or "", close
    )
    regrade = receipt.item
    said = text.regrade_closed if regrade.resolved else text.regrade_answered
    return saved_card(
        receipt,
        said(regrade.id, regrade.student_name),
        *([quote(values["text"])] if values["text"] else []),
        buttons=[button(phrases.open_item(regrade.id), "regrades", regrade.id), go("regrades")],
    )


def _nothing(instructor: bool) -> Reply:
    said, command = (text.NO_REGRADES, "pending") if instructor else (text.NO_OWN_REGRADES, "grades")
    return card(said, buttons=[go(command)])


def _next_steps(regrade: Regrade, role: Role) -> list[Button]:
    if role is not Role.INSTRUCTOR:
        if regrade.resolved:
            return [go("grades")]
        return [button(text.ADD_A_REASON, "regrade", regrade.assignment_id)]
    look = button(phrases.open_item(regrade.submission_id), "submissions", regrade.submission_id)
    if regrade.resolved:
        return [look]
    return [
        look,
        button(work.grade_item(regrade.submission_id), "grade", regrade.submission_id),
        button(text.REPLY, "resolve", regrade.id, "close=no"),
        button(text.CLOSE, "resolve", regrade.id),
    ]
