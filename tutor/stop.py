"""Stopping work that nobody waits for any more."""

import threading


class Stopped(Exception):
    """The work was abandoned part way; there is no answer."""


class Stop:
    """Told from any thread, asked by the one that works, between two pieces of work."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def tell(self) -> None:
        self._told.set()

    def check(self) -> None:
        """Raises Stopped once told to."""
        if self._told.is_set():
            raise Stopped
