"""What is said about coming in, going out and finding one's way."""

from __future__ import annotations

from bot.core.language import Phrase, tr
from bot.core.model import Role
from bot.core.text import phrases

START_SUMMARY = Phrase("begin here")
HELP_SUMMARY = Phrase("what I understand")
HELP_PROMPT = Phrase("Which command?")
HELP_HEADLINE = Phrase("What I understand")
HELP_FOOTER = Phrase("/help and a command's name tell more about it.")
USAGE = Phrase("Usage:")
EXAMPLE = Phrase("Example:")
FILES_USAGE = Phrase("files")
LOGIN_SUMMARY = Phrase("sign in")
LOGOUT_SUMMARY = Phrase("sign out")
WHOAMI_SUMMARY = Phrase("who is signed in here")
USERNAME_PROMPT = Phrase("What is your user name?")
PASSWORD_PROMPT = Phrase("What is your password?")
WELCOME = Phrase("Welcome to Homeroom")
NOBODY = Phrase("Nobody is signed in here.")
PASSWORD_SUMMARY = Phrase("choose a password, or change it")
OLD_PASSWORD_PROMPT = Phrase("What is your password now? Say - when you have none yet.")
NEW_PASSWORD_PROMPT = Phrase("What is your new password to be?")
NONE_YET = Phrase("I have none yet")
PASSWORD_CHANGED = Phrase("Your password is changed")
OTHER_SESSIONS_ENDED = Phrase("Wherever else you were signed in, you are signed out.")
NO_PASSWORD_YET = Phrase(
    "You have no password yet. Choose one with /password: a sign-in link works only once."
)
CODE_PROMPT = Phrase("The code from a sign-in link, when you have one.")
NOT_A_LINK = Phrase("That is no sign-in link. Open the whole link that you were given, or ask for another.")
LINK_UNREACHED = Phrase(
    "The course servers are electing a leader; you are not signed in. Open your link again in a moment."
)
LINK_UNCONFIRMED = Phrase(
    "I could not confirm that you were signed in. Open your link again; should it be used up, ask an "
    "administrator for another."
)
SIGNED_OUT = Phrase("Signed out.")
SIGNED_OUT_DETAIL = Phrase("This session is over on every course server.")

START_DETAILS = {
    Role.ANYONE: Phrase("The classroom in a chat. Sign in to begin: /login and your user name."),
    Role.STUDENT: Phrase("Read materials, hand in work, see your grades, ask the tutor or an instructor."),
    Role.INSTRUCTOR: Phrase("Publish materials and assignments, grade, release, answer, announce."),
    Role.ADMINISTRATOR: Phrase("Add people and look after the course servers."),
}


def no_help_for(name: str) -> str:
    return tr(
        "There is no command {command} for you. /help lists them.", command=f"/{phrases.shortened(name)}"
    )


def welcome_back(name: str) -> str:
    return tr("Welcome, {name}", name=name)


def signed_in_as(username: str, role: str) -> str:
    return tr("Signed in as {username}, {role}.", username=username, role=phrases.role_name(role))
