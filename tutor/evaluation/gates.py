"""What a tutor must reach on a course it has not seen before it ships as the default."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.evaluation.figures import Figures


@dataclass(frozen=True, slots=True)
class Gate:
    """`limit` is reached by the figure called `figure`, from below or, if `at_most`, from above."""

    figure: str
    limit: float
    at_most: bool = False

    def passed(self, figures: Figures) -> bool:
        """False also where there is nothing to measure."""
        value = figures[self.figure]
        if value is None:
            return False
        return bool(value <= self.limit if self.at_most else value >= self.limit)

    def __str__(self) -> str:
        return f"{self.figure} {'<=' if self.at_most else '>='} {self.limit}"


GATES = (
    Gate("groundedness", 1.0),
    Gate("sentence_at_1", 0.65),
    Gate("heading_at_1", 0.85),
    Gate("sentence_at_3", 0.90),
    Gate("wrong_unanswerable", 0.20, at_most=True),
    Gate("answered_answerable", 0.80),
    Gate("p95_seconds", 1.5, at_most=True),
)
