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
    HINT = "hint"
    """Where the answer stands, without its words."""


class Policy(Enum):
    """What the course's instructors allow."""

    QUOTE = "quote"
    HINT = "hint"
    """Say where the answer stands, and quote nothing."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of course material as retrieval found it; a higher `score` is better within one question."""

    material_id: str
    material_title: str
    place: str
    heading: str
    text: str
    score: float
    offset: int = 0
    """Where `text` begins in the material's text, in characters."""
    endorsed: bool = False
    """An answer that an instructor stands by, to the question in `heading`: quotable as a whole."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query and its context, best passage first or in any order."""

    query: str
    passages: tuple[Passage, ...]
    policy: Policy = Policy.QUOTE


@dataclass(frozen=True, slots=True)
class Quote:
    """Where an answer comes from: characters `start` to `end` of the text of the material that the passage
    numbered `passage` is of. They are `text`; where none is quoted it is empty, and they are the passage."""

    passage: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its sources; `confidence` estimates the probability that it is right, 0 to 1."""

    mode: Mode
    text: str
    quotes: tuple[Quote, ...]
    confidence: float
    by_words: bool = False
    """Judged by its words alone: there was no time for a model to read."""
