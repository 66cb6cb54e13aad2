"""The tutor without its model: the features and weights of words alone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tutor import calibration
from tutor.pipeline import Pipeline
from tutor.reading import Asked, Likelihoods
from tutor.stop import Stop
from tutor.types import Mode


class Unread:
    """Finds every sentence as likely as the others."""

    name = "words"

    def read(self, asked: Sequence[Asked], stop: Stop) -> Sequence[Likelihoods]:
        return [Likelihoods((0.0,) * len(each.evidence), 0.0, 1) for each in asked]

    def generate(self, query: str, passages: Sequence[str], stop: Stop) -> Iterator[str]:
        return iter(())


def words_alone(model: str, shipped: Path) -> Pipeline:
    """With the calibration that `load_pipeline` would take; raises CalibrationUnreadable."""
    own = Path(model) / calibration.FILE_NAME
    fitted = calibration.load(own if own.exists() else shipped / calibration.FILE_NAME)
    return Pipeline(Unread(), replace(fitted, likelihood=fitted.words), Mode.QUOTED)
