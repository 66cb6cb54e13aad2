"""A bounded queue before the one thread that owns the model, and a memory of what it answered."""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor

from tutor.pipeline import Part, Pipeline
from tutor.service.batch import answer_together
from tutor.service.job import Job, Waiting
from tutor.service.metrics import Metrics
from tutor.stop import Stopped
from tutor.types import Question

REMEMBERED = 512
TOGETHER_MOST = 8
TOGETHER_CPU_SECONDS = 1.0
"""No more questions are answered together than cost about this: each waits for all of them, and one whose
reader leaves costs until they are done."""
WINDOW_SECONDS = 0.005
"""How long an idle worker waits for others that were asked at the same moment."""
_FIRST_GUESS_SECONDS = TOGETHER_CPU_SECONDS / TOGETHER_MOST
_SMOOTHING = 0.2


class QueueFull(Exception):
    """As many questions wait as may; `retry_seconds` estimates when there is room again."""

    def __init__(self, retry_seconds: float) -> None:
        super().__init__(f"too many questions are waiting: try again in about {retry_seconds:.0f} s")
        self.retry_seconds = retry_seconds


class AnswerQueue:
    """Answers questions in the order they came, some of them together; the same key is answered once.

    Lives on one event loop. A question that nobody waits for any more leaves the queue, or is stopped at its
    next piece of work.
    """

    def __init__(self, limit: int) -> None:
        """`limit`: how many questions may wait, beside those in work."""
        self.limit = limit
        self.answered = 0
        self.pipeline: Pipeline | None = None
        self.metrics = Metrics(lambda: len(self._waiting))
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="tutor-model")
        self._jobs: OrderedDict[bytes, Job] = OrderedDict()
        self._waiting: deque[tuple[bytes, Job]] = deque()
        self._in_work: list[tuple[bytes, Job]] = []
        self._arrived = asyncio.Event()
        self._seconds_each = _FIRST_GUESS_SECONDS
        self._cpu_seconds_each = _FIRST_GUESS_SECONDS
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
        """Stops the questions in work and refuses those that wait: their readers see Stopped."""
        self._closed = True
        for job in self._jobs.values():
            job.stop.tell()
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

    @property
    def in_work(self) -> int:
        return len(self._in_work)

    async def ask(self, key: bytes, question: Question) -> AsyncGenerator[Part | Waiting]:
        """The parts of the answer, its place before them; equal keys share one answer, in work or remembered.

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
            raise QueueFull(self._until(len(self._waiting)))
        job = Job(question, asyncio.get_running_loop())
        self._jobs[key] = job
        self._waiting.append((key, job))
        self._arrived.set()
        self._tell_places()
        return job

    def _forget(self, key: bytes, job: Job) -> None:
        if self._jobs.get(key) is job:
            del self._jobs[key]
        with contextlib.suppress(ValueError):
            self._waiting.remove((key, job))
            self._tell_places()

    async def _work(self, pipeline: Pipeline) -> None:
        loop = asyncio.get_running_loop()
        while not self._closed:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                await asyncio.sleep(WINDOW_SECONDS)
                continue
            self._take()
            jobs = [job for _, job in self._in_work]
            begun = loop.time()
            cpu_seconds = await loop.run_in_executor(self._executor, answer_together, pipeline, jobs)
            self._learn(loop.time() - begun, cpu_seconds)
            self._put_away(pipeline)

    def _take(self) -> None:
        """The oldest, as many as may be answered together, begin to be in work."""
        affordable = int(TOGETHER_CPU_SECONDS / self._cpu_seconds_each)
        many = min(max(1, affordable), TOGETHER_MOST, len(self._waiting))
        self._in_work = [self._waiting.popleft() for _ in range(many)]
        for _, job in self._in_work:
            job.stand(Waiting(0, self._until(0)))
        self._tell_places()

    def _put_away(self, pipeline: Pipeline) -> None:
        for key, job in self._in_work:
            if pipeline.generates(job.question):
                self.metrics.generated_tokens.inc(job.pieces)
            if job.answer is None:
                self._forget(key, job)
            else:
                self.answered += 1
        self._in_work = []
        finished = [key for key, job in self._jobs.items() if job.finished]
        for key in finished[: max(0, len(finished) - REMEMBERED)]:
            del self._jobs[key]

    def _learn(self, seconds: float, cpu_seconds: float) -> None:
        self.metrics.working_seconds.inc(seconds)
        many = len(self._in_work)
        self._seconds_each += _SMOOTHING * (seconds / many - self._seconds_each)
        self._cpu_seconds_each += _SMOOTHING * (cpu_seconds / many - self._cpu_seconds_each)

    def _tell_places(self) -> None:
        """While the worker is idle nobody has a place: those who wait are taken in a moment."""
        if self._in_work:
            for position, (_, job) in enumerate(self._waiting, len(self._in_work)):
                job.stand(Waiting(position, self._until(position)))

    def _until(self, position: int) -> float:
        """Estimated seconds until a question with so many before it is answered."""
        return self._seconds_each * (position + 1)
