"""Looking people up, for commands that do something to them."""

from __future__ import annotations

from bot.client.api import LmsClient, LmsError, User
from bot.commands.card import all_of
from bot.core.command import BadValue, Check, Conversation
from bot.core.text import people as text


async def everybody(client: LmsClient, token: str) -> list[User]:
    return await all_of(lambda page: client.users(token, page=page))


async def found(client: LmsClient, conversation: Conversation, username: str) -> User:
    """Raises BadValue where there is nobody of that name, LmsError."""
    try:
        return await client.user(conversation.token, username)
    except LmsError as error:
        if error.code != "NOT_FOUND":
            raise
        raise BadValue(text.no_such_people([username])) from error


def is_there(client: LmsClient) -> Check:
    """For an argument that is a user name: asked for again where there is nobody of that name."""

    async def check(conversation: Conversation, username: str) -> None:
        await found(client, conversation, username)

    return check
