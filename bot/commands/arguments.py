"""What people type for an argument, turned into its value or into a sentence that says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.client.api import Recipient
from bot.core.command import BadValue
from bot.core.text import phrases

TITLE_CHARACTERS_MAX = 200
DISPLAY_NAME_CHARACTERS_MAX = 100
TEXT_CHARACTERS_MAX = 20_000
QUESTION_CHARACTERS_MAX = 2_000
FEEDBACK_CHARACTERS_MAX = 10_000
POINTS_MAX = 1_000
FILES_MAX = 10
PASSWORD_CHARACTERS_MIN = 8
NONE = "-"
"""Said where there is no password."""
DIGITS_MAX = 9

ROLES = ("student", "instructor", "administrator")

USERNAME = re.compile(r"[a-z0-9._-]{2,32}")


def is_item_id(word: str, *letters: str) -> bool:
    """Whether it is an id as people are shown it: one of the letters and a number."""
    return re.fullmatch(rf"[{''.join(letters)}][1-9]\d{{0,8}}", word, re.ASCII) is not None


def number_of(item_id: str) -> int:
    """What ids of one kind are in order by: A2 comes before A10."""
    return int(item_id[1:])


def item_id(*letters: str) -> Callable[[str], str]:
    """Reads `a3` as `A3`, for any of the letters."""

    def parse(word: str) -> str:
        found = word.strip().upper()
        if not is_item_id(found, *letters):
            raise BadValue(phrases.not_an_id(word, f"{letters[0]}1"))
        return found

    return parse


def bounded(characters_max: int) -> Callable[[str], str]:
    """A text of 1 to `characters_max` characters."""

    def parse(words: str) -> str:
        found = words.strip()
        if not found:
            raise BadValue(phrases.EMPTY)
        if len(found) > characters_max:
            raise BadValue(phrases.too_long(len(found), characters_max))
        return found

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(word: str) -> int:
        found = word.strip()
        if not re.fullmatch(r"-?\d+", found, re.ASCII):
            raise BadValue(phrases.not_a_number(word))
        if len(found) > DIGITS_MAX or not least <= int(found) <= most:
            raise BadValue(phrases.out_of_range(word, least, most))
        return int(found)

    return parse


def username(word: str) -> str:
    found = word.strip().lower()
    if not USERNAME.fullmatch(found):
        raise BadValue(phrases.NOT_A_USERNAME)
    return found


def role(word: str) -> str:
    found = word.strip().lower()
    if found not in ROLES:
        raise BadValue(phrases.not_a_role(word))
    return found


def new_password(words: str) -> str:
    if len(words) < PASSWORD_CHARACTERS_MIN:
        raise BadValue(phrases.password_too_short(PASSWORD_CHARACTERS_MIN))
    return words


def password_or_none(words: str) -> str:
    """Empty for who has said NONE."""
    return "" if words.strip() == NONE else words


def new_password_or_none(words: str) -> str:
    return "" if words.strip() == NONE else new_password(words)


def recipient(word: str) -> Recipient:
    said = word.strip().lower()
    if said in phrases.TUTOR_WORDS:
        return Recipient.TUTOR
    if said in phrases.INSTRUCTOR_WORDS:
        return Recipient.INSTRUCTOR
    raise BadValue(phrases.NOT_A_RECIPIENT)


def yes_or_no(word: str) -> bool:
    said = word.strip().lower()
    if said in phrases.YES_WORDS:
        return True
    if said in phrases.NO_WORDS:
        return False
    raise BadValue(phrases.NOT_YES_OR_NO)
