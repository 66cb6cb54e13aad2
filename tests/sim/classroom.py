"""The real classroom, its real commands and its real file as the subject of a simulation.

A register is the grade of a submission, and its value the grade's version: who grades names the version that
was seen, and is refused when another came between. That is compare-and-set from n to n + 1.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp
from peewee import fn

from lms_cluster import ids
from lms_cluster.commands import apply_command
from protos.command_pb2 import AddFirstAdministrator, AddUser, Command, CreateSession, Outcome
from protos.lms_pb2 import ROLE_INSTRUCTOR, ROLE_STUDENT, NewAssignment, NewGrade, NewSubmission
from raft import Entry
from raft.membership import Membership
from raft.types import Index, LogStore, Snapshot
from storage.chain import chain_at
from storage.classroom import Classroom
from storage.models.coursework import GradeVersion
from tests.sim.registers import CompareAndSet, Read, RegisterInput
from tests.sim.subject import Propose, StateDisk

HASH: Final = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"
TIME_MS: Final = 1_700_000_000_000


@dataclass(slots=True)
class ClassroomDisk:
    """The database's file, and a copy of it as the last checkpoint left it."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "classroom.db"

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint"

    def lose_power(self, random: Random) -> None:
        """What SQLite had not synced is gone, or happens not to be."""
        if random.random() < 0.5:
            self.erase()
            if self.checkpoint.exists():
                shutil.copy(self.checkpoint, self.path)

    def erase(self) -> None:
        for path in self.folder.glob("classroom.db*"):
            path.unlink()


class ClassroomMachine(Classroom):
    def __init__(self, disk: ClassroomDisk, log: LogStore, keys: dict[str, int]) -> None:
        super().__init__(disk.path, apply_command)
        self.complete_from(log)
        self.on_applied: Callable[[Entry, bytes | None], None] = lambda entry, chain: None
        self.on_effect: Callable[[Entry, str], None] = lambda entry, request_id: None
        self._disk = disk
        self._keys = keys

    @property
    def chain(self) -> bytes:
        with self.reading():
            return chain_at(self.applied().index) or b""

    def value(self, key: str) -> int:
        with self.reading():
            newest = GradeVersion.select(fn.MAX(GradeVersion.version))
            return int(newest.where(GradeVersion.submission == self._keys[key]).scalar() or 0)

    def apply(self, entries: Sequence[Entry]) -> list[bytes]:
        responses = super().apply(entries)
        for entry in entries[:-1]:
            self.on_applied(entry, None)
        self.on_applied(entries[-1], self.chain)
        return responses

    def checkpoint(self) -> Index:
        index = super().checkpoint()
        shutil.copy(self._disk.path, self._disk.checkpoint)
        return index

    def install(self, path: Path) -> None:
        super().install(path)
        shutil.copy(self._disk.path, self._disk.checkpoint)

    def applied(self) -> Snapshot:
        return super().applied()


class Grades:
    """The Subject. `keys` become submissions when it is prepared."""

    def __init__(self) -> None:
        self._keys: dict[str, int] = {}

    def new_disk(self, folder: Path, founders: Membership | None) -> ClassroomDisk:
        folder.mkdir(parents=True, exist_ok=True)
        disk = ClassroomDisk(folder)
        disk.erase()
        disk.checkpoint.unlink(missing_ok=True)
        return disk

    def open(self, disk: StateDisk, log: LogStore) -> ClassroomMachine:
        assert isinstance(disk, ClassroomDisk)
        return ClassroomMachine(disk, log, self._keys)

    async def prepare(self, propose: Propose, keys: list[str]) -> None:
        first = AddFirstAdministrator(username="root", display_name="Root", password_hash=HASH)
        await propose(_command("", "first-administrator", add_first_administrator=first))
        await propose(_session("root"))
        for name, role in (("grace", ROLE_INSTRUCTOR), ("ann", ROLE_STUDENT)):
            user = AddUser(username=name, display_name=name, role=role, password_hash=HASH)
            await propose(_command("root", f"user-{name}-please", add_user=user))
            await propose(_session(name))
        due = Timestamp(seconds=TIME_MS // 1000 + 10**8)
        for key in keys:
            new = NewAssignment(title=key, instructions="Why odd?", points=20, due=due)
            created = await propose(_command("grace", f"assignment-{key}", create_assignment=new))
            assignment = Outcome.FromString(created).accepted.item.id
            work = NewSubmission(assignment_id=assignment, text="Because.")
            submitted = await propose(_command("ann", f"submission-{key}", submit=work))
            number = ids.SUBMISSION.number(Outcome.FromString(submitted).accepted.item.id)
            assert number is not None
            self._keys[key] = number

    def next_input(self, random: Random, key: str, seen: int, unique: int) -> RegisterInput:
        return Read(key) if random.random() < 0.4 else CompareAndSet(key, seen, seen + 1)

    def encode(self, request_id: str, asked: RegisterInput) -> bytes:
        assert isinstance(asked, CompareAndSet), "a grade can be compared and set"
        submission = ids.SUBMISSION.id(self._keys.get(asked.key, 1))
        new = NewGrade(submission_id=submission, points=15, feedback=request_id, version=asked.expected)
        return _command("grace", f"request-{request_id}", grade=new)

    def decode(self, response: bytes) -> bool:
        outcome = Outcome.FromString(response)
        assert outcome.HasField("accepted") or outcome.refused.reason == "GRADE_CHANGED", outcome
        return outcome.HasField("accepted")


def _command(username: str, request_id: str, **data: Any) -> bytes:
    sha256 = _token(username) if username else b""
    command = Command(request_id=request_id, token_sha256=sha256, time_ms=TIME_MS, **data)
    return command.SerializeToString()


def _session(username: str) -> bytes:
    session = CreateSession(username=username, token_sha256=_token(username))
    return _command("", f"session-{username}", create_session=session)


def _token(username: str) -> bytes:
    return hashlib.sha256(f"token of {username}".encode()).digest()
