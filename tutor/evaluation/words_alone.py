"""The tutor without its model: the features and weights of words alone."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tutor import calibration
from tutor.pipeline import Pipeline
from tutor.reading import Asked, Reading
from tutor.stop import Stop
from tutor.types import Mode


class Unread:
    """Is never asked."""

    name = "words"

    def read(self, asked: Sequence[Asked], stop: Stop) -> Sequence[Reading]:
        raise NotImplementedError

    def generate(self, query: str, passages: Sequence[str], stop: Stop) -> Iterator[str]:
        raise NotImplementedError


def words_alone(model: str, shipped: Path) -> Pipeline:
    """With the calibration that `load_pipeline` would take; raises CalibrationUnreadable."""
    return Pipeline(Unread(), calibration.load_for(model, shipped).words_alone, Mode.QUOTED)
