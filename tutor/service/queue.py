"""A bounded queue before the one thread that owns the model, and a memory of what it answered."""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor

from tutor.pipeline import Part, Pipeline
from tutor.service.job import Job
from tutor.stop import Stopped
from tutor.types import Question

REMEMBERED = 512
_FIRST_GUESS_SECONDS = 1.0
_SMOOTHING = 0.2


class QueueFull(Exception):
    """As many questions wait as may; `retry_seconds` estimates when there is room again."""

    def __init__(self, retry_seconds: float) -> None:
        super().__init__("too many questions are waiting")
        self.retry_seconds = retry_seconds


class AnswerQueue:
    """Answers questions one at a time, in the order they came; the same key is answered once.

    Lives on one event loop. A question that nobody waits for any more leaves the queue, or is stopped at its
    next piece of work.
    """

    def __init__(self, limit: int) -> None:
        """`limit`: how many questions may wait, beside the one in work."""
        self.limit = limit
        self.answered = 0
        self.pipeline: Pipeline | None = None
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="tutor-model")
        self._jobs: OrderedDict[bytes, Job] = OrderedDict()
        self._waiting: deque[tuple[bytes, Job]] = deque()
        self._arrived = asyncio.Event()
        self._seconds_each = _FIRST_GUESS_SECONDS
        self._worker: asyncio.Task[None] | None = None
        self._closed = False

    async def start(self, load: Callable[[], Pipeline]) -> Pipeline:
        """Loads the model in its own thread, then begins to work; raises as `load` does."""
        loop = asyncio.get_running_loop()
        pipeline = await loop.run_in_executor(self._executor, load)
        self._worker = asyncio.create_task(self._work(pipeline))
        self.pipeline = pipeline
        return pipeline

    async def close(self) -> None:
        """Stops the question in work and refuses those that wait: their readers see Stopped."""
        self._closed = True
        for job in self._jobs.values():
            job.stop()
        for _, job in self._waiting:
            job.finish(Stopped())
        self._waiting.clear()
        self._arrived.set()
        if self._worker is not None:
            await self._worker
        self._executor.shutdown(wait=True)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def ask(self, key: bytes, question: Question) -> AsyncGenerator[Part]:
        """The parts of the answer; equal keys share one answer, in work or remembered.

        Raises QueueFull when there is no room, Stopped when the queue is closed.
        """
        job = self._jobs.get(key) or self._admit(key, question)
        parts = job.read()
        try:
            async for part in parts:
                yield part
        finally:
            await parts.aclose()
            if job.abandoned:
                self._forget(key, job)

    def _admit(self, key: bytes, question: Question) -> Job:
        if self._closed:
            raise Stopped
        if len(self._waiting) >= self.limit:
            raise QueueFull(self._seconds_each * (len(self._waiting) + 1))
        job = Job(question, asyncio.get_running_loop())
        self._jobs[key] = job
        self._waiting.append((key, job))
        self._arrived.set()
        return job

    def _forget(self, key: bytes, job: Job) -> None:
        if self._jobs.get(key) is job:
            del self._jobs[key]
        with contextlib.suppress(ValueError):
            self._waiting.remove((key, job))

    async def _work(self, pipeline: Pipeline) -> None:
        loop = asyncio.get_running_loop()
        while not self._closed:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            key, job = self._waiting.popleft()
            started = loop.time()
            await loop.run_in_executor(self._executor, job.run, pipeline)
            self._seconds_each += _SMOOTHING * (loop.time() - started - self._seconds_each)
            if job.answer is None:
                self._forget(key, job)
                continue
            self.answered += 1
            self._trim()

    def _trim(self) -> None:
        finished = [key for key, job in self._jobs.items() if job.finished]
        for key in finished[: max(0, len(finished) - REMEMBERED)]:
            del self._jobs[key]
