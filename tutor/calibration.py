"""The numbers that turn features into a probability, and the probability into an answer or silence."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from tutor.features import NAMES, Features

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


def load(path: Path) -> Calibration:
    """Raises CalibrationUnreadable, naming the file."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        weights = written["weights"]
        if set(weights) != set(NAMES):
            raise CalibrationUnreadable(f"{path} weighs other features than this version measures")
        return Calibration(
            float(written["bias"]), tuple(float(weights[name]) for name in NAMES), float(written["threshold"])
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CalibrationUnreadable(f"{path}: {error}") from error


def save(path: Path, calibration: Calibration) -> None:
    written = {
        "bias": calibration.bias,
        "weights": dict(zip(NAMES, calibration.weights, strict=True)),
        "threshold": calibration.threshold,
    }
    path.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
