"""The FAQ: what instructors answered for everybody."""

from __future__ import annotations

from bot.client.api import KnownAnswer, LmsClient
from bot.commands import arguments
from bot.commands.answers import answer_text
from bot.commands.card import all_of, button, card, go
from bot.commands.listing import PAGE, listing
from bot.commands.sources import source_buttons
from bot.core.command import SIGNED_IN, Arg, Command, Conversation, Values
from bot.core.model import Button, Reply, Role
from bot.core.richtext import quote
from bot.core.text import phrases
from bot.core.text import questions as text


class Faq:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "faq",
                text.FAQ_SUMMARY,
                "/faq leader election",
                self.read,
                SIGNED_IN,
                (
                    PAGE,
                    Arg(
                        "which",
                        text.FAQ_PROMPT,
                        parse=arguments.bounded(arguments.TITLE_CHARACTERS_MAX),
                        required=False,
                        rest=True,
                    ),
                ),
                aside=True,
                lists=("faq",),
            ),
        )

    async def read(self, conversation: Conversation, values: Values) -> Reply:
        which = values["which"] or ""
        if arguments.is_item_id(which.upper(), "Q"):
            return _entry(await self._client.known_answer(conversation.token, which.upper()))
        known = await all_of(lambda page: self._client.faq(conversation.token, which, page=page))
        if not known:
            said = text.nothing_known(which) if which else text.FAQ_EMPTY
            return card(said, buttons=_instead(conversation.role, which))
        page = listing(known, values["page"], "faq", *([which] if which else []))
        return card(
            text.known_answers(len(known)),
            *(phrases.item_label(each.id, each.question) for each in page.items),
            *page.place,
            buttons=[button(phrases.open_item(each.id), "faq", each.id) for each in page.items],
            pager=page.pager,
        )


def _instead(role: Role, which: str) -> list[Button]:
    """Where there is nothing to list."""
    steps = {Role.STUDENT: "ask", Role.INSTRUCTOR: "inbox"}
    commands = ["faq"] if which else []
    commands.append(steps.get(role, "materials"))
    return [go(command) for command in commands]


def _entry(known: KnownAnswer) -> Reply:
    return card(
        text.known_headline(known.id),
        quote(known.question),
        answer_text(known.answer),
        buttons=[*source_buttons(known.id, [known.answer]), go("faq")],
    )
