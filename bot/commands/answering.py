"""Answering: the inbox, and what instructors say to a question and of the tutor's answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.client.api import LmsClient, Query, Rating
from bot.commands import arguments
from bot.commands.answers import tutors_own
from bot.commands.card import all_of, button, card, go, saved_card
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, listing
from bot.commands.threads import DRAFT, QUESTION_ID
from bot.core.command import INSTRUCTORS, Arg, BadValue, Choice, Command, Conversation, Values
from bot.core.model import Button, Reply
from bot.core.richtext import Text, italic, lines, quote
from bot.core.text import answering as text
from bot.core.text import phrases
from bot.core.text import questions as threads

INBOX_ITEMS = 5
"""Each a message of its own, so that it can be replied to."""
EXCERPT_CHARACTERS = 1_000


class Answering:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        words = arguments.bounded(arguments.TEXT_CHARACTERS_MAX)
        question = Arg("question", threads.WHICH_QUESTION, parse=QUESTION_ID)
        return (
            Command("inbox", text.INBOX_SUMMARY, "/inbox", self.inbox, INSTRUCTORS, (PAGE,)),
            Command(
                "answer",
                text.ANSWER_SUMMARY,
                "/answer Q1 A term is a period with at most one leader.",
                self.answer,
                INSTRUCTORS,
                (
                    replace(question, choices=self._waiting_choices),
                    Arg("faq", text.FAQ_PROMPT, parse=arguments.yes_or_no, required=False, named=True),
                    Arg("text", text.ANSWER_PROMPT, parse=words, rest=True, choices=self._draft_choice),
                ),
                confirm=self.draft_card,
                lists=("inbox",),
            ),
            Command(
                "publish",
                text.PUBLISH_SUMMARY,
                "/publish Q1",
                self.publish,
                INSTRUCTORS,
                (question,),
                lists=("questions",),
            ),
            Command(
                "endorse",
                text.ENDORSE_SUMMARY,
                "/endorse Q1",
                self.endorse,
                INSTRUCTORS,
                (question,),
                lists=("questions",),
            ),
            Command(
                "correct",
                text.CORRECT_SUMMARY,
                "/correct Q1 A candidate needs a majority of all voters.",
                self.correct,
                INSTRUCTORS,
                (question, Arg("text", text.CORRECTION_PROMPT, parse=words, rest=True)),
                lists=("questions",),
            ),
        )

    async def inbox(self, conversation: Conversation, values: Values) -> Reply:
        """Those that waited longest first, each to be replied to."""
        waiting = await self._waiting(conversation)
        if not waiting:
            return card(text.INBOX_EMPTY, buttons=[go("questions")])
        page = listing(waiting, values["page"], "inbox", size=INBOX_ITEMS)
        for query in page.items:
            await conversation.say(self._item(query))
        return card(text.unanswered(len(waiting)), *page.place, text.REPLY_HINT, pager=page.pager)

    async def answer(self, conversation: Conversation, values: Values) -> Reply:
        query_id, words = values["question"], values["text"]
        if words == DRAFT:
            # The tutor answers once, so this is the same whenever the act is repeated.
            words = await self._draft(conversation, query_id)
        receipt = await self._client.answer(
            conversation.token, conversation.request_id, query_id, words, bool(values["faq"])
        )
        query = receipt.item
        return saved_card(
            receipt,
            text.answered(query.id),
            quote(query.text),
            # What is in the FAQ already may be another answer, which this one does not replace by itself.
            text.FOR_EVERYBODY if values["faq"] else text.ASKER_IS_TOLD,
            buttons=[*([] if values["faq"] else _publish(query)), go("inbox")],
        )

    async def draft_card(self, conversation: Conversation, values: Values) -> Reply | None:
        if values["text"] != DRAFT:
            return None
        return card(text.DRAFT_CARD, quote(await self._draft(conversation, values["question"])))

    async def publish(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.answer(
            conversation.token, conversation.request_id, values["question"], "", publish=True
        )
        return saved_card(
            receipt,
            text.published(receipt.item.id),
            text.FOR_EVERYBODY,
            buttons=[button(phrases.open_item(receipt.item.id), "faq", receipt.item.id)],
        )

    async def endorse(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.endorse(conversation.token, conversation.request_id, values["question"])
        return saved_card(
            receipt,
            text.endorsed(receipt.item.id),
            text.ASKER_IS_TOLD,
            text.STAYS_PRIVATE if receipt.item.private else text.FOR_EVERYBODY,
            buttons=[go("inbox")],
        )

    async def correct(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.correct(
            conversation.token, conversation.request_id, values["question"], values["text"]
        )
        return saved_card(
            receipt,
            text.corrected(receipt.item.id),
            quote(values["text"]),
            text.ASKER_IS_TOLD,
            text.STAYS_PRIVATE if receipt.item.private else text.FOR_EVERYBODY,
            buttons=[go("inbox")],
        )

    def _item(self, query: Query) -> Reply:
        item = card(
            text.waiting_headline(query.id, query.pseudonym, self._calendar.relative(_since(query))),
            quote(phrases.beginning(query.text, EXCERPT_CHARACTERS)),
            *_why(query),
            buttons=[
                button(text.answer_item(query.id), "answer", query.id),
                *([button(text.SEND_DRAFT, "answer", query.id, DRAFT)] if tutors_own(query) else []),
                button(phrases.open_item(query.id), "questions", query.id),
            ],
        )
        return replace(item, on_reply=f"answer:{query.id}")

    async def _draft(self, conversation: Conversation, query_id: str) -> str:
        answer = tutors_own(await self._client.query(conversation.token, query_id))
        if answer is None:
            raise BadValue(str(text.NO_DRAFT))
        return answer.text

    async def _waiting(self, conversation: Conversation) -> list[Query]:
        waiting = await all_of(lambda page: self._client.queries(conversation.token, pending=True, page=page))
        return sorted(waiting, key=_since)

    async def _waiting_choices(self, conversation: Conversation, values: Values) -> list[Choice]:
        waiting = await self._waiting(conversation)
        if not waiting:
            raise BadValue(str(text.INBOX_EMPTY))
        return [Choice(query.id, phrases.item_label(query.id, query.text)) for query in waiting]

    async def _draft_choice(self, conversation: Conversation, values: Values) -> list[Choice]:
        query = await self._client.query(conversation.token, values["question"])
        return [Choice(DRAFT, str(text.SEND_DRAFT))] if tutors_own(query) else []


def _since(query: Query) -> datetime:
    """When the one who asked said something last."""
    return query.follow_ups[-1].asked_at if query.follow_ups else query.asked_at


def _why(query: Query) -> Sequence[Text]:
    """Why it waits for an instructor, where that is not plain."""
    why: list[Text] = []
    if query.rating is Rating.WRONG:
        why.append(italic(str(text.DOUBTED)))
    if query.follow_ups and query.follow_ups[-1].text:
        words = phrases.beginning(query.follow_ups[-1].text, EXCERPT_CHARACTERS)
        why.append(lines(italic(str(text.FOLLOWED_UP)), quote(words)))
    elif query.follow_ups:
        why.append(italic(str(text.HANDED_OVER)))
    return why


def _publish(query: Query) -> list[Button]:
    return [] if query.private else [button(text.PUBLISH, "publish", query.id)]
