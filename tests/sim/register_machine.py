"""A state machine of registers: each request takes effect once, whoever repeats it, and every node can be
compared with every other by one number."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from random import Random

from raft import Entry, EntryKind
from raft.errors import SnapshotDamaged
from raft.membership import Membership
from raft.types import Index, LogStore, Snapshot
from tests.sim.registers import Add, CompareAndSet, Read, RegisterInput, RegisterModel, Write
from tests.sim.subject import Propose, StateDisk

POISON = b"no command"
"""An entry that cannot be understood. It has a response like any other, the same everywhere."""

_KINDS: dict[str, type[RegisterInput]] = {kind.__name__: kind for kind in (Read, Write, CompareAndSet, Add)}
_MODEL = RegisterModel()


def encode_command(request_id: str, asked: RegisterInput) -> bytes:
    fields = [getattr(asked, name) for name in asked.__dataclass_fields__]
    return json.dumps([request_id, type(asked).__name__, *fields]).encode()


@lru_cache(4096)
def decode_command(data: bytes) -> tuple[str, RegisterInput]:
    """Raises ValueError."""
    try:
        request_id, kind, *fields = json.loads(data)
        return request_id, _KINDS[kind](*fields)
    except (KeyError, TypeError) as error:
        raise ValueError("no command") from error


@dataclass(slots=True)
class RegisterDisk:
    """What survives the process: the last checkpoint, and the batches after it, which a power cut may take
    from the end on (their transactions were never synced)."""

    checkpoint: bytes
    batches: list[list[Entry]] = field(default_factory=list)

    @classmethod
    def founded(cls, membership: Membership) -> RegisterDisk:
        return cls(_State(applied=Snapshot(0, 0, membership)).encode())

    def lose_power(self, random: Random) -> None:
        del self.batches[random.randint(0, len(self.batches)) :]


@dataclass(slots=True)
class _State:
    applied: Snapshot
    registers: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, tuple[Index, bytes]] = field(default_factory=dict)
    chain: bytes = b""

    def encode(self) -> bytes:
        body = json.dumps(
            [
                self.applied.index,
                self.applied.term,
                self.applied.membership.encode().decode(),
                self.registers,
                {request: [index, said.decode()] for request, (index, said) in self.sessions.items()},
                self.chain.hex(),
            ]
        ).encode()
        return blake2b(body, digest_size=8).digest() + body

    @classmethod
    def decode(cls, data: bytes) -> _State:
        if blake2b(data[8:], digest_size=8).digest() != data[:8]:
            raise SnapshotDamaged("the digest does not fit")
        index, term, membership, registers, sessions, chain = json.loads(data[8:])
        return cls(
            Snapshot(index, term, Membership.decode(membership)),
            registers,
            {request: (at, said.encode()) for request, (at, said) in sessions.items()},
            bytes.fromhex(chain),
        )


class RegisterMachine:
    """Implements raft.types.StateMachine on a RegisterDisk. A response is remembered while the log grows by
    `sessions_kept` entries."""

    def __init__(self, disk: RegisterDisk, sessions_kept: int = 5000) -> None:
        self._disk = disk
        self._sessions_kept = sessions_kept
        self._state = _State.decode(disk.checkpoint)
        self.on_effect: Callable[[Entry, str], None] = lambda entry, request_id: None
        self.on_applied: Callable[[Entry, bytes | None], None] = lambda entry, chain: None
        self.is_deterministic = True
        for batch in disk.batches:
            self._take(batch)

    def applied(self) -> Snapshot:
        return self._state.applied

    def value(self, key: str) -> int:
        return self._state.registers.get(key, 0)

    @property
    def chain(self) -> bytes:
        """The digest of everything applied, and of every answer."""
        return self._state.chain

    def apply(self, entries: Sequence[Entry]) -> list[bytes]:
        responses = self._take(entries)
        self._disk.batches.append(list(entries))
        return responses

    def checkpoint(self) -> Index:
        self._disk.checkpoint = self._state.encode()
        self._disk.batches.clear()
        return self._state.applied.index

    def write_snapshot(self, path: Path) -> Snapshot:
        path.write_bytes(self._state.encode())
        return self._state.applied

    def read_snapshot(self, path: Path) -> Snapshot:
        return _State.decode(path.read_bytes()).applied

    def install(self, path: Path) -> None:
        data = path.read_bytes()
        self._state = _State.decode(data)
        self._disk.checkpoint = data
        self._disk.batches.clear()
        path.unlink()

    def close(self) -> None:
        pass

    def _take(self, entries: Sequence[Entry]) -> list[bytes]:
        state = self._state
        responses = []
        for entry in entries:
            assert entry.index == state.applied.index + 1, f"{entry.index} after {state.applied.index}"
            membership = state.applied.membership
            response = b""
            if entry.kind is EntryKind.MEMBERSHIP:
                membership = Membership.decode(entry.data)
            elif entry.kind is EntryKind.COMMAND:
                response = self._respond(entry)
            state.applied = Snapshot(entry.index, entry.term, membership)
            noise = b"" if self.is_deterministic else b"noise"
            parts = (state.chain, b"%d.%d." % (entry.index, entry.term), entry.data, response, noise)
            state.chain = blake2b(b"".join(parts), digest_size=8).digest()
            self.on_applied(entry, state.chain)
            responses.append(response)
        return responses

    def _respond(self, entry: Entry) -> bytes:
        state = self._state
        self._forget(entry.index - self._sessions_kept)
        try:
            request_id, asked = decode_command(entry.data)
        except ValueError:
            return POISON
        if (remembered := state.sessions.get(request_id)) is not None:
            return remembered[1]
        after, output = _MODEL.step(state.registers.get(asked.key, 0), asked)
        state.registers[asked.key] = after
        response = json.dumps(output).encode()
        state.sessions[request_id] = entry.index, response
        self.on_effect(entry, request_id)
        return response

    def _forget(self, up_to: Index) -> None:
        """The log counts, not a clock: every node forgets at the same entry."""
        sessions = self._state.sessions
        while sessions:
            oldest = next(iter(sessions))
            if sessions[oldest][0] > up_to:
                return
            del sessions[oldest]


class Registers:
    """The Subject."""

    def new_disk(self, folder: Path, founders: Membership | None) -> RegisterDisk:
        return RegisterDisk.founded(founders or Membership())

    def open(self, disk: StateDisk, log: LogStore) -> RegisterMachine:
        assert isinstance(disk, RegisterDisk)
        return RegisterMachine(disk)

    async def prepare(self, propose: Propose, keys: list[str]) -> None:
        """Every register is 0 before it is written."""

    def next_input(self, random: Random, key: str, seen: int, unique: int) -> RegisterInput:
        draw = random.random()
        if draw < 0.4:
            return Read(key)
        if draw < 0.6:
            return Write(key, unique)
        if draw < 0.8:
            return Add(key, 1_000_000)
        return CompareAndSet(key, seen, unique)

    def encode(self, request_id: str, asked: RegisterInput) -> bytes:
        return encode_command(request_id, asked)

    def decode(self, response: bytes) -> int | bool:
        assert response != POISON
        output: int | bool = json.loads(response)
        return output
