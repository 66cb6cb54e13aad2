"""What is judged: something that answers questions from passages, and what it made of one."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Protocol

from tutor.pipeline import Pipeline, Text
from tutor.stop import Stop
from tutor.types import Answer, Mode, Passage, Question, Quote

_TOKEN = re.compile(r"\w+|[^\w\s]")
"""Words and marks: the same tokens for whatever model."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence, and the passage it stands in."""

    text: str
    passage: Passage


@dataclass(frozen=True, slots=True)
class Response:
    """What a system made of one question.

    `ranking`: its sentences, the best first, whether it answers or not; empty when it ranks none.
    `confidence`: higher where it is surer that its best sentence answers, comparable within one system.
    `text` and `quotes` are empty when it abstains; a text without quotes was written freely.
    """

    ranking: tuple[Ranked, ...]
    confidence: float
    text: str
    quotes: tuple[tuple[Passage, Quote], ...]
    first_seconds: float
    """Until the first words of the answer, and until its end; retrieval not counted."""
    seconds: float

    @property
    def tokens(self) -> int:
        return len(_TOKEN.findall(self.text))


class System(Protocol):
    """Answers one question after the other, deterministically."""

    @property
    def name(self) -> str: ...

    def respond(self, question: Question) -> Response: ...


class Piped:
    """The tutor's pipeline as the server runs it, in quoting or free mode."""

    def __init__(self, name: str, pipeline: Pipeline) -> None:
        self.name = name
        self._pipeline = pipeline

    def respond(self, question: Question) -> Response:
        begun = time.perf_counter()
        texts = []
        for part in self._pipeline.parts(question, Stop()):
            if isinstance(part, Text):
                texts.append(time.perf_counter() - begun)
            elif isinstance(part, Answer):
                answer = part
        seconds = time.perf_counter() - begun
        quoted, free = answer.mode is Mode.QUOTED, answer.mode is Mode.FREE
        return Response(
            () if free else self._ranking(question),
            answer.confidence,
            answer.text if quoted or free else "",
            tuple((question.passages[quote.passage], quote) for quote in answer.quotes) if quoted else (),
            min(texts, default=seconds),
            seconds,
        )

    def _ranking(self, question: Question) -> tuple[Ranked, ...]:
        (judgement,) = self._pipeline.judge([question], Stop())
        ranked = (judgement.candidates[at] for at in judgement.ranking)
        return tuple(Ranked(each.sentence.text, question.passages[each.passage]) for each in ranked)
