"""A classroom's long history, made without a cluster: the log's entries one by one, and a state they were
applied to. Posting as much would take hours; applying it takes a minute, and gives the same rows."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from lms_cluster.commands import apply_command
from lms_cluster.tokens import digest
from protos.command_pb2 import (
    AddFirstAdministrator,
    AddUser,
    Command,
    CreateSession,
    Outcome,
    PutChunk,
    PutFile,
)
from protos.lms_pb2 import ROLE_INSTRUCTOR, NewAnnouncement
from raft.membership import Membership
from raft.types import Entry, EntryKind, HardState
from storage.classroom import Classroom
from storage.log_store import SqliteLogStore

TOKEN = "a session that the history opened, for clients to go on with"
INSTRUCTOR = "instructor"
TERM = 1
HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"
"""Of no password: nobody logs in with one here."""
CHUNK_BYTES = 256 * 1024
CHUNKS_A_FILE = 80
BATCH_ENTRIES, BATCH_BYTES = 500, 4 << 20


def entries(number: int, file_bytes: int) -> Iterator[Entry]:
    """`number` entries from index 1 on: an instructor with a session under TOKEN, `file_bytes` of files, and
    announcements for the rest."""
    indexes = count(1)
    for command in _commands(number, file_bytes):
        yield Entry(TERM, next(indexes), EntryKind.COMMAND, command.SerializeToString())


def write_state(path: Path, number: int, file_bytes: int) -> None:
    """What the entries come to, as a snapshot in the new file `path`."""
    working = path.with_name(path.name + ".working")
    classroom = Classroom(working, apply_command)
    for batch in _batches(entries(number, file_bytes)):
        for response in classroom.apply(batch):
            if (outcome := Outcome.FromString(response)).HasField("refused"):
                raise ValueError(f"a history that cannot be: {outcome.refused.message}")
    classroom.write_snapshot(path)
    classroom.close()
    working.unlink()


def write_log(path: Path, membership: Membership, number: int) -> None:
    """A founded log in the new file `path` that holds all of `number` entries."""
    store = SqliteLogStore.found(path, membership)
    for batch in _batches(entries(number, 0)):
        store.append(HardState(TERM), batch)
    store.close()


def _commands(number: int, file_bytes: int) -> Iterator[Command]:
    session = CreateSession(username=INSTRUCTOR, token_sha256=digest(TOKEN))
    root = CreateSession(username="root", token_sha256=digest("root"))
    add = AddUser(username=INSTRUCTOR, display_name="Instructor", role=ROLE_INSTRUCTOR, password_hash=HASH)
    first = AddFirstAdministrator(username="root", display_name="Root", password_hash=HASH)
    made = [
        Command(request_id="add the first", add_first_administrator=first),
        Command(request_id="session of root", create_session=root),
        Command(request_id="add the instructor", token_sha256=digest("root"), add_user=add),
        Command(request_id="session of the instructor", create_session=session),
    ]
    yield from made
    stored = 0
    for stored, command in enumerate(_files(file_bytes), start=1):  # noqa: B007 -- their number is used
        yield command
    for place in range(number - len(made) - stored):
        said = NewAnnouncement(text=f"This is announcement {place}.")
        yield Command(request_id=f"history-{place}", token_sha256=digest(TOKEN), time_ms=place, announce=said)


def _files(file_bytes: int) -> Iterator[Command]:
    dice = random.Random(1)
    left = file_bytes // CHUNK_BYTES
    for number in count():
        if not left:
            return
        chunks = [dice.randbytes(CHUNK_BYTES) for _ in range(min(left, CHUNKS_A_FILE))]
        left -= len(chunks)
        for place, chunk in enumerate(chunks):
            yield Command(request_id=f"chunk-{number}-{place}", put_chunk=PutChunk(data=chunk))
        file = PutFile(
            sha256=hashlib.sha256(b"".join(chunks)).hexdigest(),
            size=sum(map(len, chunks)),
            chunk_sha256=[hashlib.sha256(chunk).digest() for chunk in chunks],
        )
        yield Command(request_id=f"file-{number}", token_sha256=digest(TOKEN), put_file=file)


def _batches(history: Iterator[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in history:
        batch.append(entry)
        size += len(entry.data)
        if len(batch) == BATCH_ENTRIES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
