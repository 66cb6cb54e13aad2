"""One question being answered, once, for every caller that asks it."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass

from tutor.pipeline import Part, Text
from tutor.stop import Stop
from tutor.types import Answer, Question


@dataclass(frozen=True, slots=True)
class Waiting:
    """`position` questions are answered before this one, which is answered in about `seconds`."""

    position: int
    seconds: float


class Job:
    """The parts of one answer as they are made; any number of readers, each from the first part.

    Lives on one event loop; `give` and `end` alone are called in the worker's thread. When the last reader
    leaves before the end, the work is told to stop.
    """

    def __init__(self, question: Question, loop: asyncio.AbstractEventLoop) -> None:
        self.question = question
        self.stop = Stop()
        self.failure: Exception | None = None
        self.finished = False
        self._parts: list[Part] = []
        self._place: Waiting | None = None
        self._changed = asyncio.Event()
        self._readers = 0
        self._loop = loop

    @property
    def answer(self) -> Answer | None:
        """The whole answer once there is one."""
        last = self._parts[-1] if self._parts else None
        return last if isinstance(last, Answer) else None

    @property
    def pieces(self) -> int:
        """Of text, so far: tokens, where it is generated."""
        return sum(isinstance(part, Text) for part in self._parts)

    @property
    def abandoned(self) -> bool:
        return self._readers == 0 and not self.finished

    def give(self, parts: Iterable[Part]) -> None:
        """Hands on the parts as they are made; what goes wrong meanwhile becomes `failure`."""
        failure: Exception | None = None
        try:
            for part in parts:
                self._loop.call_soon_threadsafe(self._add, part)
        except Exception as error:  # the worker outlives any one question
            failure = error
        self.end(failure)

    def end(self, failure: Exception | None) -> None:
        self._loop.call_soon_threadsafe(self.finish, failure)

    def finish(self, failure: Exception | None) -> None:
        """No part will follow. On the event loop."""
        if not self.finished:
            self.finished, self.failure = True, failure
            self._wake()

    def stand(self, place: Waiting) -> None:
        """Where it stands from now on; what never had to wait has no place. On the event loop."""
        if place != self._place and (self._place or place.position):
            self._place = place
            self._wake()

    async def read(self) -> AsyncGenerator[Part | Waiting]:
        """Its place while it waits, then every part; raises `failure` after the last one there was."""
        self._readers += 1
        try:
            told: Waiting | None = None
            position = 0
            while True:
                if not self._parts and self._place is not None and self._place != told:
                    told = self._place
                    yield told
                    continue
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
                self.stop.tell()

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
