"""Several questions answered together, in the thread that owns the model."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tutor.pipeline import Pipeline, quoted
from tutor.service.job import Job
from tutor.stop import StopOfAll, Stopped


def answer_together(pipeline: Pipeline, jobs: Sequence[Job]) -> float:
    """Every job gets its parts or its own failure. Returns the CPU seconds of this thread that it took."""
    begun = time.thread_time()
    quoting, generating = [], []
    for job in jobs:
        if job.stop.told:
            job.end(Stopped())
        elif pipeline.generates(job.question):
            generating.append(job)
        else:
            quoting.append(job)
    _generate(pipeline, generating)
    if quoting:
        _quote(pipeline, quoting)
    return time.thread_time() - begun


def _generate(pipeline: Pipeline, jobs: Sequence[Job]) -> None:
    """One after the other, or all at once where another machine does the work."""

    def give(job: Job) -> None:
        job.give(pipeline.parts(job.question, job.stop))

    if pipeline.side_by_side and jobs:
        with ThreadPoolExecutor(len(jobs)) as pool:
            list(pool.map(give, jobs))
    else:
        for job in jobs:
            give(job)


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
