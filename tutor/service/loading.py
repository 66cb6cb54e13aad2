"""From a model's name to a pipeline that has answered once."""

from pathlib import Path

from tutor import calibration
from tutor.backends.gpt2 import Gpt2Backend
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


def load_pipeline(model: str, shipped: Path, mode: Mode, selects: bool = True) -> Pipeline:
    """Loads `model` (a folder or a hub name) and warms it up; slow, so not for the event loop.

    A model trained to select does so unless not `selects`, and is read by query likelihood like any other.
    A folder without a calibration of its own uses that of the model in `shipped`.
    Raises ModelUnusable and CalibrationUnreadable.
    """
    pipeline = Pipeline(Gpt2Backend(model, selects), calibration.load_for(model, shipped), mode)
    pipeline.answer(_WARM_UP, Stop())
    return pipeline
