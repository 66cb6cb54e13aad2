"""Wording that recurs: labels, counts, sizes, and what is wrong with an argument."""

from __future__ import annotations

from bot.core.language import Phrase, Words, in_every_language, tr, trn
from bot.core.text.dialogue import decimal

LABEL_CHARACTERS_MAX = 48

BUTTONS = {
    "adduser": Phrase("Add a person"),
    "announcements": Phrase("Announcements"),
    "audit": Phrase("Audit"),
    "ask": Phrase("Ask a question"),
    "assignments": Phrase("Assignments"),
    "faq": Phrase("FAQ"),
    "cluster": Phrase("Course servers in detail"),
    "grades": Phrase("My grades"),
    "help": Phrase("Help"),
    "importusers": Phrase("Import a roster"),
    "inbox": Phrase("Inbox"),
    "login": Phrase("Sign in"),
    "logout": Phrase("Sign out"),
    "materials": Phrase("Materials"),
    "newassignment": Phrase("Set an assignment"),
    "password": Phrase("Choose a password"),
    "pending": Phrase("To grade"),
    "progress": Phrase("Progress"),
    "questions": Phrase("Questions"),
    "regrades": Phrase("Requests to look again"),
    "status": Phrase("Course servers"),
    "submissions": Phrase("Submissions"),
    "upload": Phrase("Upload a material"),
    "users": Phrase("People"),
}
"""What a button that says a command alone is called."""

ROLES = {
    "student": Phrase("student"),
    "instructor": Phrase("instructor"),
    "administrator": Phrase("administrator"),
}

EMPTY = Phrase("This must not be empty.")
OPEN = Phrase("Open it")
LOOK_AGAIN = Phrase("Look again")
WHICH_PAGE = Phrase("Which page of the list?")
PREVIOUS_PAGE = Phrase("◀ Previous")
NEXT_PAGE = Phrase("Next ▶")
WHICH_ASSIGNMENT = Phrase("Which assignment?")
WHICH_FILE = Phrase("Which of its files, by number?")


def saved(index: int, term: int) -> str:
    return tr("Saved on the cluster, entry {index}, term {term}.", index=index, term=term)


def person(name: str, username: str) -> str:
    """For whoever may have to type the user name next."""
    return f"{name} ({username})"


def published(item_id: str, title: str) -> str:
    return tr("Published {item}: {title}", item=item_id, title=title)


def item_label(item_id: str, title: str) -> str:
    return shortened(f"{item_id}: {title}")


def open_item(item_id: str) -> str:
    return tr("Open {item}", item=item_id)


def role_name(role: str) -> str:
    return str(ROLES.get(role, role))


def assignments(count: int) -> str:
    return trn(count, "{count} assignment", "{count} assignments")


def files(count: int) -> str:
    return trn(count, "{count} file", "{count} files")


def materials(count: int) -> str:
    return trn(count, "{count} material", "{count} materials")


def people(count: int) -> str:
    return trn(count, "{count} person", "{count} people")


def points(count: int) -> str:
    return trn(count, "{count} point", "{count} points")


def questions(count: int) -> str:
    return trn(count, "{count} question", "{count} questions")


def students(count: int) -> str:
    return trn(count, "{count} student", "{count} students")


def submissions(count: int) -> str:
    return trn(count, "{count} submission", "{count} submissions")


def page_of(page: int, pages: int, hint: bool) -> str:
    """`hint`: how to turn the page without a button."""
    if hint:
        return tr(
            "Page {page} of {pages}; put page={next} before the words.",
            page=page,
            pages=pages,
            next=page % pages + 1,
        )
    return tr("Page {page} of {pages}", page=page, pages=pages)


def not_shown(count: int) -> list[str]:
    return [tr("… and {count} more.", count=count)] if count > 0 else []


def capitalised(sentence: Words) -> str:
    said = str(sentence)
    return said[:1].upper() + said[1:]


def shortened(label: str) -> str:
    line = " ".join(label.split())
    return line if len(line) <= LABEL_CHARACTERS_MAX else line[: LABEL_CHARACTERS_MAX - 1] + "…"


def beginning(words: str, characters_max: int) -> str:
    words = words.strip()
    return words if len(words) <= characters_max else words[:characters_max].rstrip() + " …"


def plain_points(hundredths: int) -> str:
    """ "14", "13.5": hundredths of a point, as short as it is exact; as programs read it."""
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def in_points(hundredths: int) -> str:
    """The same as people read it: "13,5" in German."""
    return decimal(plain_points(hundredths))


def size(count: int) -> str:
    if count < 1000:
        return trn(count, "{count} byte", "{count} bytes")
    if count < 1024 * 1024:
        return f"{decimal(f'{count / 1024:.1f}')} KB"
    if count < 1024 * 1024 * 1024:
        return f"{decimal(f'{count / 1024 / 1024:.1f}')} MB"
    return f"{decimal(f'{count / 1024 / 1024 / 1024:.1f}')} GB"


def file_line(name: str, count: int) -> str:
    return f"{name}, {size(count)}" if count else name


def file_of(item_id: str, name: str) -> str:
    return f"{item_id}: {name}"


def no_such_file(item_id: str, count: int) -> str:
    return trn(count, "{item} has {count} file.", "{item} has {count} files.", item=item_id)


# --- arguments ---

# What may be typed for them.
YES_WORDS = in_every_language(Phrase("yes"))
NO_WORDS = in_every_language(Phrase("no"))
TUTOR_WORDS = in_every_language(Phrase("tutor"))
INSTRUCTOR_WORDS = in_every_language(ROLES["instructor"])

NOT_YES_OR_NO = Phrase("Write yes or no.")

NOT_A_USERNAME = Phrase("A user name has 2 to 32 of a-z, 0-9, dot, underscore and hyphen.")
NOT_A_RECIPIENT = Phrase("Choose tutor or instructor.")
NOT_A_VERSION = Phrase("A version looks like v1.")


def not_an_id(word: str, example: str) -> str:
    return tr("“{word}” is not an id here; one looks like {example}.", word=shortened(word), example=example)


def too_long(length: int, length_max: int) -> str:
    return tr(
        "That must be at most {length_max} characters, you sent {length}.",
        length_max=length_max,
        length=length,
    )


def not_a_number(word: str) -> str:
    return tr("“{word}” is not a whole number.", word=shortened(word))


def out_of_range(word: str, least: int, most: int) -> str:
    return tr(
        "That must be {least} to {most}, you sent {word}.", least=least, most=most, word=shortened(word)
    )


def not_a_role(word: str) -> str:
    return tr("“{word}” is no role; choose student, instructor or administrator.", word=shortened(word))


def password_too_short(least: int) -> str:
    return tr("A password has at least {least} characters.", least=least)
