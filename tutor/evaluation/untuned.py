"""The tutor without what its model was taught: the same features and weights, and nothing read by a model."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tutor import calibration
from tutor.calibration import Calibration
from tutor.features import NAMES, Likelihoods
from tutor.pipeline import Pipeline
from tutor.stop import Stop
from tutor.types import Mode

MODEL_COLUMNS = frozenset({"likelihood", "posterior", "lift"})


class Unread:
    """Finds every sentence as likely as the others."""

    name = "untuned"

    def query_likelihoods(self, query: str, evidence: Sequence[tuple[str, str]], stop: Stop) -> Likelihoods:
        return Likelihoods((0.0,) * len(evidence), 0.0, 1)

    def generate(self, query: str, passages: Sequence[str], stop: Stop) -> Iterator[str]:
        return iter(())


def untuned(model: str, shipped: Path) -> Pipeline:
    """With the calibration that `load_pipeline` would take; raises CalibrationUnreadable."""
    own = Path(model) / calibration.FILE_NAME
    fitted = calibration.load(own if own.exists() else shipped / calibration.FILE_NAME)
    return Pipeline(Unread(), _without_model(fitted), Mode.QUOTED)


def _without_model(fitted: Calibration) -> Calibration:
    weights = zip(NAMES, fitted.weights, strict=True)
    return replace(
        fitted, weights=tuple(0.0 if name in MODEL_COLUMNS else weight for name, weight in weights)
    )
