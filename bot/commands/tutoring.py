"""How the tutor may answer: seen by everybody, set by instructors and administrators."""

from __future__ import annotations

from collections.abc import Sequence

from bot.client.api import LmsClient, Tutoring, TutorPolicy
from bot.commands.card import button, card, go, saved_card
from bot.commands.dates import Calendar
from bot.core.command import SIGNED_IN, Arg, BadValue, Command, Conversation, Values
from bot.core.language import Words
from bot.core.model import Button, Reply, Role
from bot.core.text import tutoring as text


class TutorPolicies:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        policy = Arg("policy", text.PROMPT, parse=_policy, required=False)
        return (Command("tutor", text.SUMMARY, "/tutor hint", self.tutor, SIGNED_IN, (policy,)),)

    async def tutor(self, conversation: Conversation, values: Values) -> Reply:
        if values["policy"] is None:
            standing = await self._client.tutoring(conversation.token)
            ask = go("ask")
            return card(
                *self._lines(standing), buttons=_others(standing) if _may_set(conversation.role) else [ask]
            )
        receipt = await self._client.set_tutoring(
            conversation.token, conversation.request_id, values["policy"]
        )
        told = [text.TOLD_OFF] if receipt.item.policy is TutorPolicy.OFF else []
        return saved_card(receipt, *self._lines(receipt.item), *told, buttons=_others(receipt.item))

    def _lines(self, standing: Tutoring) -> list[Words]:
        lines: list[Words] = [text.HEADLINES[standing.policy.value], text.MEANINGS[standing.policy.value]]
        if standing.set_at is not None:
            lines.append(text.set_by(standing.author, self._calendar.relative(standing.set_at)))
        return lines


def _may_set(role: Role) -> bool:
    return role in (Role.INSTRUCTOR, Role.ADMINISTRATOR)


def _others(standing: Tutoring) -> Sequence[Button]:
    return [
        button(text.TURN[policy.value], "tutor", policy.value)
        for policy in TutorPolicy
        if policy is not standing.policy
    ]


def _policy(word: str) -> TutorPolicy:
    try:
        return TutorPolicy(word.strip().lower())
    except ValueError:
        raise BadValue(text.NOT_A_POLICY) from None
