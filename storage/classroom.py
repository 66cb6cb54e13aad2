"""classroom.db: the state that the committed log is applied to."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import peewee
from google.protobuf.message import Message
from peewee import SqliteDatabase

from protos.command_pb2 import Command, Outcome, Refusal
from raft.errors import StorageFailed
from raft.types import Entry, EntryKind
from storage.database import bound_to, open_database
from storage.digest import chained, state_hash
from storage.migrations import migrate
from storage.models.history import Applied
from storage.outcomes import forget
from storage.schema import MIGRATIONS

ApplyCommand = Callable[[Command, int, int], Outcome]
"""(command, index, term) → outcome. Its `time_ms` is never before that of an earlier command."""

_log = logging.getLogger(__name__)

_INTERNAL = 13
"""google.rpc.Code."""

_STATEMENT_ERRORS = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_RANGE,
        sqlite3.SQLITE_TOOBIG,
    }
)
"""They lie in the statement: every node meets them at the same entry. All others are this node's own."""


class Classroom:
    """Implements raft.types.StateMachine. Any number may live in one process, used from any thread.

    One connection writes, inside `apply`, which one thread calls at a time. Each `reading()` has a connection
    of its own, so that readers see neither each other nor a batch half applied.
    """

    def __init__(self, path: Path, apply_command: ApplyCommand) -> None:
        """Open or create the file. Raises StorageFailed."""
        self._path = path
        self._apply_command = apply_command
        self._idle_readers: list[SqliteDatabase] = []
        self._lock = Lock()
        self._closed = False
        self._failed = False
        try:
            path.touch(mode=0o600)
            self._writer = open_database(path, read_only=False)
            migrate(self._writer, MIGRATIONS)
            with bound_to(self._writer):
                self._applied = Applied.get_by_id(1)
        except (OSError, peewee.PeeweeException) as error:
            raise StorageFailed(f"{path} cannot be opened: {error}") from error

    def applied_index(self) -> int:
        return self._applied.log_index

    def apply(self, entries: Sequence[Entry]) -> list[bytes]:
        """One transaction; each response is an Outcome, empty for a no-op.

        Raises StorageFailed, after which the classroom is not to be used.
        """
        if self._failed:
            raise StorageFailed(f"{self._path} failed before")
        progress = Applied(**self._applied.__data__)
        try:
            with bound_to(self._writer), self._writer.atomic("IMMEDIATE"):
                responses = [self._apply_entry(entry, progress) for entry in entries]
                forget(progress.log_index)
                progress.save()
        except (peewee.PeeweeException, sqlite3.Error, MemoryError, RecursionError) as error:
            self._failed = True
            raise StorageFailed(f"{self._path}: {error}") from error
        self._applied = progress
        return responses

    def _apply_entry(self, entry: Entry, progress: Applied) -> bytes:
        if entry.index != progress.log_index + 1:
            raise ValueError(f"entry {entry.index} does not follow {progress.log_index}")
        response = b""
        if entry.kind is EntryKind.COMMAND:
            response = self._serialised(self._outcome_of(entry, progress))
        progress.chain = chained(progress.chain, entry.index, entry.data, response)
        progress.log_index = entry.index
        return response

    def _outcome_of(self, entry: Entry, progress: Applied) -> Outcome:
        """Whatever an entry holds, it comes to an outcome, the same on every node; and an entry that fails
        leaves nothing behind."""
        try:
            with self._writer.atomic():
                command = Command.FromString(entry.data)
                command.time_ms = max(command.time_ms, progress.time_ms)
                outcome = self._apply_command(command, entry.index, entry.term)
        except Exception as error:
            if _is_our_own(error):
                raise
            _log.exception("entry %d could not be applied", entry.index)
            message = f"Something broke on our side (ref {entry.index})."
            return Outcome(refused=Refusal(code=_INTERNAL, reason="INTERNAL", message=message))
        progress.time_ms = command.time_ms
        return outcome

    @staticmethod
    def _serialised(message: Message) -> bytes:
        return message.SerializeToString(deterministic=True)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A consistent snapshot for the models used inside, whoever else is inside at the same time.

        Keep it short: the write-ahead log grows while a snapshot is held.
        """
        reader = self._take_reader()
        try:
            with bound_to(reader), reader.atomic():
                yield
        finally:
            self._return_reader(reader)

    def _take_reader(self) -> SqliteDatabase:
        with self._lock:
            if self._closed:
                raise StorageFailed(f"{self._path} is closed")
            if self._idle_readers:
                return self._idle_readers.pop()
        return open_database(self._path, read_only=True)

    def _return_reader(self, reader: SqliteDatabase) -> None:
        with self._lock:
            if not self._closed:
                self._idle_readers.append(reader)
                return
        reader.close()

    def state_hash(self) -> str:
        """SHA-256 in hexadecimal over every replicated row. Takes time in proportion to their bytes."""
        with self.reading():
            return state_hash()

    def close(self) -> None:
        """Not while `apply` runs. Who is inside `reading()` finishes, and that connection closes then."""
        with self._lock:
            self._closed = True
            readers, self._idle_readers = self._idle_readers, []
        for database in (*readers, self._writer):
            database.close()


def _is_our_own(error: BaseException) -> bool:
    """Whether the fault is this node's (its disk, its memory) and not the entry's.

    The whole chain of causes counts: undoing a statement that the disk refused fails for a lesser reason.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError | RecursionError):
            return True
        code = getattr(cause, "sqlite_errorcode", None)
        # The low byte is the primary code. An error without one comes from the driver and lies in the call.
        if code is not None and code & 0xFF not in _STATEMENT_ERRORS:
            return True
        cause = cause.__cause__ or cause.__context__
    return False
