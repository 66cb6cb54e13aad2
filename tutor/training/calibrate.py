"""Fits the logistic model over features, and reports what the language model adds to it.

Each development question is put to five passages: the one it was written for and the four others of the same
document (or source) that BM25 finds best, as retrieval would. One in four is put to the passages that BM25
finds best among other documents instead: what a course says when asked about something else. Half of the
documents fit the numbers, the other half report.
"""

import json
import math
import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from tutor import calibration
from tutor.backends.gpt2 import Gpt2Backend
from tutor.bm25 import Bm25
from tutor.calibration import Calibration, Calibrations
from tutor.candidates import Candidate, find_candidates
from tutor.features import NAMES, Features, measure, with_reading
from tutor.reading import Asked
from tutor.stop import Stop
from tutor.terms import terms
from tutor.training import data
from tutor.training.data import Item
from tutor.types import Passage, Question

SEED = 20260101
PASSAGES = 5
ANSWERED_SHARE = 0.8
"""The share of answerable questions that the threshold lets be answered, right or wrong."""
OUTSIDE_SHARE = 0.25
POOL = 100
"""The most passages that a question's neighbours are retrieved from."""

MODEL_COLUMNS = ("likelihood", "posterior", "lift")


@dataclass(frozen=True, slots=True)
class Case:
    """A question's candidates as measured; `gold` marks those that answer it.

    `kind`: "answerable", "near_miss" (its passages are about the matter, but hold no answer) or "outside"
    (they are about something else).
    """

    features: tuple[Features, ...]
    lexical: tuple[float, ...]
    gold: tuple[bool, ...]
    kind: str

    @property
    def answerable(self) -> bool:
        return self.kind == "answerable"


def calibrate(folder: Path, model: Path, questions: int) -> None:
    """Writes calibration.json into `model`; prints progress, a table, and the figures as one JSON line.

    Raises DataMissing and ModelUnusable.
    """
    data.check(folder)
    backend = Gpt2Backend(model)
    fitting: list[Case] = []
    held_out: list[Case] = []
    sampled = _sample(list(data.items(folder, "dev")), questions)
    for number, (item, passages) in enumerate(sampled):
        half = fitting if random.Random(f"{SEED}:{item.document}").random() < 0.5 else held_out  # noqa: S311
        half.append(_case(item, passages, backend))
        if number % 100 == 99:
            print(f"{number + 1} of {len(sampled)} questions measured", flush=True)

    fitted = _with_threshold(_fit_never_against_likelihood(fitting), fitting)
    without = _with_threshold(_fit(fitting, [name for name in NAMES if name not in MODEL_COLUMNS]), fitting)
    calibration.save(model / calibration.FILE_NAME, Calibrations(without, fitted, fitted))
    reports = {
        "bm25": {"sentence_at_1": _at_1(held_out, [case.lexical for case in held_out])},
        "without_model": _report(held_out, without),
        "with_model": _report(held_out, fitted),
    }
    for name, figures in reports.items():
        print(name.ljust(14), "  ".join(f"{figure} {value:.3f}" for figure, value in figures.items()))
    answerable = sum(case.answerable for case in held_out)
    print(
        json.dumps(
            {"fitted_on": len(fitting), "held_out": len(held_out), "answerable": answerable, **reports}
        )
    )


def _sample(items: Sequence[Item], count: int) -> list[tuple[Item, list[str]]]:
    """`count` questions, each with the texts of its passages."""
    by_document: dict[str, set[str]] = defaultdict(set)
    by_source: dict[str, set[str]] = defaultdict(set)
    for item in items:
        by_document[item.document].add(item.context)
        by_source[_source(item)].add(item.context)
    chance = random.Random(SEED)  # noqa: S311
    sampled = chance.sample(list(items), min(count, len(items)))
    cases = []
    for item in sampled:
        if chance.random() < OUTSIDE_SHARE:
            pool = chance.sample(items, min(POOL, len(items)))
            outside = {other.context for other in pool if other.document != item.document}
            cases.append((item, _retrieved(item.question, outside, PASSAGES)))
            continue
        texts = [item.context]
        for group in (by_document[item.document], by_source[_source(item)]):
            fresh = sorted(group.difference(texts))
            near = chance.sample(fresh, min(POOL, len(fresh)))
            texts += _retrieved(item.question, near, PASSAGES - len(texts))
        cases.append((item, texts))
    return cases


def _retrieved(question: str, texts: Collection[str], count: int) -> list[str]:
    """The best `count` by BM25, equals in alphabetical order."""
    ordered = sorted(texts)
    scores = _retrieval_scores(question, ordered)
    return [ordered[index] for index in sorted(range(len(ordered)), key=lambda index: -scores[index])[:count]]


