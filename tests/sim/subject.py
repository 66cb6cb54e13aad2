"""What a simulated cluster replicates, and what its clients ask of it: always registers, for clients and
checkers; what stands behind them differs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Protocol

from raft import Entry
from raft.membership import Membership
from raft.types import LogStore, StateMachine
from tests.sim.registers import RegisterInput

Propose = Callable[[bytes], Awaitable[bytes]]
"""Has a command applied, however often it must be tried; gives the response."""


class StateDisk(Protocol):
    """What survives the process."""

    def lose_power(self, random: Random) -> None:
        """While no process runs: fall back, at most to the last checkpoint."""
        ...


class Machine(StateMachine, Protocol):
    on_applied: Callable[[Entry, bytes | None], None]
    """Told of every entry applied, and of what all so far have led to, where that is known."""
    on_effect: Callable[[Entry, str], None]
    """Told when a request takes effect, where that is known: its entry, and its id."""

    @property
    def chain(self) -> bytes:
        """The digest of everything applied, and of every answer."""
        ...

    def value(self, key: str) -> int: ...


class Subject(Protocol):
    def new_disk(self, folder: Path, founders: Membership | None) -> StateDisk:
        """An empty one, in place of what is in `folder`."""
        ...

    def open(self, disk: StateDisk, log: LogStore) -> Machine: ...

    async def prepare(self, propose: Propose, keys: list[str]) -> None:
        """What must be there before clients come."""
        ...

    def next_input(self, random: Random, key: str, seen: int, unique: int) -> RegisterInput:
        """What a client asks next, who last saw `seen` there; `unique` is a number nobody else writes."""
        ...

    def encode(self, request_id: str, asked: RegisterInput) -> bytes: ...

    def decode(self, response: bytes) -> int | bool: ...
