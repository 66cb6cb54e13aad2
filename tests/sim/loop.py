"""An event loop without time: the clock jumps to the next timer, and threads are events like any other.

What runs on it is the real code, unmodified. Each callback belongs to a process (the context it was scheduled
in says which), so one loop holds a whole cluster, and a process can be killed between any two of its steps,
stalled, or live on a clock that runs too fast.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop, Future, Handle, Task, TimerHandle
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Executor
from contextlib import suppress
from contextvars import Context, copy_context
from heapq import heappop, heappush
from typing import Any, Final, TypeVar

from tests.sim.process import PROCESS, Process

CLOCK_RESOLUTION: Final = 1e-9
"""Added to every timer, so that conversion between clocks never lets one fire early."""

Result = TypeVar("Result")


class Stuck(Exception):
    """Nothing is left that could ever happen, and the simulation has not ended."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """`now` is the simulation's own time, in seconds from 0; `time()` is that of the process that asks."""

    def __init__(self) -> None:
        super().__init__()
        self.set_debug(False)
        self.now = 0.0
        self.steps = 0
        """Callbacks run so far."""
        self.failure: BaseException | None = None
        """The first exception that a callback let out: a bug, wherever it is."""
        self._ready: deque[Handle] = deque()
        self._timers: list[tuple[float, int, Handle]] = []
        self._timer_number = 0
        self._process: Process | None = None
        self._is_in_thread = False
        self._slept = 0.0
        self._tasks: list[Task[Any]] = []
        self.set_task_factory(self._remembered_task)  # type: ignore[arg-type]

    # What asyncio asks

    def time(self) -> float:
        process = self._process
        now = self.now + self._slept
        return now if process is None else now * process.clock_rate

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Handle:
        handle = Handle(callback, args, self, context)
        if not self.is_closed():
            self._ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon  # type: ignore[assignment]

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> TimerHandle:
        process = self._process
        timer = TimerHandle(when, callback, args, self, context)
        self._put(when if process is None else when / process.clock_rate, timer)
        return timer

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Result], *args: Any
    ) -> Future[Result]:
        """The process's disk decides how long it takes; it happens at the end of that time, all at once."""
        process = self._process
        assert process is not None, "only simulated processes have threads"
        return process.submit(self, executor, func, args)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        exception = context.get("exception")
        # Exceptions that nobody fetched are reported whenever memory is collected: not part of the run.
        if exception is not None and "handle" in context and self.failure is None:
            self.failure = exception
            self.stop()

    def _timer_handle_cancelled(self, handle: TimerHandle) -> None:
        pass  # skipped when its time comes

    # What the simulation asks

    def at(self, when: float, callback: Callable[..., object], *args: Any) -> None:
        """Schedule on the simulation's clock, for nobody's process."""
        self._put(when, Handle(callback, args, self, _NOBODY))

    def after(self, delay: float, callback: Callable[..., object], *args: Any) -> None:
        self._put(self.now + delay, Handle(callback, args, self, _NOBODY))

    def spawn(self, process: Process, work: Coroutine[Any, Any, Result]) -> Task[Result]:
        """Run `work`, and whatever it begins, in `process`."""
        context = copy_context()
        context.run(PROCESS.set, process)
        return self.create_task(work, context=context)

    def in_thread(self, work: Callable[..., Result], *args: Any) -> Result:
        """Call `work`, which may sleep: for it alone time goes on."""
        self._is_in_thread = True
        try:
            return work(*args)
        finally:
            self._is_in_thread = False
            self._slept = 0.0

    def sleep_in_thread(self, seconds: float) -> None:
        """time.sleep."""
        assert self._is_in_thread, "the event loop itself would sleep"
        self._slept += seconds

    def resume(self, handles: Iterable[Handle]) -> None:
        """A stall is over: what waited for it runs, in order."""
        self._ready.extend(handles)

    def close(self) -> None:
        """Whatever had not finished ends without a trace."""
        super().close()
        self._timers.clear()
        for task in self._tasks:
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                with suppress(Exception):
                    task.get_coro().close()
        self._tasks.clear()

    def _remembered_task(
        self, loop: AbstractEventLoop, work: Coroutine[Any, Any, Result], context: Context | None = None
    ) -> Task[Result]:
        task = Task(work, loop=loop, context=context)
        self._tasks.append(task)
        if len(self._tasks) > 4096:
            self._tasks = [task for task in self._tasks if not task.done()]
        return task

    def _put(self, when: float, handle: Handle) -> None:
        if not self.is_closed():
            self._timer_number += 1
            heappush(self._timers, (when + CLOCK_RESOLUTION, self._timer_number, handle))

    def _run_once(self) -> None:
        ready, timers = self._ready, self._timers
        if not ready:
            while timers and timers[0][2].cancelled():
                heappop(timers)
            if not timers:
                raise Stuck(f"nothing more can happen at {self.now:.3f} s")
            self.now = max(self.now, timers[0][0])
        while timers and timers[0][0] <= self.now:
            ready.append(heappop(timers)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if handle.cancelled():
                continue
            process = handle._context.get(PROCESS)  # type: ignore[attr-defined]
            if process is not None and not process.may_run(handle):
                continue
            self._process = process
            self.steps += 1
            handle._run()
            if self._stopping:  # type: ignore[attr-defined]
                break
        self._process = None


_NOBODY: Final = Context()
