"""Who takes part: for administrators."""

from __future__ import annotations

from bot.client.api import LmsClient, User
from bot.commands import arguments
from bot.commands.card import LISTED_MAX, all_of, button, card, saved_card
from bot.core.command import Arg, Choice, Command, Conversation, Values
from bot.core.model import Reply, Role
from bot.core.text import people as text
from bot.core.text import phrases

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


class People:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "adduser",
                text.ADDUSER_SUMMARY,
                "/adduser barbara student Barbara Liskov",
                self.add,
                ADMINISTRATORS,
                (
                    Arg("username", text.NEW_USERNAME_PROMPT, parse=arguments.username),
                    Arg("role", text.ROLE_PROMPT, parse=arguments.role, choices=_roles),
                    Arg(
                        "display_name",
                        text.DISPLAY_NAME_PROMPT,
                        parse=arguments.bounded(arguments.DISPLAY_NAME_CHARACTERS_MAX),
                        rest=True,
                    ),
                    Arg("password", text.NEW_PASSWORD_PROMPT, parse=arguments.new_password, secret=True),
                ),
                private=True,
            ),
            Command("users", text.USERS_SUMMARY, "/users", self.list, ADMINISTRATORS),
        )

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
        return saved_card(
            receipt,
            text.user_added(user.username, user.role),
            _line(user),
            buttons=[button(text.ADD_ANOTHER, "adduser"), button(phrases.BUTTONS["users"], "users")],
        )

    async def list(self, conversation: Conversation, values: Values) -> Reply:
        users = await all_of(lambda page: self._client.users(conversation.token, page))
        return card(
            phrases.people(len(users)),
            *(_line(user) for user in users[:LISTED_MAX]),
            *phrases.not_shown(len(users) - LISTED_MAX),
            buttons=[button(phrases.BUTTONS["adduser"], "adduser")],
        )


def _line(user: User) -> str:
    return text.user_line(user.username, user.display_name, user.role)


async def _roles(conversation: Conversation, values: Values) -> list[Choice]:
    return [Choice(role, phrases.capitalised(phrases.role_name(role))) for role in arguments.ROLES]
