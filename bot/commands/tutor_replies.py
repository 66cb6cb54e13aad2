"""The reply to a question for the tutor: it grows from the receipt to the answer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator

from bot.awaited import AwaitedAnswers
from bot.client.api import LmsClient, LmsError, Query, Rating, Receipt
from bot.commands.answers import answer_text
from bot.commands.card import button, saved
from bot.commands.sources import source_buttons
from bot.core.command import Conversation
from bot.core.language import Words
from bot.core.model import Button, Reply, StreamedReply
from bot.core.richtext import Text, bold, lines
from bot.core.text import questions as text

log = logging.getLogger(__name__)

ANSWER_SECONDS = 20.0
"""A person waits this long for the tutor; afterwards the answer comes as a notice."""
AWAY_SECONDS = 3.0
"""A tutor that no node reaches for so long is away; one that is only busy answers before."""
READ_SECONDS_MAX = 15.0
"""What one look at the question may take, with the client's own patience."""
PAUSE_SECONDS_MIN = 0.2
PAUSE_SECONDS_MAX = 1.0


class TutorReplies:
    def __init__(self, client: LmsClient, awaited: AwaitedAnswers) -> None:
        self._client = client
        self._awaited = awaited

    def reply(self, conversation: Conversation, receipt: Receipt[Query]) -> StreamedReply:
        """Where the question stands; then the same with the answer under it, or why there is none yet."""
        token, chat, query_id = conversation.token, conversation.incoming.chat, receipt.item.id
        asked = lines(
            bold(text.asked_tutor(query_id)),
            *((text.PRIVATE,) if receipt.item.private else ()),
            saved(receipt),
        )
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
                lines(asked, "", outcome),
                next_steps(query),
                saved=True,
                on_reply=f"followup:{query_id}",
            )

        reply = StreamedReply(pieces())
        return reply

    async def _wait_for_answer(self, token: str, query_id: str) -> bool:
        """Returns when there is an answer, when none came in time, or, with True, when the tutor is away."""
        began = reached_at = time.monotonic()
        pause = PAUSE_SECONDS_MIN
        while (now := time.monotonic()) < began + ANSWER_SECONDS:
            query = await self._look(token, query_id)
            if query is None or query.answers:
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


def next_steps(query: Query) -> tuple[tuple[Button, ...], ...]:
    """What the one who asked may do with the tutor's answer, or without one."""
    rows: list[tuple[Button, ...]] = [(each,) for each in source_buttons(query.id, query.answers)]
    if query.tutor_answer is not None and not query.tutor_answer.abstained:
        rows.append((_rate(text.HELPFUL, query, Rating.HELPFUL), _rate(text.WRONG, query, Rating.WRONG)))
    if not query.with_instructors:
        rows.append((hand_over(query),))
    return tuple(rows)


def hand_over(query: Query) -> Button:
    """An empty follow-up."""
    return button(text.ASK_INSTRUCTOR, "followup", query.id, "")


def _rate(label: Words, query: Query, rating: Rating) -> Button:
    return button(label, "rate", query.id, rating.value)
