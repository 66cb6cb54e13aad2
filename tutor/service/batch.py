"""Several questions answered together, in the thread that owns the model."""

import time
from collections.abc import Sequence

from tutor.pipeline import Pipeline, quoted
from tutor.service.job import Job
from tutor.stop import StopOfAll, Stopped


def answer_together(pipeline: Pipeline, jobs: Sequence[Job]) -> float:
    """Every job gets its parts or its own failure. Returns the CPU seconds of this thread that it took."""
    begun = time.thread_time()
    quoting = []
    for job in jobs:
        if job.stop.told:
            job.end(Stopped())
        elif pipeline.generates(job.question):
            job.give(pipeline.parts(job.question, job.stop))
        else:
            quoting.append(job)
    if quoting:
        _quote(pipeline, quoting)
    return time.thread_time() - begun


def _quote(pipeline: Pipeline, jobs: Sequence[Job]) -> None:
    """Where one question makes all of them fail, each is judged by itself."""
    try:
        judgements = pipeline.judge([job.question for job in jobs], StopOfAll(job.stop for job in jobs))
    except Exception as error:
        if len(jobs) == 1 or isinstance(error, Stopped):
            for job in jobs:
                job.end(error)
        else:
            for job in jobs:
                _quote(pipeline, [job])
        return
    for job, judgement in zip(jobs, judgements, strict=True):
        job.give(quoted(job.question, judgement))
