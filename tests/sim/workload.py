"""Clients: each asks one thing at a time, repeats it through other nodes under the same request id until it
knows, and writes down what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Final

from raft import NotProposed, OutcomeUnknown, ReadUnavailable
from tests.sim.linearizability import UNKNOWN, Operation
from tests.sim.loop import SimulatedLoop
from tests.sim.node import SimulatedNode
from tests.sim.registers import Read, RegisterInput
from tests.sim.subject import Subject

TRIES_MAX: Final = 6
TRY_SECONDS: Final = 1.0
PAUSE_SECONDS: Final = 0.1


class Workload:
    """`history` is complete once `stop` has returned: what was still asked has an unknown outcome."""

    def __init__(
        self,
        loop: SimulatedLoop,
        random: Random,
        subject: Subject,
        running: Callable[[], list[SimulatedNode]],
    ) -> None:
        self.subject = subject
        self.history: list[Operation] = []
        self.acknowledged = 0
        self._loop = loop
        self._random = random
        self._running = running
        self._tasks: list[asyncio.Task[None]] = []
        self._is_stopping = False

    def start(self, clients: int, keys: int, pause_seconds: float) -> None:
        names = [f"k{number}" for number in range(keys)]
        prepared = asyncio.create_task(self.subject.prepare(self._propose, names))
        self._tasks.append(prepared)
        for number in range(clients):
            client = Client(self, f"c{number}", Random(self._random.getrandbits(64)), names, pause_seconds)
            self._tasks.append(asyncio.create_task(client.live(prepared)))

    async def stop(self) -> None:
        """Every client ends with the operation under way."""
        self._is_stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks)
        for task in self._tasks:
            task.result()

    @property
    def is_stopping(self) -> bool:
        return self._is_stopping

    @property
    def now(self) -> int:
        """Counts the loop's steps: of two moments the order is always known."""
        return self._loop.steps

    def any_running(self, random: Random) -> SimulatedNode | None:
        running = self._running()
        return random.choice(running) if running else None

    async def _propose(self, command: bytes) -> bytes:
        """Repeated until it is known to be applied: the command carries its request id."""
        while True:
            node = self.any_running(self._random)
            if node is not None and node.driver is not None:
                with suppress(NotProposed, OutcomeUnknown):
                    return (await node.driver.propose(command, TRY_SECONDS)).response
            await asyncio.sleep(PAUSE_SECONDS)


class Client:
    def __init__(
        self, world: Workload, name: str, random: Random, keys: list[str], pause_seconds: float
    ) -> None:
        self._world = world
        self._name = name
        self._random = random
        self._keys = keys
        self._pause_seconds = pause_seconds
        self._asked = 0
        self._last_seen: dict[str, int] = {}

    async def live(self, prepared: asyncio.Task[None]) -> None:
        await asyncio.wait([prepared])
        while not self._world.is_stopping:
            await asyncio.sleep(self._random.expovariate(1 / self._pause_seconds))
            asked = self._next_input()
            invoked_at = self._world.now
            output = await (self._read(asked) if isinstance(asked, Read) else self._write(asked))
            if output is None:  # nothing was read, or nothing will ever be written
                continue
            returned_at = None if output is UNKNOWN else self._world.now
            self._world.acknowledged += returned_at is not None
            self._world.history.append(Operation(self._name, invoked_at, returned_at, asked, output))
            if isinstance(asked, Read) and isinstance(output, int):
                self._last_seen[asked.key] = output

    def _next_input(self) -> RegisterInput:
        self._asked += 1
        key = self._random.choice(self._keys)
        unique = self._asked * 100 + int(self._name[1:])
        return self._world.subject.next_input(self._random, key, self._last_seen.get(key, 0), unique)

    async def _read(self, asked: Read) -> int | None:
        node = self._world.any_running(self._random)
        if node is None or node.driver is None or node.machine is None:
            await asyncio.sleep(PAUSE_SECONDS)
            return None
        machine = node.machine
        try:
            await node.driver.read_index(TRY_SECONDS)
        except ReadUnavailable:
            return None
        return machine.value(asked.key)

    async def _write(self, asked: RegisterInput) -> object:
        command = self._world.subject.encode(f"{self._name}-{self._asked}", asked)
        may_have_happened = False
        for _ in range(TRIES_MAX):
            node = self._world.any_running(self._random)
            if node is not None and node.driver is not None:
                try:
                    applied = await node.driver.propose(command, TRY_SECONDS)
                except NotProposed:
                    pass
                except OutcomeUnknown:
                    may_have_happened = True
                else:
                    return self._world.subject.decode(applied.response)
            await asyncio.sleep(PAUSE_SECONDS)
        return UNKNOWN if may_have_happened else None
