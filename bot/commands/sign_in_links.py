"""One-time sign-in links: for one person as a line to pass on, for many as a file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.client.api import LinkCode, LmsClient, Receipt
from bot.commands import arguments, spreadsheet
from bot.commands.card import button, card, saved, saved_card
from bot.commands.dates import Calendar
from bot.commands.lookup import everybody, found, is_there
from bot.core.command import ADMINISTRATORS, Arg, BadValue, Choice, Command, Conversation, Values
from bot.core.model import OutgoingFile, Reply
from bot.core.richtext import Text, code
from bot.core.text import people as people_text
from bot.core.text import sign_in_links as text

NEWCOMERS = "newcomers"
PEOPLE_MAX = 1_000
NAMED_MAX = 10
"""Of people of whom something is wrong; more would not be read."""


class SignInLinks:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "linkcode",
                text.LINKCODE_SUMMARY,
                "/linkcode barbara",
                self.make,
                ADMINISTRATORS,
                (
                    Arg(
                        "who",
                        text.WHO_PROMPT,
                        parse=_usernames,
                        rest=True,
                        choices=_newcomers,
                        check=self._are_there,
                    ),
                ),
                private=True,
            ),
            Command(
                "resetpassword",
                text.RESETPASSWORD_SUMMARY,
                "/resetpassword barbara",
                self.reset,
                ADMINISTRATORS,
                (
                    Arg(
                        "username",
                        people_text.WHICH_PERSON,
                        parse=arguments.username,
                        check=is_there(self._client),
                    ),
                ),
                private=True,
                confirm=self._reset_card,
            ),
        )

    async def make(self, conversation: Conversation, values: Values) -> Reply:
        who: tuple[str, ...] = values["who"]
        names = await self._names(conversation)
        if who == (NEWCOMERS,):
            receipt = await self._client.make_links_for_newcomers(conversation.token, conversation.request_id)
        else:
            receipt = await self._client.make_links(conversation.token, conversation.request_id, who)
        if len(receipt.item) == 1:
            (link,) = receipt.item
            return saved_card(
                receipt,
                text.link_made(link.username),
                *one_link(conversation, self._calendar, link),
                buttons=[button(text.MAKE_ANOTHER, "linkcode", link.username)],
            )
        return self._many(conversation, receipt, names)

    def _many(
        self, conversation: Conversation, receipt: Receipt[tuple[LinkCode, ...]], names: dict[str, str]
    ) -> Reply:
        told = [link for link in receipt.item if link.code]
        gone = [link.username for link in receipt.item if not link.code]
        details: list[Text | str] = []
        if told:
            details += [text.all_good_until(self._calendar.absolute(told[0].expires)), str(text.ALL_PRIVATE)]
        if gone:
            details.append(text.not_shown_again(gone))
        files = [self._file(conversation, told, names)] if told else []
        return card(text.links_made(len(told)), *details, saved(receipt), files=files)

    def _file(
        self, conversation: Conversation, links: Sequence[LinkCode], names: dict[str, str]
    ) -> OutgoingFile:
        rows = [
            (
                link.username,
                names.get(link.username, ""),
                conversation.sign_in_link(link.code),
                self._calendar.absolute(link.expires),
            )
            for link in links
        ]
        return OutgoingFile(text.FILE_NAME, "text/csv", spreadsheet.written([text.COLUMNS, *rows]))

    async def _reset_card(self, conversation: Conversation, values: Values) -> Reply:
        user = await found(self._client, conversation, values["username"])
        if user.username == conversation.username:
            raise BadValue(text.NOT_ONES_OWN)
        if user.disabled:
            raise BadValue(people_text.disabled_people([user.username]))
        return card(text.reset_question(user.display_name, user.username), text.RESET_DETAILS)

    async def reset(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.reset_password(
            conversation.token, conversation.request_id, values["username"]
        )
        return saved_card(
            receipt,
            text.password_reset(receipt.item.username),
            *one_link(conversation, self._calendar, receipt.item),
            buttons=[button(text.MAKE_ANOTHER, "linkcode", receipt.item.username)],
        )

    async def _names(self, conversation: Conversation) -> dict[str, str]:
        """Before anything is written: afterwards no failing read may speak for it."""
        people = await everybody(self._client, conversation.token)
        return {user.username: user.display_name for user in people}

    async def _are_there(self, conversation: Conversation, who: tuple[str, ...]) -> None:
        if who == (NEWCOMERS,):
            return
        users = {user.username: user for user in await everybody(self._client, conversation.token)}
        missing = [username for username in who if username not in users]
        if missing:
            raise BadValue(people_text.no_such_people(missing[:NAMED_MAX]))
        disabled = [username for username in who if users[username].disabled]
        if disabled:
            raise BadValue(people_text.disabled_people(disabled[:NAMED_MAX]))


def one_link(conversation: Conversation, calendar: Calendar, link: LinkCode) -> list[Text | str]:
    """The lines that pass a link on; or, of a link made before, that it cannot be shown."""
    if not link.code:
        return [text.not_shown_again([link.username])]
    return [
        code(conversation.sign_in_link(link.code)),
        text.good_until(calendar.absolute(link.expires)),
        str(text.PRIVATE),
    ]


def _usernames(words: str) -> tuple[str, ...]:
    """Each once, in the order given."""
    found = tuple(dict.fromkeys(arguments.username(word) for word in re.split(r"[\s,;]+", words) if word))
    if not found:
        raise BadValue(text.WHO_PROMPT)
    if len(found) > PEOPLE_MAX:
        raise BadValue(text.TOO_MANY)
    return found


async def _newcomers(conversation: Conversation, values: Values) -> list[Choice]:
    return [Choice(NEWCOMERS, str(text.NEWCOMERS))]
