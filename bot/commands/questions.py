"""Questions to the tutor and to the instructors, and their answers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator

from bot.awaited import AwaitedAnswers
from bot.client.api import LmsClient, LmsError, Query, Receipt, Recipient
from bot.commands import arguments
from bot.commands.answers import answer_text
from bot.commands.card import LISTED_MAX, all_of, button, card, saved, saved_card
from bot.commands.dates import Calendar
from bot.commands.materials import MATERIAL_ID
from bot.core.command import Arg, BadValue, Choice, Command, Conversation, Values
from bot.core.model import Button, Reply, Role, StreamedReply
from bot.core.richtext import Text, bold, lines, quote
from bot.core.text import phrases
from bot.core.text import questions as text

log = logging.getLogger(__name__)

QUESTION_ID = arguments.item_id("Q")

ANSWER_SECONDS = 20.0
"""A person waits this long for the tutor; afterwards the answer comes as a notice."""
AWAY_SECONDS = 3.0
"""A tutor that no node reaches for so long is away; one that is only busy answers before."""
READ_SECONDS_MAX = 15.0
"""What one look at the question may take, with the client's own patience."""
PAUSE_SECONDS_MIN = 0.2
PAUSE_SECONDS_MAX = 1.0


class Questions:
    def __init__(self, client: LmsClient, calendar: Calendar, awaited: AwaitedAnswers) -> None:
        self._client = client
        self._calendar = calendar
        self._awaited = awaited

    def commands(self) -> tuple[Command, ...]:
        question = arguments.bounded(arguments.QUESTION_CHARACTERS_MAX)
        return (
            Command(
                "ask",
                text.ASK_SUMMARY,
                "/ask tutor What is a term in Raft?",
                self.ask,
                frozenset({Role.STUDENT}),
                (
                    Arg("to", text.TO_WHOM, parse=arguments.recipient, yields=True, choices=_recipients),
                    Arg("question", text.QUESTION_PROMPT, parse=question, rest=True),
                ),
            ),
            Command(
                "questions",
                text.QUESTIONS_SUMMARY,
                "/questions Q1",
                self.read,
                frozenset({Role.STUDENT, Role.INSTRUCTOR}),
                (Arg("question", text.WHICH_QUESTION, parse=QUESTION_ID, required=False),),
            ),
            Command("inbox", text.INBOX_SUMMARY, "/inbox", self.inbox, frozenset({Role.INSTRUCTOR})),
            Command(
                "answer",
                text.ANSWER_SUMMARY,
                "/answer Q1 A term is a period with at most one leader.",
                self.answer,
                frozenset({Role.INSTRUCTOR}),
                (
                    Arg("question", text.WHICH_QUESTION, parse=QUESTION_ID, choices=self._unanswered),
                    Arg(
                        "text",
                        text.ANSWER_PROMPT,
                        parse=arguments.bounded(arguments.TEXT_CHARACTERS_MAX),
                        rest=True,
                    ),
                ),
            ),
        )

    async def ask(self, conversation: Conversation, values: Values) -> Reply | StreamedReply:
        recipient: Recipient = values["to"]
        receipt = await self._client.ask(
            conversation.token, conversation.request_id, values["question"], recipient
        )
        if recipient is Recipient.INSTRUCTOR:
            return saved_card(
                receipt,
                text.asked_instructor(receipt.item.id),
                text.ANONYMOUS,
                buttons=[button(phrases.BUTTONS["questions"], "questions")],
            )
        return self._tutor_reply(conversation, receipt)

    async def read(self, conversation: Conversation, values: Values) -> Reply:
        if values["question"]:
            return self._thread(
                conversation.role, await self._client.query(conversation.token, values["question"])
            )
        queries = await all_of(lambda page: self._client.queries(conversation.token, page=page))
        if not queries:
            return card(text.NO_QUESTIONS)
        return self._list(phrases.questions(len(queries)), queries[::-1])

    async def inbox(self, conversation: Conversation, values: Values) -> Reply:
        waiting = await self._waiting(conversation)
        if not waiting:
            return card(text.INBOX_EMPTY)
        return self._list(text.unanswered(len(waiting)), waiting)

    async def answer(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.answer(
            conversation.token, conversation.request_id, values["question"], values["text"]
        )
        return saved_card(
            receipt,
            text.answered(receipt.item.id),
            quote(receipt.item.text),
            buttons=[button(phrases.BUTTONS["inbox"], "inbox")],
        )

    def _tutor_reply(self, conversation: Conversation, receipt: Receipt[Query]) -> StreamedReply:
        """Where the question stands; then the same with the answer under it, or why there is none yet."""
        token, chat, query_id = conversation.token, conversation.incoming.chat, receipt.item.id
        asked = lines(bold(text.asked_tutor(query_id)), saved(receipt))
        self._awaited.begin(chat, query_id, ANSWER_SECONDS + READ_SECONDS_MAX)

        async def pieces() -> AsyncIterator[Text]:
            yield asked
            try:
                away = await self._wait_for_answer(token, query_id)
            finally:
                self._awaited.end(chat, query_id)
            # Looked at once more: an answer that came until now has had no notice.
            query = await self._look(token, query_id) or receipt.item
            if query.answers:
                outcome: Text | str = answer_text(query.answers[-1])
            else:
                outcome = text.tutor_away(query_id) if away else text.tutor_slow(query_id)
            reply.final = Reply(
                lines(asked, "", outcome), tuple((each,) for each in _after_tutor(query)), saved=True
            )

        reply = StreamedReply(pieces())
        return reply

    async def _wait_for_answer(self, token: str, query_id: str) -> bool:
        """Returns when there is an answer, when none came in time, or, with True, when the tutor is away."""
        began = reached_at = time.monotonic()
        pause = PAUSE_SECONDS_MIN
        while (now := time.monotonic()) < began + ANSWER_SECONDS:
            query = await self._look(token, query_id)
            if query is None or query.answered:
                return False
            if await self._tutor_reachable():
                reached_at = now
            elif now - reached_at >= AWAY_SECONDS:
                return True
            await asyncio.sleep(pause)
            pause = min(2 * pause, PAUSE_SECONDS_MAX)
        return False

    async def _tutor_reachable(self) -> bool:
        """By any node; while no node says anything, nothing is known against the tutor."""
        nodes = [node for node in await self._client.status() if not node.error]
        return not nodes or any(node.tutor_reachable for node in nodes)

    async def _look(self, token: str, query_id: str) -> Query | None:
        """None when the question cannot be looked at; it is saved all the same."""
        try:
            return await self._client.query(token, query_id)
        except LmsError as error:
            log.info("cannot look at %s: %s %s", query_id, error.code, error.reason)
            return None

    def _list(self, headline: str, queries: list[Query]) -> Reply:
        return card(
            headline,
            *(
                text.question_line(
                    query.id, query.text, self._calendar.relative(query.asked_at), query.answered
                )
                for query in queries[:LISTED_MAX]
            ),
            *phrases.not_shown(len(queries) - LISTED_MAX),
            buttons=[button(phrases.open_item(query.id), "questions", query.id) for query in queries[:8]],
        )

    def _thread(self, role: Role, query: Query) -> Reply:
        instructor = role is Role.INSTRUCTOR
        return card(
            text.question_headline(
                query.id, query.pseudonym, query.recipient.value, self._calendar.absolute(query.asked_at)
            ),
            quote(query.text),
            *(answer_text(answer) for answer in query.answers),
            *([] if query.answers else [text.NOT_YET_ANSWERED]),
            buttons=[
                button(text.answer_item(query.id), "answer", query.id)
                if instructor
                else button(phrases.BUTTONS["questions"], "questions")
            ],
        )

    async def _waiting(self, conversation: Conversation) -> list[Query]:
        waiting = await all_of(lambda page: self._client.queries(conversation.token, pending=True, page=page))
        return sorted(waiting, key=lambda query: query.asked_at)

    async def _unanswered(self, conversation: Conversation, values: Values) -> list[Choice]:
        waiting = await self._waiting(conversation)
        if not waiting:
            raise BadValue(text.INBOX_EMPTY)
        return [Choice(query.id, phrases.item_label(query.id, query.text)) for query in waiting]


async def _recipients(conversation: Conversation, values: Values) -> list[Choice]:
    return [Choice(each.value, str(text.RECIPIENTS[each.value])) for each in Recipient]


def _after_tutor(query: Query) -> list[Button]:
    cited = [citation.material_id for answer in query.answers for citation in answer.citations]
    # What a tutor cites is its own word, and may be anything.
    known = dict.fromkeys(id_ for id_ in cited if MATERIAL_ID.fullmatch(id_))
    return [
        *(button(phrases.open_item(material_id), "materials", material_id) for material_id in known),
        button(text.ASK_INSTRUCTOR, "ask", Recipient.INSTRUCTOR.value),
    ]
