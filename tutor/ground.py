"""From measured candidates to a decision: which sentences answer, or none.

This is where an answer becomes true and cited or silent. It sees numbers and offsets only, never a model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.calibration import Calibration
from tutor.candidates import Candidate
from tutor.features import Features

MAX_SENTENCES = 3
MAX_CHARS = 600
KEEP_RATIO = 0.9
"""A further sentence must be at least this probable, relative to the best: most answers are one sentence."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of the text of the passage numbered `passage`."""

    passage: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The spans to quote, the best first (none: abstain), and how probable the best candidate is."""

    spans: tuple[Span, ...]
    confidence: float
    closest: int | None
    """The passage of the best candidate; None when there was no candidate."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """How probable it is of each candidate, in order, that it answers; below `threshold` nothing does."""

    candidates: tuple[Candidate, ...]
    probabilities: tuple[float, ...]
    threshold: float

    @property
    def ranking(self) -> tuple[int, ...]:
        """The candidates' numbers, the most probable first; equals keep their order."""
        return tuple(sorted(range(len(self.candidates)), key=lambda at: (-self.probabilities[at], at)))


def judge(
    candidates: Sequence[Candidate], features: Sequence[Features], calibration: Calibration
) -> Judgement:
    probabilities = tuple(calibration.probability(row) for row in features)
    return Judgement(tuple(candidates), probabilities, calibration.threshold)


def decide(judgement: Judgement) -> Decision:
    """The best sentence, the one it leans on, and further ones nearly as probable, within the limits.

    Deterministic: equal probabilities keep the candidates' order. A sentence that leans on one already quoted
    is added only directly after it, where it reads on.
    """
    candidates, probable, ranking = judgement.candidates, judgement.probabilities, judgement.ranking
    if not candidates:
        return Decision((), 0.0, None)
    best = ranking[0]
    confidence = probable[best]
    if confidence < judgement.threshold:
        return Decision((), confidence, candidates[best].passage)
    floor = max(judgement.threshold, KEEP_RATIO * confidence)
    chosen: list[Span] = []
    for index in ranking:
        if probable[index] < floor:
            break
        spans = _spans(candidates[index])
        if chosen[-1:] == spans[:1]:
            spans = spans[1:]
        if not chosen and not _fits(spans):
            spans = spans[-1:]
        if _fits([*chosen, *spans]) and not set(spans).intersection(chosen):
            chosen += spans
    return Decision(tuple(chosen), confidence, candidates[best].passage)


def _spans(candidate: Candidate) -> list[Span]:
    parts = [candidate.previous, candidate.sentence]
    return [Span(candidate.passage, part.start, part.end) for part in parts if part is not None]


def _fits(spans: Sequence[Span]) -> bool:
    return len(spans) <= MAX_SENTENCES and sum(span.end - span.start for span in spans) <= MAX_CHARS
