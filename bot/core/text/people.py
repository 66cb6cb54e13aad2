"""What is said about the people of the course."""

from __future__ import annotations

from bot.core.language import Phrase, tr
from bot.core.text import phrases

ADDUSER_SUMMARY = Phrase("add a person to the course")
USERS_SUMMARY = Phrase("everyone in the course")
NEW_USERNAME_PROMPT = Phrase("What is the new user name?")
ROLE_PROMPT = Phrase("Which role?")
DISPLAY_NAME_PROMPT = Phrase("What is the person's full name?")
NEW_PASSWORD_PROMPT = Phrase("What is the password to begin with?")
ADD_ANOTHER = Phrase("Add another")


def user_added(username: str, role: str) -> str:
    return tr("Added {username} as {role}", username=username, role=phrases.role_name(role))


def user_line(username: str, display_name: str, role: str) -> str:
    return f"{username}: {display_name}, {phrases.role_name(role)}"
