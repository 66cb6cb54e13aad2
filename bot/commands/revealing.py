"""Who asked: for administrators, on the record."""

from __future__ import annotations

from bot.client.api import LmsClient
from bot.commands import arguments
from bot.commands.card import card, go, saved_card
from bot.commands.threads import QUESTION_ID
from bot.core.command import ADMINISTRATORS, Arg, Command, Conversation, Values
from bot.core.model import Reply
from bot.core.text import answering as text
from bot.core.text import questions as threads

REASON_CHARACTERS_MAX = 1_000


class Revealing:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        reason = arguments.bounded(REASON_CHARACTERS_MAX)
        return (
            Command(
                "reveal",
                text.REVEAL_SUMMARY,
                "/reveal Q1 A threat in the question; the dean asked.",
                self.reveal,
                ADMINISTRATORS,
                (
                    Arg("question", threads.WHICH_QUESTION, parse=QUESTION_ID),
                    Arg("reason", text.REASON_PROMPT, parse=reason, rest=True),
                ),
                confirm=self.warn,
            ),
        )

    async def warn(self, conversation: Conversation, values: Values) -> Reply:
        return card(text.reveal_card(values["question"], values["reason"]), text.REVEAL_RECORDED)

    async def reveal(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.reveal(
            conversation.token, conversation.request_id, values["question"], values["reason"]
        )
        asker = receipt.item
        headline = text.asked_by(values["question"], asker.display_name, asker.username)
        return saved_card(
            receipt,
            headline,
            text.REVEAL_RECORDED,
            buttons=[go("audit", values["question"])],
        )
