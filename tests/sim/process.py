"""One run of a node's process: its clock, its stalls, its threads, and its sudden end."""

from __future__ import annotations

from asyncio import Future, Handle
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from tests.sim.loop import SimulatedLoop

PROCESS: Final[ContextVar[Process | None]] = ContextVar("process", default=None)

Result = TypeVar("Result")


@dataclass(slots=True)
class _Job:
    func: Callable[..., Any]
    args: tuple[Any, ...]
    outcome: Future[Any]


class Process:
    """`clock_rate`: seconds on its clock for each second of the simulation. `work_seconds` draws how long a
    call in one of its threads takes: None while its disk hangs."""

    def __init__(
        self, name: str, clock_rate: float, work_seconds: Callable[[Callable[..., object]], float | None]
    ) -> None:
        self.name = name
        self.clock_rate = clock_rate
        self.is_dead = False
        self._work_seconds = work_seconds
        self._waiting_for_stall: deque[Handle] | None = None
        self._threads: dict[Executor | None, deque[_Job]] = {}
        self._hung: list[tuple[SimulatedLoop, deque[_Job]]] = []

    def may_run(self, handle: Handle) -> bool:
        """Otherwise the loop forgets the callback: its process is dead, or keeps it for later."""
        if self.is_dead:
            return False
        if self._waiting_for_stall is not None:
            self._waiting_for_stall.append(handle)
            return False
        return True

    def stall(self, loop: SimulatedLoop, seconds: float) -> None:
        """The event loop of the process stands still; its threads do not."""
        if self._waiting_for_stall is None:
            self._waiting_for_stall = deque()
            loop.after(seconds, self._go_on, loop)

    def submit(
        self,
        loop: SimulatedLoop,
        executor: Executor | None,
        func: Callable[..., Result],
        args: tuple[Any, ...],
    ) -> Future[Result]:
        """Every executor is one thread: its calls run one after another."""
        outcome: Future[Result] = loop.create_future()
        jobs = self._threads.setdefault(executor, deque())
        jobs.append(_Job(func, args, outcome))
        if len(jobs) == 1:
            self._begin(loop, jobs)
        return outcome

    def unhang(self) -> None:
        """The disk works again: what was under way on it goes on."""
        hung, self._hung = self._hung, []
        for loop, jobs in hung:
            self._begin(loop, jobs)

    def kill(self, loop: SimulatedLoop, keeps_work: Callable[[], bool]) -> None:
        """Nothing of it runs from now on. Of each thread's call under way, the effect is there or not."""
        self.is_dead = True
        for jobs in self._threads.values():
            if jobs and keeps_work():
                with suppress(Exception):
                    loop.in_thread(jobs[0].func, *jobs[0].args)
        self._threads.clear()
        self._hung.clear()

    def _begin(self, loop: SimulatedLoop, jobs: deque[_Job]) -> None:
        seconds = self._work_seconds(jobs[0].func)
        if seconds is None:
            self._hung.append((loop, jobs))
        else:
            loop.after(seconds, self._finish, loop, jobs)

    def _finish(self, loop: SimulatedLoop, jobs: deque[_Job]) -> None:
        if self.is_dead:
            return
        job = jobs.popleft()
        try:
            result = loop.in_thread(job.func, *job.args)
        except Exception as error:
            if not job.outcome.done():
                job.outcome.set_exception(error)
        else:
            if not job.outcome.done():
                job.outcome.set_result(result)
        if jobs:
            self._begin(loop, jobs)

    def _go_on(self, loop: SimulatedLoop) -> None:
        waiting, self._waiting_for_stall = self._waiting_for_stall, None
        if waiting and not self.is_dead:
            loop.resume(waiting)
