"""Who takes part: for administrators."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.client.api import LinkCode, LmsClient, LmsError, User
from bot.commands import arguments
from bot.commands.card import all_of, button, card, go, saved_card
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, listing
from bot.commands.lookup import found, is_there
from bot.commands.sign_in_links import one_link
from bot.core.command import ADMINISTRATORS, Arg, BadValue, Choice, Command, Conversation, Values
from bot.core.language import Phrase
from bot.core.model import Button, Reply
from bot.core.richtext import Text
from bot.core.text import people as text
from bot.core.text import phrases

log = logging.getLogger(__name__)

Confirm = Callable[[Conversation, Values], Awaitable[Reply]]


class People:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "adduser",
                text.ADDUSER_SUMMARY,
                "/adduser barbara student Barbara Liskov",
                self.add,
                ADMINISTRATORS,
                (
                    Arg(
                        "username",
                        text.NEW_USERNAME_PROMPT,
                        parse=arguments.username,
                        check=self._demand_new,
                    ),
                    Arg("role", text.ROLE_PROMPT, parse=arguments.role, choices=_roles),
                    Arg(
                        "display_name",
                        text.DISPLAY_NAME_PROMPT,
                        parse=arguments.bounded(arguments.DISPLAY_NAME_CHARACTERS_MAX),
                        rest=True,
                    ),
                    Arg(
                        "password",
                        text.NEW_PASSWORD_PROMPT,
                        parse=arguments.new_password_or_none,
                        secret=True,
                        choices=_link_instead,
                    ),
                ),
                private=True,
            ),
            Command(
                "users",
                text.USERS_SUMMARY,
                "/users student",
                self.list,
                ADMINISTRATORS,
                (
                    PAGE,
                    Arg(
                        "who",
                        text.USERS_PROMPT,
                        parse=arguments.bounded(arguments.DISPLAY_NAME_CHARACTERS_MAX),
                        required=False,
                        rest=True,
                    ),
                ),
            ),
            self._switch("disable", text.DISABLE_SUMMARY, self.disable, self._disable_card),
            self._switch("enable", text.ENABLE_SUMMARY, self.enable, self._enable_card),
        )

    def _switch(self, name: str, summary: Phrase, run: Confirm, confirm: Confirm) -> Command:
        who = Arg(
            "username",
            text.WHICH_PERSON,
            parse=arguments.username,
            check=is_there(self._client),
        )
        return Command(name, summary, f"/{name} barbara", run, ADMINISTRATORS, (who,), confirm=confirm)

    # --- adding ---

    async def _demand_new(self, conversation: Conversation, username: str) -> None:
        """Said before more is asked for; adding finds out who came meanwhile."""
        try:
            user = await self._client.user(conversation.token, username)
        except LmsError as error:
            if error.code != "NOT_FOUND":
                raise
        else:
            raise BadValue(text.taken(user.username, user.display_name))

    async def add(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.add_user(
            conversation.token,
            conversation.request_id,
            values["username"],
            values["display_name"],
            values["role"],
            values["password"],
        )
        user = receipt.item
        way_in = await self._way_in(conversation, user.username) if not values["password"] else []
        return saved_card(
            receipt,
            text.user_added(user.username, user.role),
            _line(user),
            *way_in,
            buttons=[
                *([button(text.MAKE_LINK, "linkcode", user.username)] if not values["password"] else []),
                button(text.ADD_ANOTHER, "adduser"),
                go("users"),
            ],
        )

    async def _way_in(self, conversation: Conversation, username: str) -> list[Text | str]:
        """A link for somebody who has been added; that it fails undoes nothing of that."""
        try:
            link = await self._new_link(conversation, username)
        except LmsError as error:
            log.info("no link for %s: %s %s", username, error.code, error.reason)
            return [str(text.LINK_NOT_MADE)]
        return one_link(conversation, self._calendar, link)

    async def _new_link(self, conversation: Conversation, username: str) -> LinkCode:
        request_id = f"{conversation.request_id}-link"
        receipt = await self._client.make_links(conversation.token, request_id, [username])
        return receipt.item[0]

    # --- finding ---

    async def list(self, conversation: Conversation, values: Values) -> Reply:
        who = values["who"] or ""
        users = await all_of(lambda page: self._client.users(conversation.token, who, page=page))
        user = next((each for each in users if each.username == who.lower()), None)
        if user is not None:
            return self._one(conversation, user)
        if not users:
            return card(text.nobody_with(who), buttons=[go("users")])
        shown = listing(users, values["page"], "users", *([who] if who else []))
        return card(
            text.people_with(len(users), who),
            *(_line(each) for each in shown.items),
            *shown.place,
            buttons=[*(button(each.username, "users", each.username) for each in shown.items), go("adduser")],
            pager=shown.pager,
        )

    def _one(self, conversation: Conversation, user: User) -> Reply:
        own = user.username == conversation.username
        buttons: list[Button] = []
        if not user.disabled:
            buttons.append(button(text.MAKE_LINK, "linkcode", user.username))
        if not (user.disabled or user.without_password or own):
            buttons.append(button(text.RESET_PASSWORD, "resetpassword", user.username))
        if user.disabled:
            buttons.append(button(text.ENABLE, "enable", user.username))
        elif not own:
            buttons.append(button(text.DISABLE, "disable", user.username))
        return card(
            user.display_name,
            _line(user),
            *([text.sourced_id(user.sourced_id)] if user.sourced_id else []),
            buttons=[*buttons, go("audit", user.username)],
        )

    # --- keeping out, letting in ---

    async def _disable_card(self, conversation: Conversation, values: Values) -> Reply:
        user = await found(self._client, conversation, values["username"])
        if user.disabled:
            raise BadValue(text.disabled_already(user.username))
        if user.username == conversation.username:
            raise BadValue(text.NOT_ONESELF)
        return card(text.disable_question(user.display_name, user.username), text.DISABLE_DETAILS)

    async def disable(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.set_disabled(
            conversation.token, conversation.request_id, values["username"], True
        )
        again = button(text.ENABLE, "enable", receipt.item.username)
        return saved_card(receipt, text.disabled(receipt.item.username), _line(receipt.item), buttons=[again])

    async def _enable_card(self, conversation: Conversation, values: Values) -> Reply:
        user = await found(self._client, conversation, values["username"])
        if not user.disabled:
            raise BadValue(text.enabled_already(user.username))
        return card(text.enable_question(user.display_name, user.username), text.ENABLE_DETAILS)

    async def enable(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.set_disabled(
            conversation.token, conversation.request_id, values["username"], False
        )
        link = button(text.MAKE_LINK, "linkcode", receipt.item.username)
        return saved_card(receipt, text.enabled(receipt.item.username), _line(receipt.item), buttons=[link])


def _line(user: User) -> str:
    states = [
        str(state)
        for state, true in (
            (text.DISABLED, user.disabled),
            (text.WITHOUT_PASSWORD, user.without_password),
        )
        if true
    ]
    return text.user_line(user.username, user.display_name, user.role, states)


async def _roles(conversation: Conversation, values: Values) -> list[Choice]:
    return [Choice(role, phrases.capitalised(phrases.role_name(role))) for role in arguments.ROLES]


async def _link_instead(conversation: Conversation, values: Values) -> list[Choice]:
    return [Choice(arguments.NONE, str(text.LINK_INSTEAD))]
