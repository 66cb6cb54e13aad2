"""classroom.db: the state that the committed log is applied to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from protos.command_pb2 import Command, Outcome
from raft.types import Entry

ApplyCommand = Callable[[Command, int, int], Outcome]


class Classroom:
    """Implements raft.types.StateMachine. Any number may live in one process, used from any thread."""

    def __init__(self, path: Path, apply_command: ApplyCommand) -> None:
        raise NotImplementedError

    def applied_index(self) -> int:
        raise NotImplementedError

    def apply(self, entries: Sequence[Entry]) -> list[bytes]:
        """One transaction; each response is an Outcome. Raises StorageFailed."""
        raise NotImplementedError

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A consistent snapshot for the models used inside, on a connection of its own. Keep it short."""
        raise NotImplementedError
        yield

    def state_hash(self) -> str:
        """SHA-256 in hexadecimal over every replicated row."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
