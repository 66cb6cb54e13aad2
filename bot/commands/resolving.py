"""Closing what is settled: questions, by who asked or an instructor; requests to look at a grade again."""

from __future__ import annotations

from bot.client.api import LmsClient
from bot.commands import arguments
from bot.commands.card import go, saved_card
from bot.commands.regrades import reply_to_regrade
from bot.core.command import INSTRUCTORS, STUDENTS, Arg, BadValue, Command, Conversation, Values
from bot.core.model import Reply, Role
from bot.core.text import grading
from bot.core.text import questions as text


class Resolving:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "resolve",
                text.RESOLVE_SUMMARY,
                "/resolve Q1",
                self.resolve,
                STUDENTS | INSTRUCTORS,
                (
                    Arg("item", text.WHICH_TO_RESOLVE, parse=arguments.item_id("Q", "R")),
                    Arg("close", grading.CLOSE_PROMPT, parse=arguments.yes_or_no, required=False, named=True),
                    Arg(
                        "text",
                        grading.REPLY_PROMPT,
                        parse=arguments.bounded(arguments.TEXT_CHARACTERS_MAX),
                        required=False,
                        rest=True,
                    ),
                ),
                lists=("questions", "regrades"),
            ),
        )

    async def resolve(self, conversation: Conversation, values: Values) -> Reply:
        if values["item"].startswith("R"):
            if conversation.role is not Role.INSTRUCTOR:
                raise BadValue(str(grading.INSTRUCTORS_CLOSE))
            return await reply_to_regrade(self._client, conversation, values)
        instructor = conversation.role is Role.INSTRUCTOR
        if values["text"] or values["close"] is not None:
            instead = text.answer_instead if instructor else text.follow_up_instead
            raise BadValue(instead(values["item"]))
        receipt = await self._client.resolve(conversation.token, conversation.request_id, values["item"])
        where = "inbox" if instructor else "questions"
        return saved_card(
            receipt,
            text.resolved(receipt.item.id),
            *(() if instructor else (text.REOPEN_HINT,)),
            buttons=[go(where)],
        )
