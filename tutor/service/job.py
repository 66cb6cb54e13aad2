"""One question being answered, once, for every caller that asks it."""

import asyncio
from collections.abc import AsyncGenerator

from tutor.pipeline import Part, Pipeline
from tutor.stop import Stop
from tutor.types import Answer, Question


class Job:
    """The parts of one answer as they are made; any number of readers, each from the first part.

    Lives on one event loop; `run` alone is called in the worker's thread. When the last reader leaves before
    the end, the work is told to stop.
    """

    def __init__(self, question: Question, loop: asyncio.AbstractEventLoop) -> None:
        self.question = question
        self.failure: Exception | None = None
        self.finished = False
        self._parts: list[Part] = []
        self._changed = asyncio.Event()
        self._readers = 0
        self._stop = Stop()
        self._loop = loop

    @property
    def answer(self) -> Answer | None:
        """The whole answer once there is one."""
        last = self._parts[-1] if self._parts else None
        return last if isinstance(last, Answer) else None

    @property
    def abandoned(self) -> bool:
        return self._readers == 0 and not self.finished

    def run(self, pipeline: Pipeline) -> None:
        """Makes the answer, in the calling thread; what goes wrong becomes `failure`."""
        failure: Exception | None = None
        try:
            for part in pipeline.parts(self.question, self._stop):
                self._loop.call_soon_threadsafe(self._add, part)
        except Exception as error:  # the worker outlives any one question
            failure = error
        self._loop.call_soon_threadsafe(self.finish, failure)

    def stop(self) -> None:
        """Tells the work to stop; readers see Stopped."""
        self._stop.tell()

    def finish(self, failure: Exception | None) -> None:
        """No part will follow. On the event loop."""
        if not self.finished:
            self.finished, self.failure = True, failure
            self._wake()

    async def read(self) -> AsyncGenerator[Part]:
        """Every part from the first; raises `failure` after the last one there was."""
        self._readers += 1
        try:
            position = 0
            while True:
                while position < len(self._parts):
                    yield self._parts[position]
                    position += 1
                if self.finished:
                    break
                await self._changed.wait()
            if self.failure is not None:
                raise self.failure
        finally:
            self._readers -= 1
            if self.abandoned:
                self.stop()

    def _add(self, part: Part) -> None:
        self._parts.append(part)
        if isinstance(part, Answer):
            self.finished = (
                True  # with the answer itself, so that a reader who leaves with it abandons nothing
            )
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
