"""The statistics that a tutor is judged by: plain functions of numbers, deterministic, of no I/O."""

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

RESAMPLES = 1_000
SEED = 20260101

_WORD = re.compile(r"\w+")
_ARTICLES = frozenset({"a", "an", "the"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Risk:
    """Of all questions the share `coverage` is answered, and of these the share `risk` wrongly."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class McNemar:
    """How often only the first of two was right, only the second, and the two-sided exact p-value."""

    first_only: int
    second_only: int
    p: float


def share(flags: Sequence[bool]) -> float | None:
    """None of nothing."""
    return sum(flags) / len(flags) if flags else None


def percentile(samples: Sequence[float], percent: float) -> float | None:
    """By nearest rank: the least sample that at least `percent` % of them do not exceed. None of nothing."""
    if not samples:
        return None
    return sorted(samples)[max(0, math.ceil(len(samples) * percent / 100) - 1)]


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """The probability that a positive scores above a negative, a tie counting half (Mann and Whitney, 1947).

    None where either is empty. O(n log n).
    """
    if not positives or not negatives:
        return None
    scores = sorted([(score, True) for score in positives] + [(score, False) for score in negatives])
    won, below = 0.0, 0
    for _, tied in groupby(scores, key=lambda scored: scored[0]):
        kinds = Counter(positive for _, positive in tied)
        won += kinds[True] * (below + kinds[False] / 2)
        below += kinds[False]
    return won / (len(positives) * len(negatives))


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[Risk]:
    """The curve of El-Yaniv and Wiener (2010): a point per distinct confidence, the most confident first."""
    points, answered, wrong = [], 0, 0
    for count, errors in _ties(confidences, right):
        answered, wrong = answered + count, wrong + errors
        points.append(Risk(answered / len(right), wrong / answered))
    return points


def risk_coverage_area(confidences: Sequence[float], right: Sequence[bool]) -> float | None:
    """The mean risk over all coverages (AURC; Geifman, Uziel and El-Yaniv, 2019), lower is better.

    Equal confidences are taken in no order: their errors are spread evenly over them. None of nothing.
    """
    risks: list[float] = []
    wrong = 0.0
    for count, errors in _ties(confidences, right):
        for taken in range(1, count + 1):
            risks.append((wrong + errors * taken / count) / (len(risks) + 1))
        wrong += errors
    return math.fsum(risks) / len(risks) if risks else None


def risk_at(curve: Sequence[Risk], coverage: float) -> Risk | None:
    """The first point of the curve that answers at least `coverage`; None of nothing."""
    return next((point for point in curve if point.coverage >= coverage - 1e-9), None)


def bootstrap(
    samples: Sequence[T], statistic: Callable[[Sequence[T]], float | None], resamples: int = RESAMPLES
) -> tuple[float, float] | None:
    """The 95 % percentile interval of `statistic` (Efron, 1979), always by the same resamples.

    Resamples of which the statistic is None are left out; None where it is None of all.
    """
    chance = random.Random(SEED)  # noqa: S311
    drawn = (statistic(chance.choices(samples, k=len(samples))) for _ in range(resamples if samples else 0))
    values = [value for value in drawn if value is not None]
    low, high = percentile(values, 2.5), percentile(values, 97.5)
    return None if low is None or high is None else (low, high)


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> McNemar:
    """McNemar's test (1947), exact: a two-sided sign test of the questions on which they differ."""
    pairs = Counter(zip(first, second, strict=True))
    better, worse = pairs[True, False], pairs[False, True]
    differ = better + worse
    tail = sum(math.comb(differ, count) for count in range(min(better, worse) + 1)) / 2**differ
    return McNemar(better, worse, min(1.0, 2 * tail))


def token_f1(text: str, reference: str) -> float:
    """The harmonic mean of precision and recall of words, but articles (Rajpurkar et al., 2016)."""
    given, wanted = (_words(each) for each in (text, reference))
    common = (given & wanted).total()
    return 2 * common / (given.total() + wanted.total()) if common else 0.0


def _words(text: str) -> Counter[str]:
    return Counter(word for word in _WORD.findall(text.lower()) if word not in _ARTICLES)


def _ties(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[int, int]]:
    """How many have one confidence and how many of them are wrong, the highest confidence first."""
    ranked = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    tied = ([pair[1] for pair in group] for _, group in groupby(ranked, key=lambda pair: pair[0]))
    return [(len(group), group.count(False)) for group in tied]
