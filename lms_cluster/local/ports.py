"""Loopback ports for processes that will be started, and started again."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from random import SystemRandom

RANGE = range(20_000, 32_768)
"""Below what systems give to outgoing connections: such a one could take the place of a node that is down."""


_given: set[int] = set()


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on at the moment. Raises OSError when there are not so many.

    One that was given out before may be about to be listened on: it comes last.
    """
    found: list[int] = []
    with ExitStack() as stack:
        for port in sorted(SystemRandom().sample(RANGE, len(RANGE)), key=_given.__contains__):
            probe = stack.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
            if len(found) == count:
                _given.update(found)
                return found
    raise OSError(f"no {count} ports of {RANGE.start} to {RANGE.stop - 1} are free")
