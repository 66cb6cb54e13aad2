"""What goes into an answer and what comes out: plain values, shared by every part of the tutor."""

from dataclasses import dataclass
from enum import Enum


class Mode(Enum):
    """How an answer was made."""

    QUOTED = "quoted"
    """Sentences of the passages, verbatim."""
    ABSTAINED = "abstained"
    """The passages do not answer."""
    FREE = "free"
    """Written by the model; may be wrong."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of course material as retrieval found it; a higher `score` is better within one question."""

    material_id: str
    material_title: str
    place: str
    heading: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Question:
    """A query and its context, best passage first or in any order."""

    query: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Where an answer comes from. `text` is a substring of that passage's text; empty when none is quoted."""

    passage: int
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its sources; `confidence` estimates the probability that it is right, 0 to 1."""

    mode: Mode
    text: str
    quotes: tuple[Quote, ...]
    confidence: float
