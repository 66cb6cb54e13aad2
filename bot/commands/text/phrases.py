"""Wording that recurs: labels, counts, sizes, times, and what is wrong with an argument."""

from __future__ import annotations

from typing import TypeVar

from bot.client.api import Receipt

T = TypeVar("T")

LABEL_CHARACTERS_MAX = 48

BUTTONS = {
    "adduser": "Add a person",
    "ask": "Ask a question",
    "assignments": "Assignments",
    "grades": "My grades",
    "help": "Help",
    "inbox": "Inbox",
    "login": "Sign in",
    "logout": "Sign out",
    "materials": "Materials",
    "pending": "To grade",
    "progress": "Progress",
    "questions": "Questions",
    "status": "Course servers",
    "submissions": "Submissions",
    "upload": "Upload a material",
    "users": "People",
}


EMPTY = "This must not be empty."
OPEN = "Open it"
WHICH_ASSIGNMENT = "Which assignment?"


def saved(receipt: Receipt[T]) -> str:
    return f"Saved on the cluster, entry {receipt.index}, term {receipt.term}."


def published(item_id: str, title: str) -> str:
    return f"Published {item_id}: {title}"


def item_label(item_id: str, title: str) -> str:
    return shortened(f"{item_id}: {title}")


def open_item(item_id: str) -> str:
    return f"Open {item_id}"


def counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def not_shown(count: int) -> list[str]:
    return [f"… and {count} more."] if count > 0 else []


def capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def shortened(label: str) -> str:
    line = " ".join(label.split())
    return line if len(line) <= LABEL_CHARACTERS_MAX else line[: LABEL_CHARACTERS_MAX - 1] + "…"


def beginning(words: str, characters_max: int) -> str:
    words = words.strip()
    return words if len(words) <= characters_max else words[:characters_max].rstrip() + " …"


def size(count: int) -> str:
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1024:.1f} KB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"


def file_line(name: str, count: int) -> str:
    return f"{name}, {size(count)}" if count else name


def from_now(seconds: float, past: bool) -> str:
    minutes = int(seconds // 60)
    if minutes < 1:
        span = "less than a minute"
    elif minutes < 120:
        span = counted(minutes, "minute", "minutes")
    elif minutes < 48 * 60:
        span = counted(minutes // 60, "hour", "hours")
    else:
        span = counted(minutes // (24 * 60), "day", "days")
    return f"{span} ago" if past else f"in {span}"


# --- arguments ---

NOT_A_USERNAME = "A user name has 2 to 32 of a-z, 0-9, dot, underscore and hyphen."
NOT_A_RECIPIENT = "Choose tutor or instructor."
NOT_A_VERSION = "A version looks like v1."


def not_an_id(word: str, example: str) -> str:
    return f"“{shortened(word)}” is not an id here; one looks like {example}."


def too_long(length: int, length_max: int) -> str:
    return f"That must be at most {length_max} characters, you sent {length}."


def not_a_number(word: str) -> str:
    return f"“{shortened(word)}” is not a whole number."


def out_of_range(word: str, least: int, most: int) -> str:
    return f"That must be {least} to {most}, you sent {shortened(word)}."


def not_a_role(word: str) -> str:
    return f"“{shortened(word)}” is no role; choose student, instructor or administrator."


def password_too_short(least: int) -> str:
    return f"A password has at least {least} characters."


def due_prompt(zone: str) -> str:
    return f"When is it due ({zone})? For example 2026-11-30 18:00, fri 18:00 or +7d."


def due_not_understood(words: str) -> str:
    return f"I cannot read “{shortened(words)}” as a date. Write 2026-11-30 18:00, fri 18:00 or +7d."


def due_is_past(when: str) -> str:
    return f"{when} is past already."
