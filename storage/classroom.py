"""classroom.db: the state that the committed log is applied to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock

from peewee import SqliteDatabase

from raft.errors import StorageFailed
from raft.types import Entry, Index, LogStore, Snapshot
from storage.batch import ApplyCommand, Batch
from storage.checkpoint import is_made_durable
from storage.damage import StateCorrupted, as_storage_failure, is_damage
from storage.database import bound_to, open_database
from storage.digest import state_hash
from storage.expected_schema import has_expected_schema
from storage.files import make_private
from storage.installation import finish, stage
from storage.migrations import migrate
from storage.outcomes import forget
from storage.progress import Progress, store_progress
from storage.readers import Readers
from storage.schema import MIGRATIONS
from storage.snapshot_file import read_copy, write_copy
from storage.verification import verification, verified_progress, verify_quickly


class Classroom:
    """Implements raft.types.StateMachine. Any number may live in one process, used from any thread.

    One connection writes, inside `apply`, which one thread calls at a time. Each `reading()` has a connection
    of its own, so that readers see neither each other nor a batch half applied.

    `on_corrupted` is called, from whichever thread meets it, when the file is found damaged.
    """

    _writer: SqliteDatabase
    _readers: Readers
    _progress: Progress

    def __init__(self, path: Path, apply_command: ApplyCommand) -> None:
        """Open or create the file. Raises StorageFailed."""
        self.on_corrupted: Callable[[StateCorrupted], None] = lambda error: None
        self.failed_entries = 0
        """Entries whose apply raised since this was opened: each a bug, refused alike on every node."""
        self._path = path
        self._apply_command = apply_command
        self._failure: StorageFailed | None = None
        self._durable_index = 0
        self._switching = Lock()
        """Held while another file takes the place of this one, and while a connection to it is made."""
        with as_storage_failure(path):
            finish(path)
            make_private(path)
            self._open()
            with bound_to(self._writer):
                verify_quickly()

    def applied(self) -> Snapshot:
        """The term and the members are not known (0, none) until `complete_from` or an entry tells them."""
        return self._progress.as_snapshot()

    def complete_from(self, log: LogStore) -> None:
        """Take over from the node's log what no entry has told the state: who founded the cluster, and in a
        file of the first release the term at the applied index. To be called whenever both have been opened.

        Raises StorageFailed; LogGap when such a file has lost its log.
        """
        known, founders = self.applied(), log.base().membership
        progress = replace(self._progress)
        if known.index and not known.term:
            progress.term = log.term(known.index)
        if not known.membership.members:
            progress.membership = founders.encode()
        if progress != self._progress:
            with self._failing(), bound_to(self._writer):
                store_progress(progress)
            self._progress = progress

    def apply(self, entries: Sequence[Entry]) -> list[bytes]:
        """One transaction; each response is an Outcome, empty unless the entry is a command.

        Raises StorageFailed, after which the classroom is not to be used.
        """
        batch = Batch(self._writer, self._apply_command, replace(self._progress))
        with self._failing(), bound_to(self._writer), self._writer.atomic("IMMEDIATE"):
            responses = [batch.apply(entry) for entry in entries]
            forget(batch.progress.log_index)
            store_progress(batch.progress)
        self._progress = batch.progress
        self.failed_entries += batch.failed_entries
        return responses

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A consistent snapshot for the models used inside, whoever else is inside at the same time.

        Keep it short: the write-ahead log grows while a snapshot is held. Raises StateCorrupted for damage
        that shows inside, and ever after; StorageFailed when closed.
        """
        with self._reading():
            yield

    def checkpoint(self) -> Index:
        """Make what is applied survive a power cut, without holding up `apply` or readers, and give the index
        up to which it does: the one of an earlier call while a long reading, as that of `write_snapshot`, is
        under way. Raises StorageFailed."""
        index = self._progress.log_index  # before the connection is taken: what that sees is no older
        with self._failing(), self._connection() as database:
            if is_made_durable(database):
                self._durable_index = max(self._durable_index, index)
        return self._durable_index

    def write_snapshot(self, path: Path) -> Snapshot:
        """Copy the state to the new file `path`, durably and slowly enough to disturb nobody; `apply` goes
        on meanwhile. Raises StorageFailed; unless that is StateCorrupted, the classroom stays usable."""
        with as_storage_failure(path), self._reading() as reader:
            snapshot = verified_progress().as_snapshot()
            write_copy(reader, path)
        return snapshot

    def read_snapshot(self, path: Path) -> Snapshot:
        """What the file holds, after verifying all of it; a file of an older release is brought up to date.
        Raises SnapshotDamaged."""
        return read_copy(path)

    def install(self, path: Path) -> None:
        """Let the verified snapshot take the place of the state, atomically and durably. Readings under way
        finish on the old state; not while `apply` runs. Raises StorageFailed."""
        with self._failing():
            stage(path, self._path)
            with self._switching:
                replaced = self._writer
                self._readers.close()
                finish(self._path)
                self._open()
                self._durable_index = self._progress.log_index
            # Only now that its name belongs to another file: SQLite lets a moved database's log be.
            replaced.close()

    def verification(self) -> Iterator[None]:
        """Verify the whole state, a little with each step; to be run now and then, in a thread of its own.
        Raises StateCorrupted."""
        return verification(self.reading)

    def state_hash(self) -> str:
        """SHA-256 in hexadecimal over every replicated row. Takes time in proportion to their bytes."""
        with self.reading():
            return state_hash()

    def close(self) -> None:
        """Not while `apply` runs. Who is inside `reading()` finishes, and that connection closes then."""
        self._readers.close()
        self._writer.close()

    def _open(self) -> None:
        writer = open_database(self._path, read_only=False)
        try:
            if not has_expected_schema(writer, MIGRATIONS):
                raise StateCorrupted(f"{self._path}: its tables are not those that were made")
            migrate(writer, MIGRATIONS)
            with bound_to(writer):
                self._progress = verified_progress()
        except BaseException:
            writer.close()
            raise
        self._writer = writer
        self._readers = Readers(self._path)

    @contextmanager
    def _reading(self) -> Iterator[SqliteDatabase]:
        if isinstance(self._failure, StateCorrupted):
            raise StateCorrupted(f"{self._path} is damaged") from self._failure
        try:
            with self._connection() as reader, bound_to(reader), reader.atomic():
                yield reader
        except Exception as error:
            if not isinstance(error, StateCorrupted) and not is_damage(error):
                raise
            raise self._failed(StateCorrupted(f"{self._path}: {error}")) from error

    @contextmanager
    def _connection(self) -> Iterator[SqliteDatabase]:
        """One beside the writer's, for the caller alone."""
        with self._switching:
            readers = self._readers
            reader = readers.take()
        try:
            yield reader
        finally:
            readers.give_back(reader)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """A failure inside is the last: nothing more is written, and of a damaged file nothing read. Raises
        StorageFailed."""
        if self._failure is not None:
            raise StorageFailed(f"{self._path} failed before") from self._failure
        try:
            with as_storage_failure(self._path):
                yield
        except StorageFailed as failure:
            raise self._failed(failure) from failure.__cause__

    def _failed(self, failure: StorageFailed) -> StorageFailed:
        self._failure = self._failure or failure
        if isinstance(failure, StateCorrupted):
            self.on_corrupted(failure)
        return failure