def _retrieval_scores(question: str, texts: Sequence[str]) -> list[float]:
    return Bm25([terms(text) for text in texts]).scores(terms(question))


def _source(item: Item) -> str:
    return item.source.removesuffix("-neg").split("#")[0]


def _case(item: Item, texts: Sequence[str], backend: Gpt2Backend) -> Case:
    home = item.context in texts
    passages = [
        Passage("", "", "", item.title if home else "", text, score)
        for text, score in zip(texts, _retrieval_scores(item.question, texts), strict=True)
    ]
    question = Question(item.question, tuple(sorted(passages, key=lambda passage: -passage.score)))
    candidates = find_candidates(question.query, question.passages)
    rows = measure(question, candidates)
    if candidates:
        evidence = tuple((question.passages[0].heading, candidate.in_context) for candidate in candidates)
        (reading,) = backend.read([Asked(question.query, evidence)], Stop())
        rows = with_reading(rows, reading)
    return Case(
        rows,
        tuple(candidate.lexical for candidate in candidates),
        tuple(
            question.passages[candidate.passage].text == item.context and _answers(item, candidate)
            for candidate in candidates
        ),
        ("answerable" if item.answers else "near_miss") if home else "outside",
    )


def _answers(item: Item, candidate: Candidate) -> bool:
    """Whether the sentence holds an answer, or begins or continues one that is longer than it."""
    start, end = candidate.sentence.start, candidate.sentence.end
    for answer in item.answers:
        first = item.context.find(answer)
        last = first + len(answer)
        if first >= 0 and (start <= first < end or first <= start < last):
            return True
    return False


def _fit_never_against_likelihood(cases: Sequence[Case]) -> Calibration:
    """Drops model columns whose weight comes out negative: a likelier query never counts against a sentence.

    Such a weight is noise between correlated columns, and would mislead with another GPT-2's likelihoods.
    """
    names = list(NAMES)
    while True:
        fitted = _fit(cases, names)
        weights = dict(zip(NAMES, fitted.weights, strict=True))
        against = [name for name in MODEL_COLUMNS if weights[name] < 0.0]
        if not against:
            return fitted
        names.remove(min(against, key=lambda name: weights[name]))


def _fit(cases: Sequence[Case], names: Sequence[str]) -> Calibration:
    """Logistic regression with a light ridge, by L-BFGS; weights of features not in `names` are 0."""
    rows = [[getattr(row, name) for name in names] for case in cases for row in case.features]
    labels = [float(gold) for case in cases for gold in case.gold]
    inputs = torch.tensor(rows, dtype=torch.float64)
    targets = torch.tensor(labels, dtype=torch.float64)
    weights = torch.zeros(len(names) + 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = inputs @ weights[1:] + weights[0]
        value = torch.nn.functional.binary_cross_entropy_with_logits(scores, targets)
        value = value + 1e-4 * weights[1:].square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    bias, *found = [round(float(weight), 4) for weight in weights.detach()]
    by_name = dict(zip(names, found, strict=True))
    return Calibration(bias, tuple(by_name.get(name, 0.0) for name in NAMES), 0.5)


def _with_threshold(fitted: Calibration, cases: Sequence[Case]) -> Calibration:
    best = sorted(_best(case, fitted) for case in cases if case.answerable)
    return replace(fitted, threshold=round(best[math.floor((1.0 - ANSWERED_SHARE) * len(best))], 4))


def _best(case: Case, fitted: Calibration) -> float:
    return max((fitted.probability(row) for row in case.features), default=0.0)


def _at_1(cases: Sequence[Case], scores: Sequence[Sequence[float]]) -> float:
    """The share of answerable questions whose highest-scored sentence answers them."""
    right = [
        bool(row) and case.gold[max(range(len(row)), key=row.__getitem__)]
        for case, row in zip(cases, scores, strict=True)
        if case.answerable
    ]
    return sum(right) / len(right)


def _report(cases: Sequence[Case], fitted: Calibration) -> dict[str, float]:
    probable = [[fitted.probability(row) for row in case.features] for case in cases]
    best = [max(row, default=0.0) for row in probable]
    by_kind = {
        kind: [value for value, case in zip(best, cases, strict=True) if case.kind == kind]
        for kind in ("answerable", "near_miss", "outside")
    }
    report = {"sentence_at_1": _at_1(cases, probable)}
    for kind, values in by_kind.items():
        if values:
            report[f"answered_{kind}"] = sum(value >= fitted.threshold for value in values) / len(values)
    for kind in ("near_miss", "outside"):
        pairs = [
            (high > low) + 0.5 * (high == low) for high in by_kind["answerable"] for low in by_kind[kind]
        ]
        if pairs:
            report[f"auroc_{kind}"] = sum(pairs) / len(pairs)
    return report
