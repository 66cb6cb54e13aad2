"""Stopping work that nobody waits for any more."""

import threading
from collections.abc import Iterable


class Stopped(Exception):
    """The work was abandoned part way; there is no answer."""


class Stop:
    """Told from any thread, asked by the one that works, between two pieces of work."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def tell(self) -> None:
        self._told.set()

    @property
    def told(self) -> bool:
        return self._told.is_set()

    def wait(self, seconds: float) -> None:
        """Returns after `seconds`; raises Stopped as soon as it is told to."""
        self._told.wait(seconds)
        self.check()

    def check(self) -> None:
        """Raises Stopped once told to."""
        if self.told:
            raise Stopped


class StopOfAll(Stop):
    """Of work that is done for several at once: it goes on while one of them has not been told."""

    def __init__(self, stops: Iterable[Stop]) -> None:
        super().__init__()
        self._stops = tuple(stops)

    @property
    def told(self) -> bool:
        return super().told or all(stop.told for stop in self._stops)
