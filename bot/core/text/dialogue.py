"""What the core itself says: asking, refusing, explaining."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from bot.core.language import Phrase, in_every_language, tr, trn
from bot.core.model import Role

CANCEL = Phrase("Cancel")
CHECK_NOW = Phrase("Check now")
CONFIRM = Phrase("Confirm")
DONE = Phrase("Done")
TRY_AGAIN = Phrase("Try again")

CANCEL_SUMMARY = Phrase("leave what you are in the middle of")
CONFIRM_OR_CANCEL = Phrase("I left out what you sent: please confirm or cancel.")
EXPIRED = Phrase("What you were in the middle of expired after ten minutes. Please start again.")
FILE_WANTED = Phrase("Please send a file.")
TEXT_TWICE = Phrase("There is a text already, so I left this one out.")
THE_TEXT = Phrase("text")
HINT = Phrase("I understand commands: /help lists them.")
FILE_HINT = Phrase("To hand in a file, begin with the command it is for; /help lists them.")
LOGIN_LOCKED_AFTER = Phrase("Five wrong tries: signing in is locked in this chat for ten minutes.")
NOTHING_TO_CANCEL = Phrase("There is nothing to cancel.")
NOT_UTF8 = Phrase("That line is not readable text (UTF-8), so I did nothing.")
NO_QUORUM = Phrase(
    "The course servers are electing a leader; nothing was saved. "
    "Please try again in a moment; /status shows how they are."
)
OLD_BUTTON = Phrase("That button belongs to something that is over.")
OUTCOME_UNKNOWN = Phrase(
    "I could not confirm that it was saved. Check now asks again; it can never be saved twice."
)
LINE_REMOVED = Phrase("I took no password from that line; I ask for it separately.")
PRIVATE_ONLY = Phrase("That is for a private chat with me only.")
WHICH_OF_SEVERAL = Phrase(
    "That message tells of several things, so I do not know which you mean. Open one by its button, or a "
    "question with /questions, and reply to that."
)
QUOTE_NOT_CLOSED = Phrase('A quotation is opened with " and never closed, so I did nothing.')
SESSION_ENDED = Phrase("Your session ended. Please /login again.")
SETTLED = Phrase("That is settled already.")
TOO_FAST = Phrase("You are faster than I am: I did not read that message. Please send it again in a moment.")
TOO_MANY_REQUESTS = Phrase("Too many requests")
SIGN_IN_FAILED = Phrase("Wrong user name or password. /login asks for both again.")

# What may be typed instead of pressing a button: words with spaces between them.
CONFIRM_WORDS = in_every_language(Phrase("confirm yes y ok"))
CANCEL_WORDS = in_every_language(Phrase("cancel no n"))
DONE_WORDS = in_every_language(Phrase("done"))

_ROLES = {
    Role.STUDENT: Phrase("students"),
    Role.INSTRUCTOR: Phrase("instructors"),
    Role.ADMINISTRATOR: Phrase("administrators"),
}


def line_too_long(characters: int, characters_max: int) -> str:
    return tr(
        "That is {characters} characters long; I read at most {characters_max} in one message. "
        "Please send a long text as a file.",
        characters=characters,
        characters_max=characters_max,
    )


def control_character(code_point: int) -> str:
    return tr(
        "That line has a control character in it ({code_point}), so I did nothing.",
        code_point=f"U+{code_point:04X}",
    )


def too_many_words(surplus: str, example: str) -> str:
    return tr(
        "I do not know what to do with “{surplus}”. Put quotes around words that belong together: {example}",
        surplus=surplus if len(surplus) <= 40 else surplus[:39] + "…",
        example=example,
    )


def unknown_command(name: str, closest: str | None) -> str:
    if closest is None:
        return tr("There is no command {command}. /help lists them.", command=f"/{name}")
    return tr(
        "There is no command {command}. Did you mean {closest}?", command=f"/{name}", closest=f"/{closest}"
    )


def only_for(roles: Iterable[Role], command: str) -> str:
    names = [str(_ROLES[role]) for role in Role if role in roles and role in _ROLES]
    return tr(
        "Only {people} can use {command}.",
        people=tr(" and ").join(names),
        command=f"/{command}",
    )


def sign_in_for(command: str) -> str:
    return tr("Please /login first, then {command}.", command=f"/{command}")


def cancelled(command: str) -> str:
    return tr("Cancelled {command}. Nothing was saved.", command=f"/{command}")


def left(command: str) -> str:
    return tr("I left {command} unfinished; nothing was saved.", command=f"/{command}")


def given_up(command: str) -> str:
    return tr(
        "I could not use three answers, so I cancelled {command}. Nothing was saved.", command=f"/{command}"
    )


def field_refused(field: str, reason: str) -> str:
    return f"{field}: {reason}"


def file_added(name: str, count: int) -> str:
    return tr("Got {name} ({count} so far). Send more, or choose Done.", name=name, count=count)


def text_added(names: Sequence[str]) -> str:
    """`names` of all that came so far, in its order."""
    return tr(
        "Got your text ({count} so far: {names}). Send more files, or choose Done.",
        count=len(names),
        names=", ".join(names),
    )


def file_too_large(name: str, bytes_max: int) -> str:
    return tr("{name} is too large: a file may have at most {size}.", name=name, size=megabytes(bytes_max))


def takes_no_files(command: str) -> str:
    return tr("/{command} takes no files, so I left out what you sent.", command=command)


def too_many_files(files_max: int, left_out: Sequence[str]) -> str:
    """`left_out` are the names of those beyond."""
    return trn(
        files_max,
        "At most {count} file can be sent with this, so I left out {names}.",
        "At most {count} files can be sent with this, so I left out {names}.",
        names=", ".join(left_out),
    )


def megabytes(size: int) -> str:
    """A limit as people say it: 20 MB for 20 * 1024 * 1024 bytes."""
    return f"{decimal(f'{size / 1024 / 1024:.4g}')} MB"


def decimal(number: str) -> str:
    """A number written with a point, with the mark that the language has instead."""
    return number.replace(".", tr("."))


def login_locked(seconds: float) -> str:
    return tr("Signing in is locked in this chat; try again in {span}.", span=duration(seconds))


def try_again_in(message: str, seconds: float) -> str:
    message = (message or str(TOO_MANY_REQUESTS)).rstrip(".")
    if seconds > 0:
        return tr("{refusal}; try again in {span}.", refusal=message, span=duration(seconds))
    return tr("{refusal}; try again later.", refusal=message)


def broke(reference: str) -> str:
    return tr("Something broke on our side (ref {reference}).", reference=reference)


def duration(seconds: float) -> str:
    """Rounded up, so that waiting that long is enough."""
    if seconds <= 90:
        return tr("{count} s", count=max(1, ceil(seconds)))
    return tr("{count} min", count=ceil(seconds / 60))
