"""A course of hostile pages, its questions, and what came of them."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.tutor.quotes import hostile, planted
from tests.tutor.quotes.asked import question
from tests.tutor.quotes.oracle import violations
from tests.tutor.quotes.pages import write_pages
from tests.tutor.quotes.planted import Sway
from tutor.evaluation.course import opened
from tutor.pipeline import Pipeline
from tutor.stop import Stop
from tutor.types import Mode

KINDS = ("md", "html", "txt")
QUESTIONS_A_COURSE = 250
SWAYED_EVERY = 10
"""Of this many questions one is asked again with something planted."""


@dataclass(slots=True)
class Tally:
    questions: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    sway: Sway = field(default_factory=Sway)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{count:,} {name}" for name, count in sorted(self.counts.items()))
        return f"{self.questions:,} questions: {counts}; {len(self.failures)} violations"


def play_course(
    pipeline: Pipeline, seed: int, number: int, size: int, tally: Tally, say: Callable[[str], None]
) -> None:
    """The course with this number: the same for the same seed. Tells of every violation."""
    random = Random(f"{seed}/{number}")
    with tempfile.TemporaryDirectory() as temporary:
        write_pages(random, Path(temporary))
        with opened(Path(temporary), KINDS) as course:
            for at in range(size):
                asked = course.ask(question(random, course))
                answer = pipeline.answer(asked, Stop())
                tally.questions += 1
                tally.counts[answer.mode.value] += 1
                if answer.mode is Mode.QUOTED:
                    tally.counts["quotes"] += len(answer.quotes)
                    tally.counts["planted sentences quoted"] += sum(
                        quote.text in hostile.PLANTED for quote in answer.quotes
                    )
                for what in violations(asked, answer, course.texts):
                    where = f"--seed {seed} --course {number}, question {at}: {asked.query!r:.200}"
                    tally.failures.append(f"{where}\n  {what:.1000}")
                    say(tally.failures[-1])
                if at % SWAYED_EVERY == 0:
                    planted.sway(random, pipeline, asked, answer, tally.sway)
