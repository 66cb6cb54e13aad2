"""What is said about importing people from a spreadsheet."""

from __future__ import annotations

from bot.core.language import Phrase, tr, trn
from bot.core.text import phrases

IMPORTUSERS_SUMMARY = Phrase("add and rename people from a CSV file")
FILE_PROMPT = Phrase(
    "Please send the CSV file. It needs the columns username and name (or givenName and familyName); "
    "role and sourcedId are read too, as OneRoster writes them."
)
NO_USERNAME_COLUMN = Phrase("There is no column username in that file.")
NO_NAME_COLUMN = Phrase("There is no column name in that file, nor givenName and familyName.")
NOBODY_ENABLED = Phrase("Nobody in that file is enabled, so there is nobody to import.")
ALL_OR_NOTHING = Phrase(
    "All of it is done, or nothing. Who is new gets no password, but a sign-in link from you."
)
EVERYBODY_STUDENT = Phrase("There is no column role, so who is new becomes a student.")
PASSWORDS_LEFT = Phrase("There are passwords in that file. I do not use them; please delete it.")
MAKE_LINKS = Phrase("Make their sign-in links")
USERNAME_NEEDED = Phrase("there is no user name")
NAME_NEEDED = Phrase("there is no name")
ROLE_NEEDED = Phrase("there is no role; write student, instructor or administrator")


def not_a_username(value: str) -> str:
    return tr(
        "“{value}” is no user name: 2 to 32 of a-z, 0-9, dot, underscore and hyphen",
        value=phrases.shortened(value),
    )


def not_a_role(value: str) -> str:
    return tr(
        "“{value}” is no role; write student, instructor or administrator", value=phrases.shortened(value)
    )


def neither_true_nor_false(value: str) -> str:
    return tr("“{value}” is neither true nor false", value=phrases.shortened(value))


def name_too_long(characters_max: int) -> str:
    return tr("a name has at most {count} characters", count=characters_max)


def sourced_id_too_long(characters_max: int) -> str:
    return tr("an id has at most {count} characters", count=characters_max)


def twice(username: str, line: int) -> str:
    return tr("{username} stands in line {line} already", username=username, line=line)


def too_many_people(count_max: int) -> str:
    return tr("At most {count} people can be imported at once. Send the file in parts.", count=count_max)


def import_question(added: int, changed: int) -> str:
    return tr("Import the roster: {added} new, {changed} changed?", added=added, changed=changed)


def imported(added: int, changed: int) -> str:
    return tr("Imported the roster: {added} new, {changed} changed", added=added, changed=changed)


def unchanged(count: int) -> str:
    return trn(count, "{count} person stays as they are.", "{count} people stay as they are.")


def left_out(count: int) -> str:
    return trn(
        count,
        "{count} row is not enabled in that file, and left out.",
        "{count} rows are not enabled in that file, and left out.",
    )


def nothing_new(count: int) -> str:
    return trn(
        count,
        "Everything in that file is so already ({count} person).",
        "Everything in that file is so already ({count} people).",
    )
