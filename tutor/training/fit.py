"""A logistic model over features, fitted for its order first and for its probabilities second."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from tutor.calibration import Calibration
from tutor.features import NAMES, Features

ANSWERED_SHARE = 0.8
"""The share of answerable questions that the threshold lets be answered, right or wrong."""
RIDGE = 1e-3
OF_THE_QUESTION = ("missing",)
"""What all candidates of a question share says nothing of their order, only of the probability."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A question's candidates as measured; `gold` marks those that answer it, none where nothing does."""

    features: tuple[Features, ...]
    gold: tuple[bool, ...]
    answerable: bool


def fit(questions: Sequence[Rows], names: Sequence[str]) -> Calibration:
    """Weights for `names`, the others 0.

    The weights maximise the likelihood of a gold sentence among its question's candidates (McFadden's
    conditional logit, 1974); a scale, a bias and what is of the question as a whole then make the best
    candidate's score the log odds that it is right (after Platt, 1999). The threshold is what ANSWERED_SHARE
    of the answerable questions reach.
    """
    order = _order(questions, names)
    tops = [_top(each, names, order) for each in questions if each.gold]
    scale, *further, bias = _platt(tops)
    weights = dict(zip(names, (order * scale).tolist(), strict=True))
    weights |= dict(zip(OF_THE_QUESTION, further, strict=True))
    fitted = Calibration(
        round(bias, 4), tuple(round(float(weights.get(name, 0.0)), 4) for name in NAMES), 0.5
    )
    best = sorted(best_probability(each, fitted) for each in questions if each.answerable)
    return replace(fitted, threshold=round(best[math.floor((1.0 - ANSWERED_SHARE) * len(best))], 4))


def best_probability(rows: Rows, fitted: Calibration) -> float:
    """Of the most probable candidate; 0 where there is none."""
    return max((fitted.probability(row) for row in rows.features), default=0.0)


def _order(questions: Sequence[Rows], names: Sequence[str]) -> torch.Tensor:
    telling = [each for each in questions if any(each.gold) and not all(each.gold)]
    rows = torch.cat([_matrix(each, names) for each in telling])
    spread = rows.std(0).clamp(min=1e-6)
    scaled = rows / spread
    owner = torch.cat([torch.full((len(each.gold),), at) for at, each in enumerate(telling)])
    gold = torch.tensor([float(right) for each in telling for right in each.gold], dtype=torch.float64)
    weights = torch.zeros(len(names), dtype=torch.float64, requires_grad=True)

    def loss() -> torch.Tensor:
        scores = scaled @ weights
        highest = torch.full((len(telling),), -math.inf, dtype=torch.float64)
        highest = highest.scatter_reduce(0, owner, scores.detach(), "amax")
        shares = (scores - highest[owner]).exp()
        none = torch.zeros(len(telling), dtype=torch.float64)
        whole, right = none.index_add(0, owner, shares), none.index_add(0, owner, shares * gold)
        return (whole.log() - right.log()).mean() + RIDGE * weights.square().mean()

    return _minimised(loss, weights) / spread


def _top(rows: Rows, names: Sequence[str], order: torch.Tensor) -> tuple[list[float], bool]:
    """The best candidate's score and the features of the question, and whether it is right."""
    scores: list[float] = (_matrix(rows, names) @ order).tolist()
    best = max(range(len(scores)), key=scores.__getitem__)
    row = rows.features[best]
    return [scores[best], *(getattr(row, name) for name in OF_THE_QUESTION)], rows.gold[best]


def _platt(tops: Sequence[tuple[list[float], bool]]) -> list[float]:
    """A weight for each column, and a bias."""
    given = torch.tensor([columns for columns, _ in tops], dtype=torch.float64)
    truth = torch.tensor([float(right) for _, right in tops], dtype=torch.float64)
    line = torch.zeros(given.shape[1] + 1, dtype=torch.float64, requires_grad=True)

    def loss() -> torch.Tensor:
        odds = given @ line[:-1] + line[-1]
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(odds, truth)
        return entropy + RIDGE * line[:-1].square().mean()

    found: list[float] = _minimised(loss, line).tolist()
    return found


def _minimised(loss: Callable[[], torch.Tensor], weights: torch.Tensor) -> torch.Tensor:
    optimizer = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(step)  # type: ignore[no-untyped-call]
    return weights.detach()


def _matrix(rows: Rows, names: Sequence[str]) -> torch.Tensor:
    return torch.tensor(
        [[getattr(row, name) for name in names] for row in rows.features], dtype=torch.float64
    )
