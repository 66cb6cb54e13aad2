"""Entries becoming rows, inside the transaction of their batch."""

from __future__ import annotations

import logging
from collections.abc import Callable

from google.protobuf.message import Message
from peewee import SqliteDatabase

from protos.command_pb2 import Command, Outcome, Refusal
from raft.membership import Membership
from raft.types import Entry, EntryKind
from storage.chain import chained, checkpoint_chain
from storage.damage import is_own_fault
from storage.progress import Progress

ApplyCommand = Callable[[Command, int, int], Outcome]
"""(command, index, term) → outcome. Its `time_ms` is never before that of an earlier command."""

_log = logging.getLogger(__name__)

_INTERNAL = 13
"""google.rpc.Code."""


class Batch:
    """`progress` moves on with every entry; who opened the transaction stores it. `failed_entries` counts
    those whose apply raised."""

    def __init__(self, database: SqliteDatabase, apply_command: ApplyCommand, progress: Progress) -> None:
        self.progress = progress
        self.failed_entries = 0
        self._database = database
        self._apply_command = apply_command

    def apply(self, entry: Entry) -> bytes:
        """The entry's response: an Outcome, empty unless it is a command."""
        progress = self.progress
        if entry.index != progress.log_index + 1:
            raise ValueError(f"entry {entry.index} does not follow {progress.log_index}")
        response = b""
        if entry.kind is EntryKind.COMMAND:
            response = _serialised(self._outcome_of(entry))
        elif entry.kind is EntryKind.MEMBERSHIP:
            self._take_membership(entry)
        progress.log_index = entry.index
        progress.term = entry.term
        progress.chain = chained(progress.chain, entry.index, entry.data, response)
        checkpoint_chain(entry.index, progress.chain)
        return response

    def _outcome_of(self, entry: Entry) -> Outcome:
        """Whatever an entry holds, it comes to an outcome, the same on every node; and an entry that fails
        leaves nothing behind."""
        try:
            with self._database.atomic():
                command = Command.FromString(entry.data)
                command.time_ms = max(command.time_ms, self.progress.time_ms)
                outcome = self._apply_command(command, entry.index, entry.term)
        except Exception as error:
            if is_own_fault(error):
                raise
            _log.exception("entry %d could not be applied", entry.index)
            self.failed_entries += 1
            message = f"Something broke on our side (ref {entry.index})."
            return Outcome(refused=Refusal(code=_INTERNAL, reason="INTERNAL", message=message))
        self.progress.time_ms = command.time_ms
        return outcome

    def _take_membership(self, entry: Entry) -> None:
        try:
            self.progress.membership = Membership.decode(entry.data).encode()
        except ValueError:
            _log.error("entry %d holds no membership", entry.index)


def _serialised(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)
