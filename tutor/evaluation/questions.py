"""The questions a tutor is judged by: one JSON object a line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNSPECIFIED = "unspecified"


class QuestionsUnreadable(Exception):
    """The file is not there, or a line of it is no question; the message names both."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a course, and what answers it.

    `gold_docs`: files of the course; `gold_sentences`: their sentences of which each answers, verbatim. Both
    are empty when nothing answers; `kind` then tells in what way ("outside", "near_miss", "false_premise",
    "logistics" in the files of this project).
    """

    id: str
    course: str
    text: str
    answerable: bool
    gold_docs: tuple[str, ...]
    gold_sentences: tuple[str, ...]
    kind: str


def read(path: Path) -> tuple[Asked, ...]:
    """In the file's order, empty lines left out. Raises QuestionsUnreadable."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsUnreadable(f"cannot read the questions in {path}: {error}") from error
    asked: dict[str, Asked] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else error
            raise QuestionsUnreadable(f"{path}, line {number}: {reason}") from error
        if question.id in asked:
            raise QuestionsUnreadable(f"{path}, line {number}: the id {question.id!r} is given twice")
        asked[question.id] = question
    if not asked:
        raise QuestionsUnreadable(f"there is no question in {path}")
    return tuple(asked.values())


def about(asked: Sequence[Asked], course: str) -> tuple[Asked, ...]:
    """Those about the course of that name; all where none is: then the file is about one course."""
    return tuple(question for question in asked if question.course == course) or tuple(asked)


def _question(row: Any) -> Asked:
    """Raises ValueError, KeyError and TypeError."""
    if not isinstance(row, dict):
        raise TypeError("is no JSON object")
    answerable = row["answerable"]
    if not isinstance(answerable, bool):
        raise TypeError("'answerable' must be true or false")
    gold = _texts(row, "gold_sentences") if answerable else ()
    if answerable and not gold:
        raise ValueError("an answerable question needs 'gold_sentences'")
    return Asked(
        id=_text(row, "id"),
        course=_text(row, "course", ""),
        text=_text(row, "question"),
        answerable=answerable,
        gold_docs=_texts(row, "gold_docs") if answerable else (),
        gold_sentences=gold,
        kind="" if answerable else _text(row, "unanswerable_kind", UNSPECIFIED),
    )


def _text(row: dict[str, Any], field: str, default: str | None = None) -> str:
    """A field that may be left out or null has a default."""
    value = row[field] if default is None else row.get(field) or default
    if not isinstance(value, str) or (not value.strip() and value != default):
        raise TypeError(f"'{field}' must be a text")
    return value


def _texts(row: dict[str, Any], field: str) -> tuple[str, ...]:
    values = row.get(field) or []
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise TypeError(f"'{field}' must be a list of texts")
    return tuple(values)
