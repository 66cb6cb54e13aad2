"""Whether anybody was shown what was not theirs.

Everything that a student writes bears a mark, and so does every word of feedback, so that it can be
recognised wherever it turns up: in a reply, a notice, the label of a button, a file.
"""

from __future__ import annotations

import re

from bot.core.model import Role
from tests.classday.person import Person
from tests.classday.place import Place, everything_shown

_PRIVATE = re.compile(r"(?:work|feedback|regrade)-of-([\w.-]+?)-end")
_QUESTION = re.compile(r"question-number-(\d+)-end")


def mark(kind: str, username: str) -> str:
    """Stands in what belongs to one student alone: `kind` is work, feedback or regrade."""
    return f"{kind}-of-{username}-end"


def question_mark(number: int) -> str:
    return f"question-number-{number}-end"


def breaches(people: list[Person], place: Place, asked_by: dict[str, str], published: set[str]) -> list[str]:
    """Sentences about what was seen by the wrong eyes. `asked_by`: who asked, by the number in the mark;
    `published`: the numbers of what is in the FAQ for everybody."""
    students = {person.username: person.name for person in people if person.role is Role.STUDENT}
    secret = {number: asker for number, asker in asked_by.items() if number not in published}
    found = []
    for person in people:
        for reply in (*place.replies[person.username], *place.notices[person.username]):
            shown = everything_shown(reply)
            if person.role is Role.STUDENT:
                found += _strange(person, shown, secret)
            elif person.role is Role.INSTRUCTOR:
                found += _named(person, shown, asked_by, students)
    return found


def _strange(person: Person, shown: str, asked_by: dict[str, str]) -> list[str]:
    asked = {asked_by[number] for number in _QUESTION.findall(shown) if number in asked_by}
    owners = {*_PRIVATE.findall(shown)} | asked
    return [f"{person.username} was shown what is {owner}'s: {shown}" for owner in owners - {person.username}]


def _named(person: Person, shown: str, asked_by: dict[str, str], students: dict[str, str]) -> list[str]:
    """An instructor sees every question, and never beside one who asked it."""
    return [
        f"{person.username} was shown who asked question {number}: {shown}"
        for number in _QUESTION.findall(shown)
        if asked_by[number] in shown or students[asked_by[number]] in shown
    ]
