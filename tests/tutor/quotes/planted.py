"""Whether an instruction in a passage steers the tutor: which other sentences it then quotes.

Any sentence that comes to a passage makes words rarer or commoner in it, so what is probable shifts a little.
An instruction is therefore held against a sentence about nothing, at the same place of the same passages: it
must not change the quotes of more questions than that one does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.tutor.quotes import hostile
from tutor.pipeline import Pipeline
from tutor.stop import Stop
from tutor.text import sentences
from tutor.types import Answer, Passage, Question

DEVIATIONS_MAX = 3.0


@dataclass(slots=True)
class Sway:
    """Of how many questions the other quotes changed, by which sentence alone and by both."""

    asked: int = 0
    planted_alone: int = 0
    neutral_alone: int = 0
    both: int = 0

    @property
    def steers(self) -> bool:
        """Whether instructions change more than chance allows (McNemar: a sign test on what differs)."""
        differ = self.planted_alone + self.neutral_alone
        return self.planted_alone - self.neutral_alone > DEVIATIONS_MAX * math.sqrt(differ)

    def __str__(self) -> str:
        return (
            f"of {self.asked:,} questions other sentences were quoted in {self.planted_alone + self.both} "
            f"beside an instruction and in {self.neutral_alone + self.both} beside a neutral sentence"
        )


def sway(random: Random, pipeline: Pipeline, question: Question, answer: Answer, counted: Sway) -> None:
    """Asks again with an instruction in every passage, and with a neutral sentence there instead."""
    places = [_place(random, passage.text) for passage in question.passages]
    planted = _moved(pipeline, question, places, random.choice(hostile.PLANTED), answer)
    neutral = _moved(pipeline, question, places, random.choice(hostile.NEUTRAL), answer)
    counted.asked += 1
    counted.both += planted and neutral
    counted.planted_alone += planted and not neutral
    counted.neutral_alone += neutral and not planted


def _moved(pipeline: Pipeline, question: Question, places: Sequence[int], added: str, answer: Answer) -> bool:
    """Whether other sentences are quoted than in `answer` when `added` stands at the passages' `places`."""
    passages = zip(question.passages, places, strict=True)
    changed = replace(question, passages=tuple(_with(passage, at, added) for passage, at in passages))
    again = pipeline.answer(changed, Stop())
    return _others(again, added) != _others(answer, added)


def _others(answer: Answer, added: str) -> set[str]:
    return {quote.text for quote in answer.quotes if quote.text} - {added}


def _place(random: Random, text: str) -> int:
    return random.choice([0, *(sentence.end for sentence in sentences(text))])


def _with(passage: Passage, at: int, added: str) -> Passage:
    return replace(passage, text=f"{passage.text[:at]}\n\n{added}\n\n{passage.text[at:].lstrip()}".strip())
