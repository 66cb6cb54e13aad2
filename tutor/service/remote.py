"""From a server's address to a pipeline, as soon as the server answers."""

import os
from pathlib import Path

import structlog

from tutor import calibration
from tutor.backends.failure import ServerFailed
from tutor.backends.openai import KEY_VARIABLE, OpenAIBackend
from tutor.stop import Stop
from tutor.written import WrittenPipeline

LOOK_SECONDS = 1.0

log = structlog.get_logger("tutor")


def load_remote(base_url: str, model: str, shipped: Path, stop: Stop) -> WrittenPipeline:
    """Waits until /v1/models answers, and logs why it does not; slow, so not for the event loop. The key is
    the environment's. Raises ServerUnusable, CalibrationUnreadable and Stopped."""
    backend = OpenAIBackend(base_url, model, os.environ.get(KEY_VARIABLE, ""))
    pipeline = WrittenPipeline(backend, calibration.load(shipped / calibration.FILE_NAME))
    told = ""
    while True:
        try:
            backend.ask_models(stop)
        except ServerFailed as error:
            if str(error) != told:
                told = str(error)
                log.warning("waiting for the model's server", why=told)
            stop.wait(LOOK_SECONDS)
        else:
            return pipeline
