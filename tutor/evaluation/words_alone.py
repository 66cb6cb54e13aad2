"""The tutor without its model: the features and weights of words alone."""

from pathlib import Path

from tutor import calibration
from tutor.backends.unread import Unread
from tutor.pipeline import Pipeline
from tutor.types import Mode


def words_alone(model: str, shipped: Path) -> Pipeline:
    """With the calibration that `load_pipeline` would take; raises CalibrationUnreadable."""
    return Pipeline(Unread(), calibration.load_for(model, shipped).words_alone, Mode.QUOTED)
