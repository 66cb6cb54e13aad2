"""Every sentence that the core itself says."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from bot.core.model import Role

# Begins every notice, so that eye and transcript tell what happened from what was asked for.
NOTICE_MARK = "🔔"

CANCEL = "Cancel"
CHECK_NOW = "Check now"
CONFIRM = "Confirm"
DONE = "Done"
TRY_AGAIN = "Try again"

CANCEL_SUMMARY = "leave what you are in the middle of"
CONFIRM_OR_CANCEL = "Please confirm or cancel."
EXPIRED = "What you were in the middle of expired after ten minutes. Please start again."
FILE_WANTED = "Please send a file."
HINT = "I understand commands: /help lists them."
FILE_HINT = "To hand in a file, begin with the command it is for; /help lists them."
LOGIN_LOCKED_AFTER = "Five wrong passwords: signing in is locked in this chat for ten minutes."
NOTHING_TO_CANCEL = "There is nothing to cancel."
NOT_UTF8 = "That line is not readable text (UTF-8), so I did nothing."
NO_QUORUM = (
    "The course servers are electing a leader; nothing was saved. "
    "Please try again in a moment; /status shows how they are."
)
OLD_BUTTON = "That button belongs to something that is over."
OUTCOME_UNKNOWN = "I could not confirm that it was saved. Check now asks again; it can never be saved twice."
LINE_REMOVED = "I took no password from that line; I ask for it separately."
PRIVATE_ONLY = "That is for a private chat with me only."
QUOTE_NOT_CLOSED = 'A quotation is opened with " and never closed, so I did nothing.'
SESSION_ENDED = "Your session ended. Please /login again."
SETTLED = "That is settled already."
TOO_FAST = "You are faster than I am: I did not read that message. Please send it again in a moment."
SIGN_IN_FAILED = "Wrong user name or password."

# What may be typed instead of pressing a button.
CONFIRM_WORDS = frozenset({"confirm", "yes", "y", "ok"})
CANCEL_WORDS = frozenset({"cancel", "no", "n"})
DONE_WORDS = frozenset({"done"})

_ROLES = {
    Role.STUDENT: "students",
    Role.INSTRUCTOR: "instructors",
    Role.ADMINISTRATOR: "administrators",
}


def line_too_long(characters: int, characters_max: int) -> str:
    return (
        f"That is {characters} characters long; I read at most {characters_max} in one message. "
        "Please send a long text as a file."
    )


def control_character(code_point: int) -> str:
    return f"That line has a control character in it (U+{code_point:04X}), so I did nothing."


def too_many_words(surplus: str, example: str) -> str:
    shown = surplus if len(surplus) <= 40 else surplus[:39] + "…"
    return f"I do not know what to do with “{shown}”. Put quotes around words that belong together: {example}"


def unknown_command(name: str, closest: str | None) -> str:
    if closest is None:
        return f"There is no command /{name}. /help lists them."
    return f"There is no command /{name}. Did you mean /{closest}?"


def only_for(roles: Iterable[Role], command: str) -> str:
    names = [_ROLES[role] for role in Role if role in roles and role in _ROLES]
    return f"Only {' and '.join(names)} can use /{command}."


def sign_in_for(command: str) -> str:
    return f"Please /login first, then /{command}."


def cancelled(command: str) -> str:
    return f"Cancelled /{command}. Nothing was saved."


def left(command: str) -> str:
    return f"I left /{command} unfinished; nothing was saved."


def given_up(command: str) -> str:
    return f"I could not use three answers, so I cancelled /{command}. Nothing was saved."


def field_refused(field: str, reason: str) -> str:
    return f"{field}: {reason}"


def file_added(name: str, count: int) -> str:
    return f"Got {name} ({count} so far). Send more, or choose Done."


def file_too_large(name: str, bytes_max: int) -> str:
    return f"{name} is too large: a file may have at most {megabytes(bytes_max)}."


def too_many_files(files_max: int) -> str:
    return f"At most {files_max} {'file' if files_max == 1 else 'files'} can be sent with this."


def megabytes(size: int) -> str:
    """A limit as people say it: 20 MB for 20 * 1024 * 1024 bytes."""
    return f"{size / 1024 / 1024:.4g} MB"


def login_locked(seconds: float) -> str:
    return f"Signing in is locked in this chat; try again in {duration(seconds)}."


def try_again_in(message: str, seconds: float) -> str:
    message = (message or "Too many requests").rstrip(".")
    return f"{message}; try again in {duration(seconds)}." if seconds > 0 else f"{message}; try again later."


def broke(reference: str) -> str:
    return f"Something broke on our side (ref {reference})."


def duration(seconds: float) -> str:
    """Rounded up, so that waiting that long is enough."""
    if seconds <= 90:
        return f"{max(1, ceil(seconds))} s"
    return f"{ceil(seconds / 60)} min"
