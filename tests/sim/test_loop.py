"""The simulated loop keeps what asyncio promises, without time; and nothing looks past it."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pytest

from tests.sim.guard import LooksPastTheSimulation, sealed
from tests.sim.loop import SimulatedLoop, Stuck
from tests.sim.process import Process


@pytest.fixture
def loop() -> Iterator[SimulatedLoop]:
    loop = SimulatedLoop()
    yield loop
    loop.close()


def process(name: str = "p", clock_rate: float = 1.0, seconds: float | None = 0.1) -> Process:
    return Process(name, clock_rate, lambda func: seconds)


def play(loop: SimulatedLoop, story: Coroutine[Any, Any, None]) -> None:
    with sealed(loop, random.Random(1)):
        loop.run_until_complete(story)


def test_an_hour_passes_at_once_and_the_clock_says_so(loop: SimulatedLoop) -> None:
    async def story() -> None:
        await asyncio.sleep(3600)

    before = time.perf_counter()
    play(loop, story())
    assert loop.now == pytest.approx(3600)
    assert time.perf_counter() - before < 60


def test_timers_fire_in_order_and_a_deadline_ends_a_wait(loop: SimulatedLoop) -> None:
    seen: list[str] = []

    async def story() -> None:
        loop.call_later(0.3, seen.append, "c")
        loop.call_later(0.1, seen.append, "a")
        loop.call_later(0.2, seen.append, "b")
        cancelled = loop.call_later(0.15, seen.append, "never")
        cancelled.cancel()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.Event().wait()

    play(loop, story())
    assert seen == ["a", "b", "c"]
    assert loop.now == pytest.approx(1.0)


def test_a_simulation_in_which_nothing_can_happen_says_so_instead_of_waiting(loop: SimulatedLoop) -> None:
    async def story() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck):
        play(loop, story())


def test_a_thread_takes_the_time_of_its_disk_and_runs_its_work_in_order(loop: SimulatedLoop) -> None:
    seen: list[tuple[str, float]] = []
    thread = ThreadPoolExecutor(1)

    async def write(name: str) -> None:
        await asyncio.get_running_loop().run_in_executor(thread, lambda: seen.append((name, loop.now)))

    async def story() -> None:
        await loop.spawn(process(), _both(write("first"), write("second")))

    play(loop, story())
    assert [name for name, _ in seen] == ["first", "second"]
    assert [at for _, at in seen] == pytest.approx([0.1, 0.2])


async def _both(*work: Coroutine[Any, Any, None]) -> None:
    await asyncio.gather(*work)


def test_what_fails_in_a_thread_fails_where_it_is_awaited(loop: SimulatedLoop) -> None:
    async def broken() -> None:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 / 0)

    async def story() -> None:
        await loop.spawn(process(), broken())

    play(loop, story())


def test_a_process_lives_by_its_own_clock(loop: SimulatedLoop) -> None:
    slow = process(clock_rate=0.5)

    async def story() -> None:
        before = loop.now
        await loop.spawn(slow, asyncio.sleep(1.0))
        assert loop.now - before == pytest.approx(2.0)

    play(loop, story())


def test_a_killed_process_takes_no_further_step(loop: SimulatedLoop) -> None:
    victim, steps = process(), 0

    async def count() -> None:
        nonlocal steps
        while True:
            await asyncio.sleep(0.1)
            steps += 1

    async def story() -> None:
        loop.spawn(victim, count())
        await asyncio.sleep(0.55)
        victim.kill(loop, lambda: True)
        await asyncio.sleep(5)

    play(loop, story())
    assert steps == 5


@pytest.mark.parametrize("is_kept", [True, False])
def test_of_a_write_under_way_in_a_crash_the_effect_is_there_or_not(
    is_kept: bool, loop: SimulatedLoop
) -> None:
    victim, done = process(), list[str]()
    thread: Executor = ThreadPoolExecutor(1)

    async def write() -> None:
        work: list[Callable[[], None]] = [lambda: done.append("under way"), lambda: done.append("waiting")]
        await asyncio.gather(*(asyncio.get_running_loop().run_in_executor(thread, each) for each in work))
        done.append("told")

    async def story() -> None:
        loop.spawn(victim, write())
        await asyncio.sleep(0.05)
        victim.kill(loop, lambda: is_kept)
        await asyncio.sleep(5)

    play(loop, story())
    assert done == (["under way"] if is_kept else [])


def test_a_stalled_process_stands_still_and_then_catches_up_while_its_threads_go_on(
    loop: SimulatedLoop,
) -> None:
    stalled, seen = process(), list[tuple[str, float]]()

    async def work() -> None:
        await asyncio.to_thread(lambda: seen.append(("thread", loop.now)))
        seen.append(("loop", loop.now))

    async def story() -> None:
        task = loop.spawn(stalled, work())
        await asyncio.sleep(0.01)
        stalled.stall(loop, 2.0)
        await task

    play(loop, story())
    assert [name for name, _ in seen] == ["thread", "loop"]
    assert [at for _, at in seen] == pytest.approx([0.1, 2.01])


def test_a_hung_disk_answers_when_it_works_again(loop: SimulatedLoop) -> None:
    speed: list[float | None] = [None]
    sick = Process("p", 1.0, lambda func: speed[0])

    async def story() -> None:
        task = loop.spawn(sick, asyncio.to_thread(lambda: loop.now))
        await asyncio.sleep(7)
        assert not task.done()
        speed[0] = 0.1
        sick.unhang()
        assert await task == pytest.approx(7.1)

    play(loop, story())


@pytest.mark.parametrize(
    "look",
    [
        lambda: random.randint(1, 6),
        lambda: random.shuffle([1]),
        lambda: socket.create_connection(("127.0.0.1", 9)),
        lambda: threading.Thread(target=print).start(),
    ],
    ids=["randint", "shuffle", "socket", "thread"],
)
def test_real_time_chance_sockets_and_threads_are_forbidden(
    look: Callable[[], object], loop: SimulatedLoop
) -> None:
    with sealed(loop, random.Random(1)), pytest.raises(LooksPastTheSimulation):
        look()
    random.random()


def test_a_thread_may_sleep_and_the_event_loop_may_not(loop: SimulatedLoop) -> None:
    def doze() -> float:
        before = time.monotonic()
        time.sleep(5)
        return time.monotonic() - before

    async def story() -> None:
        assert await loop.spawn(process(), asyncio.to_thread(doze)) == pytest.approx(5)
        with pytest.raises(AssertionError):
            time.sleep(5)  # noqa: ASYNC251 - that is the point

    play(loop, story())


def test_every_clock_tells_simulated_time(loop: SimulatedLoop) -> None:
    async def story() -> None:
        before = time.monotonic(), time.perf_counter(), time.time()
        await asyncio.sleep(100)
        after = time.monotonic(), time.perf_counter(), time.time()
        assert [now - then for now, then in zip(after, before, strict=True)] == pytest.approx([100] * 3)

    play(loop, story())
