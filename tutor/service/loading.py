"""From a model's name to a pipeline that has answered once."""

from pathlib import Path

from tutor import calibration
from tutor.backends.protocol import Backend
from tutor.backends.unread import Unread
from tutor.pipeline import Pipeline
from tutor.stop import Stop
from tutor.types import Mode, Passage, Question

_WARM_UP = Question(
    "What does a replicated log hold?",
    (
        Passage(
            "",
            "",
            "",
            "Replication",
            "A replicated log holds the same commands in the same order on every node.",
            1.0,
        ),
    ),
)


def load_pipeline(model: str, shipped: Path, mode: Mode) -> Pipeline:
    """Loads `model` (a folder or a hub name) and warms it up; slow, so not for the event loop.

    A folder without a calibration of its own uses that of the model in `shipped`. Where that weighs no
    reading, words alone answer. Raises ModelUnusable and CalibrationUnreadable.
    """
    calibrations = calibration.load_for(model, shipped)
    asked = mode is Mode.FREE or calibrations.read
    backend: Backend = Unread()
    if (
        asked or Path(model) != shipped
    ):  # What somebody brought along may be no model: that is to be told now.
        from tutor.backends.gpt2 import Gpt2Backend  # noqa: PLC0415 - seconds and 300 MB, for torch

        loaded = Gpt2Backend(model)
        backend = loaded if asked else backend
    pipeline = Pipeline(backend, calibrations, mode)
    pipeline.answer(_WARM_UP, Stop())
    return pipeline
