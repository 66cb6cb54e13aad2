"""What a notice told: read back from its words, as a person would."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from bot.core.model import Reply
from bot.core.text.notices import NOTICE_MARK
from tests.classday.model import Model, Notice

_KINDS: Mapping[str, re.Pattern[str]] = {
    "announcement": re.compile(r"(note-\d+)$"),
    "material": re.compile(r"New material (M\d+)"),
    "assignment": re.compile(r"New assignment (A\d+)"),
    "opened": re.compile(r"Assignment (A\d+) is open"),
    "due": re.compile(r"(A\d+) is due within a day"),
    "extension": re.compile(r"Your due date for (A\d+) has changed"),
    "handed in": re.compile(r"handed in (S\d+)"),
    "asked": re.compile(r"asks (Q\d+)"),
    "answered": re.compile(r"Your question (Q\d+) was answered"),
    "regrade wanted": re.compile(r"asks to look again at (A\d+)"),
    "regrade closed": re.compile(r"(R\d+) about task-\d+ was closed"),
}
_GRADED = re.compile(r"^(task-\d+) was graded")
_TOGETHER = re.compile(r"^\d+ things? ha")


def told(notices: list[Reply], model: Model) -> Counter[Notice]:
    """How often each thing was told in one chat; what cannot be read is told of as ("unknown", its words)."""
    titles = {assignment.title: id_ for id_, assignment in model.assignments.items()}
    return Counter(_one(words, titles) for reply in notices for words in _each(reply.text.plain))


def _each(words: str) -> list[str]:
    words = words.removeprefix(f"{NOTICE_MARK} ")
    first, *rest = words.split("\n\n")
    return rest if _TOGETHER.match(first) else [words]


def _one(words: str, titles: Mapping[str, str]) -> Notice:
    graded = _GRADED.match(words)
    if graded is not None:
        return "graded", titles.get(graded[1], graded[1])
    for kind, pattern in _KINDS.items():
        found = pattern.search(words)
        if found is not None:
            return kind, next(group for group in found.groups() if group)
    return "unknown", words
