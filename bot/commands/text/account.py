"""What is said about people, sessions and the course servers."""

from __future__ import annotations

from bot.client.api import User
from bot.commands.text import phrases
from bot.core.model import Role

# --- account ---

START_SUMMARY = "begin here"
HELP_SUMMARY = "what I understand"
HELP_PROMPT = "Which command?"
HELP_HEADLINE = "What I understand"
HELP_FOOTER = "/help and a command's name tell more about it."
USAGE = "Usage: "
EXAMPLE = "Example: "
FILES_USAGE = "files"
LOGIN_SUMMARY = "sign in"
LOGOUT_SUMMARY = "sign out"
WHOAMI_SUMMARY = "who is signed in here"
USERNAME_PROMPT = "What is your user name?"
PASSWORD_PROMPT = "What is your password?"  # noqa: S105 -- asks for one
WELCOME = "Welcome to Homeroom"
NOBODY = "Nobody is signed in here."
SIGNED_OUT = "Signed out."
SIGNED_OUT_DETAIL = "This session is over on every course server."

START_DETAILS = {
    Role.ANYONE: "The classroom in a chat. Sign in to begin: /login and your user name.",
    Role.STUDENT: "Read materials, hand in work, see your grades, ask the tutor or an instructor.",
    Role.INSTRUCTOR: "Publish materials and assignments, grade, release, answer, announce.",
    Role.ADMINISTRATOR: "Add people and look after the course servers.",
}


def no_help_for(name: str) -> str:
    return f"There is no command /{phrases.shortened(name)} for you. /help lists them."


def welcome_back(name: str) -> str:
    return f"Welcome, {name}"


def signed_in_as(username: str, role: str) -> str:
    return f"Signed in as {username}, {role}."


# --- people ---

ADDUSER_SUMMARY = "add a person to the course"
USERS_SUMMARY = "everyone in the course"
NEW_USERNAME_PROMPT = "What is the new user name?"
ROLE_PROMPT = "Which role?"
DISPLAY_NAME_PROMPT = "What is the person's full name?"
NEW_PASSWORD_PROMPT = "What is the password to begin with?"  # noqa: S105 -- asks for one
ADD_ANOTHER = "Add another"


def user_added(username: str, role: str) -> str:
    return f"Added {username} as {role}"


def user_line(user: User) -> str:
    return f"{user.username}: {user.display_name}, {user.role}"


# --- cluster ---

STATUS_SUMMARY = "how the course servers are"


def cluster_headline(up: int, nodes: int, leads: bool) -> str:
    if not leads:
        return f"{up} of {nodes} course servers answer; they have no leader at the moment"
    return f"{up} of {nodes} course servers answer"


def node_up(node_id: str, role: str, term: int, applied: int) -> str:
    return f"{node_id}: {role}, term {term}, applied up to entry {applied}"


def node_down(node_id: str, error: str) -> str:
    return f"{node_id}: {error}"


def tutor_status(reachable: bool, model: str, waiting: int) -> str:
    state = f"The tutor is here ({model})" if reachable else "The tutor is away"
    return f"{state}; {phrases.counted(waiting, 'question waits', 'questions wait')} for it."
