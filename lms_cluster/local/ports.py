"""Loopback ports for processes that will be started, and started again."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from random import SystemRandom

RANGE = range(20_000, 32_768)
"""Below what systems give to outgoing connections: such a one could take the place of a node that is down."""


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on at the moment. Raises OSError when there are not so many."""
    found: list[int] = []
    with ExitStack() as stack:
        for port in SystemRandom().sample(RANGE, len(RANGE)):
            probe = stack.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
            if len(found) == count:
                return found
    raise OSError(f"no {count} ports of {RANGE.start} to {RANGE.stop - 1} are free")
