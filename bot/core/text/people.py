"""What is said about the people of the course."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.language import Phrase, tr, trn
from bot.core.text import phrases

ADDUSER_SUMMARY = Phrase("add a person to the course")
USERS_SUMMARY = Phrase("find people of the course")
DISABLE_SUMMARY = Phrase("keep a person out of the course")
ENABLE_SUMMARY = Phrase("let a disabled person in again")
USERS_PROMPT = Phrase("Who? A user name, words of a name, or a role.")
WHICH_PERSON = Phrase("Who? Their user name.")
NEW_USERNAME_PROMPT = Phrase("What is the new user name?")
ROLE_PROMPT = Phrase("Which role?")
DISPLAY_NAME_PROMPT = Phrase("What is the person's full name?")
NEW_PASSWORD_PROMPT = Phrase("What is the password to begin with? Say - for a sign-in link instead.")
LINK_INSTEAD = Phrase("A sign-in link")
ADD_ANOTHER = Phrase("Add another")
DISABLED = Phrase("disabled")
WITHOUT_PASSWORD = Phrase("no password yet")
DISABLE_DETAILS = Phrase(
    "Every session of theirs ends at once, and they cannot sign in. What they handed in and asked remains."
)
ENABLE_DETAILS = Phrase("They can sign in again with their password, or with a new sign-in link.")
LINK_NOT_MADE = Phrase("No sign-in link could be made now.")
DISABLE = Phrase("Disable")
ENABLE = Phrase("Enable")
RESET_PASSWORD = Phrase("Reset the password")
MAKE_LINK = Phrase("Make a sign-in link")

NOT_ONESELF = Phrase("You cannot disable yourself; another administrator can.")


def user_added(username: str, role: str) -> str:
    return tr("Added {username} as {role}", username=username, role=phrases.role_name(role))


def taken(username: str, display_name: str) -> str:
    return tr("There is already a user {username}: {name}.", username=username, name=display_name)


def user_line(username: str, display_name: str, role: str, states: Sequence[str]) -> str:
    return ", ".join([f"{username}: {display_name}", phrases.role_name(role), *states])


def sourced_id(value: str) -> str:
    return tr("Id in the school's system: {id}", id=value)


def people_with(count: int, words: str) -> str:
    if not words:
        return phrases.people(count)
    return trn(
        count,
        "{count} person with “{words}”",
        "{count} people with “{words}”",
        words=phrases.shortened(words),
    )


def nobody_with(words: str) -> str:
    return tr("Nobody here has “{words}” in their name.", words=phrases.shortened(words))


def no_such_people(usernames: Sequence[str]) -> str:
    return trn(
        len(usernames),
        "There is no user {usernames}. /users finds people.",
        "There are no users {usernames}. /users finds people.",
        usernames=", ".join(usernames),
    )


def disable_question(display_name: str, username: str) -> str:
    return tr("Disable {name} ({username})?", name=display_name, username=username)


def enable_question(display_name: str, username: str) -> str:
    return tr("Enable {name} ({username}) again?", name=display_name, username=username)


def disabled_people(usernames: Sequence[str]) -> str:
    return trn(
        len(usernames),
        "{usernames} is disabled, and cannot sign in by a link. /enable comes first.",
        "{usernames} are disabled, and cannot sign in by a link. /enable comes first.",
        usernames=", ".join(usernames),
    )


def disabled_already(username: str) -> str:
    return tr("{username} is disabled already.", username=username)


def enabled_already(username: str) -> str:
    return tr("{username} is not disabled.", username=username)


def disabled(username: str) -> str:
    return tr("Disabled {username}", username=username)


def enabled(username: str) -> str:
    return tr("Enabled {username}", username=username)
