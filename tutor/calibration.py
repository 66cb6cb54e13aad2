"""The numbers that turn features into a probability, and the probability into an answer or silence."""

import json
import math
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tutor.features import LIKELIHOOD, NAMES, SELECTION, Features
from tutor.reading import Reading, Selection

FILE_NAME = "calibration.json"


class CalibrationUnreadable(Exception):
    """A calibration file that is not there, not JSON, or whose weights are not those of `Features`."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model over `Features`; below `threshold` the tutor abstains."""

    bias: float
    weights: tuple[float, ...]
    threshold: float

    def probability(self, features: Features) -> float:
        """The estimated probability that the sentence answers the query."""
        score = self.bias + math.fsum(
            weight * getattr(features, name) for name, weight in zip(NAMES, self.weights, strict=True)
        )
        return 1.0 / (1.0 + math.exp(-score)) if score >= 0 else math.exp(score) / (1.0 + math.exp(score))

    def weighs(self, names: Collection[str]) -> bool:
        """Whether any of these features has a weight."""
        return any(weight for name, weight in zip(NAMES, self.weights, strict=True) if name in names)


@dataclass(frozen=True, slots=True)
class Calibrations:
    """One for each way in which a model reads, and one without a model, which also makes the shortlist."""

    words: Calibration
    selection: Calibration
    likelihood: Calibration

    @property
    def read(self) -> bool:
        """Whether what a model reads weighs anything: else there is no need to ask it."""
        return self.selection.weighs(SELECTION) or self.likelihood.weighs(LIKELIHOOD)

    @property
    def words_alone(self) -> "Calibrations":
        """By which no model is read."""
        return Calibrations(self.words, self.words, self.words)

    def of(self, reading: Reading) -> Calibration:
        return self.selection if isinstance(reading, Selection) else self.likelihood


def load(path: Path) -> Calibrations:
    """Raises CalibrationUnreadable, naming the file."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        return Calibrations(
            **{each.name: _calibration(path, written[each.name]) for each in fields(Calibrations)}
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CalibrationUnreadable(f"{path}: {error}") from error


def load_for(model: str, shipped: Path) -> Calibrations:
    """The folder's own or, where it has none, that in `shipped`. Raises CalibrationUnreadable."""
    own = Path(model) / FILE_NAME
    return load(own if own.exists() else shipped / FILE_NAME)


def _calibration(path: Path, written: dict[str, Any]) -> Calibration:
    weights = written["weights"]
    if not set(weights) <= set(NAMES):
        raise CalibrationUnreadable(f"{path} weighs other features than this version measures")
    return Calibration(
        float(written["bias"]),
        tuple(float(weights.get(name, 0.0)) for name in NAMES),
        float(written["threshold"]),
    )


def save(path: Path, calibrations: Calibrations) -> None:
    """Features of no weight are left out."""
    written = {each.name: _written(getattr(calibrations, each.name)) for each in fields(Calibrations)}
    path.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def _written(calibration: Calibration) -> dict[str, Any]:
    weights = zip(NAMES, calibration.weights, strict=True)
    return {
        "bias": calibration.bias,
        "weights": {name: weight for name, weight in weights if weight},
        "threshold": calibration.threshold,
    }
