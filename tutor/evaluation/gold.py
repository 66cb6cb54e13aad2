"""What answers a question, found again in the course as extracted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from lms_cluster.extraction import markdown
from lms_cluster.extraction.characters import clean
from tutor.evaluation.course import Course
from tutor.evaluation.questions import Asked
from tutor.text import quotable, sentences
from tutor.types import Passage


@dataclass(frozen=True, slots=True)
class Gold:
    """The sentences, passages, sections and pages that answer one question; all empty when nothing does.

    Passages and sections count where a gold sentence stands on a gold page.
    """

    sentences: tuple[str, ...]
    passages: frozenset[tuple[str, str]]
    """(material id, text)"""
    sections: frozenset[tuple[str, str]]
    """(material id, place)"""
    materials: frozenset[str]

    def holds(self, sentence: str) -> bool:
        """Whether the sentence is gold, part of it or more than it: two programs may cut text differently."""
        return _is_any_of(_plain(sentence), self.sentences)

    def in_passage(self, passage: Passage) -> bool:
        return (passage.material_id, passage.text) in self.passages

    def in_section(self, passage: Passage) -> bool:
        return (passage.material_id, passage.place) in self.sections


class Key:
    """The gold of any question about one course."""

    def __init__(self, course: Course) -> None:
        self._documents = course.documents
        self._passages = [
            (passage, _plain(passage.text), _quotable(passage.text)) for passage in course.passages
        ]

    def gold(self, asked: Asked) -> Gold:
        wanted = tuple(_plain(_without_markup(sentence)) for sentence in asked.gold_sentences)
        named = frozenset(
            material for material, path in self._documents.items() if _is_named(path, asked.gold_docs)
        )
        holding = [
            passage
            for passage, whole, cut in self._passages
            if (not named or passage.material_id in named)
            and (any(text in whole for text in wanted) or any(_is_any_of(text, wanted) for text in cut))
        ]
        return Gold(
            wanted,
            frozenset((passage.material_id, passage.text) for passage in holding),
            frozenset((passage.material_id, passage.place) for passage in holding),
            named or frozenset(passage.material_id for passage in holding),
        )


def _quotable(text: str) -> list[str]:
    return [_plain(sentence.text) for sentence in sentences(text) if quotable(sentence)]


def _is_any_of(sentence: str, wanted: Sequence[str]) -> bool:
    return any(text in sentence or sentence in text for text in wanted)


def _is_named(path: str, names: Iterable[str]) -> bool:
    """By its path in the course, its name, or its name without the ending."""
    page = PurePosixPath(path)
    return not {path, page.name, page.stem}.isdisjoint(names)


def _without_markup(sentence: str) -> str:
    return clean(" ".join(section.text for section in markdown.read(sentence.encode()))) or sentence


def _plain(text: str) -> str:
    return " ".join(text.split())
