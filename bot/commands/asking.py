"""Asking: to whom, after a look at what was answered already."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from bot.client.api import LmsClient, LmsError, Recipient, TutorPolicy
from bot.commands import arguments
from bot.commands.card import button, card, go, saved_card
from bot.commands.tutor_replies import TutorReplies
from bot.core.command import STUDENTS, Arg, BadValue, Choice, Command, Conversation, Values
from bot.core.model import Reply, StreamedReply
from bot.core.text import phrases, tutoring
from bot.core.text import questions as text

log = logging.getLogger(__name__)

SIMILAR_MAX = 3
EXCERPT_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Similar:
    query_id: str
    question: str
    answer: str
    opened_by: str
    """The command that shows it."""


class Asking:
    def __init__(self, client: LmsClient, replies: TutorReplies) -> None:
        self._client = client
        self._replies = replies

    def commands(self) -> tuple[Command, ...]:
        question = arguments.bounded(arguments.QUESTION_CHARACTERS_MAX)
        return (
            Command(
                "ask",
                text.ASK_SUMMARY,
                "/ask tutor What is a term in Raft?",
                self.ask,
                STUDENTS,
                (
                    Arg(
                        "to",
                        text.TO_WHOM,
                        parse=arguments.recipient,
                        yields=True,
                        choices=self._recipients,
                        check=self._demand_on,
                    ),
                    Arg("anon", text.ANON_PROMPT, parse=_anon, required=False, yields=True),
                    Arg("question", text.QUESTION_PROMPT, parse=question, rest=True),
                ),
                confirm=self.similar,
                confirm_label=text.SEND_ANYWAY,
            ),
        )

    async def _recipients(self, conversation: Conversation, values: Values) -> list[Choice]:
        off = await self._is_off(conversation.token)
        asked = [each for each in Recipient if not (off and each is Recipient.TUTOR)]
        return [Choice(each.value, str(text.RECIPIENTS[each.value])) for each in asked]

    async def _demand_on(self, conversation: Conversation, recipient: Recipient) -> None:
        if recipient is Recipient.TUTOR and await self._is_off(conversation.token):
            raise BadValue(tutoring.OFF)

    async def _is_off(self, token: str) -> bool:
        """Where nothing can be known now, the question itself will be told."""
        try:
            return (await self._client.tutoring(token)).policy is TutorPolicy.OFF
        except LmsError as error:
            if error.code == "UNAUTHENTICATED":
                raise
            log.info("cannot look for the tutor's policy: %s %s", error.code, error.reason)
            return False

    async def similar(self, conversation: Conversation, values: Values) -> Reply | None:
        """What was answered already and is about the same; None when nothing is, or nothing can be known."""
        try:
            found = await self._find(conversation.token, values["question"])
        except LmsError as error:
            if error.code == "UNAUTHENTICATED":
                raise
            log.info("cannot look for similar questions: %s %s", error.code, error.reason)
            return None
        if not found:
            return None
        return card(
            text.SIMILAR,
            *(text.similar_line(each.query_id, each.question, each.answer) for each in found),
            buttons=[
                button(phrases.open_item(each.query_id), each.opened_by, each.query_id) for each in found
            ],
        )

    async def ask(self, conversation: Conversation, values: Values) -> Reply | StreamedReply:
        recipient: Recipient = values["to"]
        private = bool(values["anon"])
        receipt = await self._client.ask(
            conversation.token, conversation.request_id, values["question"], recipient, private
        )
        if recipient is Recipient.TUTOR:
            return self._replies.reply(conversation, receipt)
        asked = saved_card(
            receipt,
            text.asked_instructor(receipt.item.id),
            text.ANONYMOUS,
            *((text.PRIVATE,) if private else ()),
            buttons=[go("questions")],
        )
        return replace(asked, on_reply=f"followup:{receipt.item.id}")

    async def _find(self, token: str, question: str) -> list[Similar]:
        """Of the FAQ and of one's own, the FAQ's first; each once."""
        known = await self._client.faq(token, question)
        own = await self._client.queries(token, words=question)
        found = [
            Similar(each.id, each.question, _excerpt(each.answer.text), "faq")
            for each in known.items[:SIMILAR_MAX]
        ]
        known_ids = {each.query_id for each in found}
        found += [
            Similar(each.id, each.text, _excerpt(said[-1].text), "questions")
            for each in reversed(own.items)
            if each.id not in known_ids and (said := [one for one in each.answers if not one.only_points])
        ]
        return found[:SIMILAR_MAX]


def _excerpt(words: str) -> str:
    return phrases.beginning(" ".join(words.split()), EXCERPT_CHARACTERS)


def _anon(word: str) -> bool:
    if word.strip().lower() not in text.ANON_WORDS:
        raise BadValue(str(text.NOT_ANON))
    return True
