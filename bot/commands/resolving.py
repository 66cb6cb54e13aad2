"""Closing what is settled: questions, by who asked or an instructor."""

from __future__ import annotations

from bot.client.api import LmsClient
from bot.commands.card import button, saved_card
from bot.commands.threads import QUESTION_ID
from bot.core.command import Arg, Command, Conversation, Values
from bot.core.model import Reply, Role
from bot.core.text import phrases
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
                frozenset({Role.STUDENT, Role.INSTRUCTOR}),
                (Arg("question", text.WHICH_QUESTION, parse=QUESTION_ID),),
            ),
        )

    async def resolve(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.resolve(conversation.token, conversation.request_id, values["question"])
        where = "inbox" if conversation.role is Role.INSTRUCTOR else "questions"
        return saved_card(
            receipt,
            text.resolved(receipt.item.id),
            *(() if conversation.role is Role.INSTRUCTOR else (text.REOPEN_HINT,)),
            buttons=[button(phrases.BUTTONS[where], where)],
        )
