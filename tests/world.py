"""The classroom that tests begin with: one administrator, two instructors, three students."""

from __future__ import annotations

from bot.client.api import LmsClient
from demo.accounts import Account

PEOPLE = {
    username: Account(username, username.capitalize(), role, f"correct horse {username}")
    for username, role in (
        ("root", "administrator"),
        ("grace", "instructor"),
        ("alan", "instructor"),
        ("ada", "student"),
        ("linus", "student"),
        ("edsger", "student"),
    )
}


async def sign_in(client: LmsClient, username: str) -> str:
    """A token of this person."""
    return (await client.login(username, PEOPLE[username].password)).token
