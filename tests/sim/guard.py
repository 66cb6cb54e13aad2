"""While a simulation runs, nothing may look past it: no real time, no real threads, no sockets, no chance
that does not come from the seed."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final, NoReturn
from unittest.mock import patch

from tests.sim.loop import SimulatedLoop

EPOCH_SECONDS: Final = 1_700_000_000
"""Where the simulated calendar begins."""

_RANDOM: Final = tuple(
    name
    for name in random.__all__
    if callable(getattr(random, name)) and name not in {"Random", "SystemRandom"}
)
"""The functions that share one hidden generator."""


class LooksPastTheSimulation(Exception):
    """Code under simulation asked the real world for something."""


@contextmanager
def sealed(loop: SimulatedLoop, entropy: random.Random) -> Iterator[None]:
    """Clocks tell the loop's time, only threads sleep, and what the system calls random comes from `entropy`;
    everything else that is real raises LooksPastTheSimulation."""
    with ExitStack() as seals:
        for name in ("monotonic", "perf_counter"):
            seals.enter_context(patch.object(time, name, loop.time))
            seals.enter_context(patch.object(time, f"{name}_ns", lambda: int(loop.time() * 1e9)))
        seals.enter_context(patch.object(time, "time", lambda: EPOCH_SECONDS + loop.time()))
        seals.enter_context(patch.object(time, "time_ns", lambda: int((EPOCH_SECONDS + loop.time()) * 1e9)))
        seals.enter_context(patch.object(time, "sleep", loop.sleep_in_thread))
        seals.enter_context(patch.object(os, "urandom", entropy.randbytes))
        seals.enter_context(patch.object(socket, "socket", _forbidden("socket.socket")))
        seals.enter_context(patch.object(threading.Thread, "start", _forbidden("Thread.start")))
        for name in _RANDOM:
            seals.enter_context(patch.object(random, name, _forbidden(f"random.{name}")))
        yield


def _forbidden(name: str) -> Callable[..., NoReturn]:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise LooksPastTheSimulation(name)

    return refuse
