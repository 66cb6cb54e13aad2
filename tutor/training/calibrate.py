"""Fits how words alone, a selector and query likelihood are judged, and reports what the model adds to words.

Half of the development documents fit the numbers, the other half report.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tutor import calibration
from tutor.backends.gpt2 import Gpt2Backend
from tutor.calibration import Calibration, Calibrations
from tutor.evaluation.metrics import auroc
from tutor.features import LIKELIHOOD, NAMES, SELECTION, WORDS, with_reading
from tutor.ground import judge
from tutor.pipeline import SHORTLISTED
from tutor.reading import Asked
from tutor.stop import Stop
from tutor.training import SEED, data
from tutor.training.dev_cases import NEAR_MISS, OUTSIDE, Case, dev_cases
from tutor.training.fit import Rows, best_probability, fit


def calibrate(folder: Path, model: Path, questions: int) -> None:
    """Writes calibration.json into `model`; prints progress, a table, and the figures as one JSON line.

    `questions`: at most so many of every source, with an answer and without. Raises DataMissing and
    ModelUnusable.
    """
    data.check(folder)
    backends = {"selection": Gpt2Backend(model), "likelihood": Gpt2Backend(model, selects=False)}
    halves: tuple[list[Case], list[Case]] = ([], [])
    for case in dev_cases(list(data.items(folder, "dev")), questions, SEED):
        halves[random.Random(f"{SEED}:{case.document}").random() < 0.5].append(case)  # noqa: S311
    print(f"{len(halves[0])} questions to fit, {len(halves[1])} to report on", flush=True)
    by_words = [[_rows(case, range(len(case.candidates))) for case in half] for half in halves]
    words = fit(by_words[0], WORDS)
    report = {"words": _report(halves[1], by_words[1], words)}
    fitted = {"words": words}
    for name, columns in (("selection", SELECTION), ("likelihood", LIKELIHOOD)):
        read = [[_read(case, words, backends[name]) for case in half] for half in halves]
        fitted[name] = _fit_never_against(read[0], columns)
        report[name] = _report(halves[1], read[1], fitted[name])
    calibration.save(model / calibration.FILE_NAME, Calibrations(**fitted))
    for name, figures in report.items():
        print(name.ljust(11), "  ".join(f"{figure} {value:.3f}" for figure, value in figures.items()))
    print(json.dumps({"fitted_on": len(halves[0]), "held_out": len(halves[1]), **report}))


def _rows(case: Case, kept: Sequence[int]) -> Rows:
    features, gold = tuple(case.features[at] for at in kept), tuple(case.gold[at] for at in kept)
    return Rows(features, gold, any(case.gold))


def _read(case: Case, words: Calibration, backend: Gpt2Backend) -> Rows:
    """The shortlist, as the pipeline makes it, with what the model makes of it."""
    shortlist = judge(case.candidates, case.features, words).ranking[:SHORTLISTED]
    rows = _rows(case, shortlist)
    if not rows.features:
        return rows
    evidence = tuple(("", case.candidates[at].in_context) for at in shortlist)
    (reading,) = backend.read([Asked(case.question.query, evidence)], Stop())
    return replace(rows, features=with_reading(rows.features, reading))


def _fit_never_against(questions: Sequence[Rows], columns: Sequence[str]) -> Calibration:
    """Drops a model's column whose weight comes out negative: what speaks for a sentence never counts against
    it. Such a weight is noise between correlated columns, and would mislead with another model."""
    kept = list(columns)
    while True:
        fitted = fit(questions, [*WORDS, *kept])
        weights = dict(zip(NAMES, fitted.weights, strict=True))
        against = [name for name in kept if weights[name] < 0.0]
        if not against:
            return fitted
        kept.remove(min(against, key=lambda name: weights[name]))


def _report(cases: Sequence[Case], questions: Sequence[Rows], fitted: Calibration) -> dict[str, float]:
    best = [best_probability(each, fitted) for each in questions]
    answerable = [each for each in questions if each.answerable]
    reached = [value for value, each in zip(best, questions, strict=True) if each.answerable]
    report = {
        "sentence_at_1": sum(_gold_among(each, fitted, 1) for each in answerable) / max(1, len(answerable)),
        "sentence_at_3": sum(_gold_among(each, fitted, 3) for each in answerable) / max(1, len(answerable)),
        "answered": sum(value >= fitted.threshold for value in reached) / max(1, len(reached)),
    }
    for kind in (NEAR_MISS, OUTSIDE):
        values = [value for value, case in zip(best, cases, strict=True) if case.kind == kind]
        area = auroc(reached, values)
        if area is not None:
            report[f"wrong_{kind}"] = sum(value >= fitted.threshold for value in values) / len(values)
            report[f"auroc_{kind}"] = area
    return report


def _gold_among(rows: Rows, fitted: Calibration, count: int) -> bool:
    ranked = sorted(range(len(rows.gold)), key=lambda at: (-fitted.probability(rows.features[at]), at))
    return any(rows.gold[at] for at in ranked[:count])
