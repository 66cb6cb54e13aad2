"""Telling everyone."""

from __future__ import annotations

from bot.client.api import LmsClient
from bot.commands import arguments
from bot.commands.card import card, go, saved_card
from bot.commands.lookup import everybody
from bot.core.command import INSTRUCTORS, Arg, Command, Conversation, Values
from bot.core.model import Reply, Role
from bot.core.richtext import quote
from bot.core.text import notices as text

_TOLD = frozenset({Role.STUDENT.value, Role.INSTRUCTOR.value})
"""Whom an announcement reaches, but for its author."""


class Notices:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "announce",
                text.ANNOUNCE_SUMMARY,
                "/announce The lecture on Friday starts at 10:15.",
                self.announce,
                INSTRUCTORS,
                (
                    Arg(
                        "text",
                        text.ANNOUNCE_PROMPT,
                        parse=arguments.bounded(arguments.TEXT_CHARACTERS_MAX),
                        rest=True,
                    ),
                ),
                confirm=self.preview,
            ),
        )

    async def preview(self, conversation: Conversation, values: Values) -> Reply:
        users = await everybody(self._client, conversation.token)
        told = [
            user.role
            for user in users
            if not user.disabled and user.username != conversation.username and user.role in _TOLD
        ]
        return card(
            text.ANNOUNCE_CARD,
            quote(values["text"]),
            text.recipients(len(told), told.count(Role.STUDENT.value)),
        )

    async def announce(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.announce(conversation.token, conversation.request_id, values["text"])
        next_step = go("inbox")
        return saved_card(receipt, text.announced(receipt.item.id), buttons=[next_step])
