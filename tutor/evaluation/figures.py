"""The figures of one system over all questions, and of the retrieval that all share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from tutor.evaluation.gold import Gold
from tutor.evaluation.metrics import (
    auroc,
    bootstrap,
    mcnemar,
    percentile,
    risk_at,
    risk_coverage,
    risk_coverage_area,
    share,
)
from tutor.evaluation.outcomes import Outcome
from tutor.types import Question

Figures = dict[str, Any]
"""Shares from 0 to 1 and seconds, by name; None where there is nothing to measure. Fit for JSON."""

COVERAGES = (0.25, 0.5, 0.75, 1.0)
PARAGRAPHS = 5


def retrieval(asked: Sequence[tuple[Question, Gold]]) -> Figures:
    """Of answerable questions: whether the first passage is of a gold page, and one of five holds gold."""
    return {
        "document_at_1": share(
            [any(each.material_id in gold.materials for each in to.passages[:1]) for to, gold in asked]
        ),
        f"paragraph_at_{PARAGRAPHS}": share(
            [any(gold.in_passage(each) for each in to.passages[:PARAGRAPHS]) for to, gold in asked]
        ),
    }


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """Of one system; the names are those of the table."""
    ranking = any(each.response.ranking for each in outcomes)
    measured: Figures = {
        name: statistic(outcomes) if ranking or name not in _OF_RANKING else None
        for name, statistic in _STATISTICS.items()
    }
    measured["intervals"] = {
        name: bootstrap(outcomes, _STATISTICS[name]) for name in _WITH_INTERVALS if measured[name] is not None
    }
    measured["by_kind"] = {
        kind: {
            "auroc": _auroc(outcomes, kind),
            "wrong": share([each.answered for each in _of(outcomes, kind)]),
        }
        for kind in sorted({each.asked.kind for each in outcomes if not each.asked.answerable})
    }
    curve = risk_coverage(*_confidence(outcomes))
    points = ((at, risk_at(curve, at)) for at in COVERAGES)
    measured["risk_at_coverage"] = {f"{at:.2f}": point.risk for at, point in points if point is not None}
    measured |= _speed(outcomes)
    return measured


def against(ours: Sequence[Outcome], theirs: Sequence[Outcome]) -> Figures:
    """McNemar's test of two systems over the same questions: whether the right sentence comes first, where
    both rank any, and whether the question is served."""
    tests = {"served": asdict(mcnemar([each.served for each in ours], [each.served for each in theirs]))}
    if all(any(each.response.ranking for each in of) for of in (ours, theirs)):
        first, second = ([each.gold_within(1) for each in _answerable(of)] for of in (ours, theirs))
        tests["sentence_at_1"] = asdict(mcnemar(first, second))
    return tests


def _answerable(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [each for each in outcomes if each.asked.answerable]


def _of(outcomes: Sequence[Outcome], kind: str | None = None) -> list[Outcome]:
    """The questions that nothing answers, of one kind or all."""
    return [each for each in outcomes if not each.asked.answerable and kind in (None, each.asked.kind)]


def _share_of_answerable(holds: Callable[[Outcome], bool]) -> Callable[[Sequence[Outcome]], float | None]:
    return lambda outcomes: share([holds(each) for each in _answerable(outcomes)])


def _ratio(part: Callable[[Outcome], int], whole: Callable[[Outcome], int]) -> Callable[..., float | None]:
    def ratio(outcomes: Sequence[Outcome]) -> float | None:
        total = sum(map(whole, outcomes))
        return sum(map(part, outcomes)) / total if total else None

    return ratio


def _auroc(outcomes: Sequence[Outcome], kind: str | None = None) -> float | None:
    return auroc(
        [each.response.confidence for each in _answerable(outcomes)],
        [each.response.confidence for each in _of(outcomes, kind)],
    )


def _confidence(outcomes: Sequence[Outcome]) -> tuple[list[float], list[bool]]:
    return [each.response.confidence for each in outcomes], [each.right for each in outcomes]


def _effective(outcomes: Sequence[Outcome]) -> float | None:
    right = sum(each.answered and each.right for each in outcomes)
    wrong = sum(each.answered and not each.right for each in outcomes)
    return (right - wrong) / len(outcomes) if outcomes else None


def _speed(outcomes: Sequence[Outcome]) -> Figures:
    whole = [each.response.seconds for each in outcomes]
    first = [each.response.first_seconds for each in outcomes]
    tokens = sum(each.response.tokens for each in outcomes)
    spent = sum(each.response.seconds for each in outcomes if each.answered)
    return {
        "p50_seconds": percentile(whole, 50),
        "p95_seconds": percentile(whole, 95),
        "first_token_p50_seconds": percentile(first, 50),
        "first_token_p95_seconds": percentile(first, 95),
        "tokens_per_second": tokens / spent if spent else None,
    }


_OF_RANKING = {
    "sentence_at_1": _share_of_answerable(lambda each: each.gold_within(1)),
    "sentence_at_3": _share_of_answerable(lambda each: each.gold_within(3)),
    "paragraph_at_1": _share_of_answerable(lambda each: each.first_in_passage),
    "heading_at_1": _share_of_answerable(lambda each: each.first_in_section),
}
_STATISTICS: dict[str, Callable[[Sequence[Outcome]], float | None]] = _OF_RANKING | {
    "groundedness": _ratio(lambda each: each.cited_grounded, lambda each: each.cited),
    "citation_precision": _ratio(lambda each: each.cited_gold, lambda each: each.cited),
    "auroc": _auroc,
    "risk_coverage_area": lambda outcomes: risk_coverage_area(*_confidence(outcomes)),
    "answered_answerable": _share_of_answerable(lambda each: each.answered),
    "right_answerable": _share_of_answerable(lambda each: each.answered and each.right),
    "wrong_unanswerable": lambda outcomes: share([each.answered for each in _of(outcomes)]),
    "effective_accuracy": _effective,
}
_WITH_INTERVALS = tuple(name for name in _STATISTICS if name not in {"groundedness", "risk_coverage_area"})
