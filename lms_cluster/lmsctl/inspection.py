"""`lmsctl inspect FOLDER`: what a stopped node's log and state hold, and what is wrong with them. Changes
nothing, and reads past damage."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from peewee import DatabaseError

from lms_cluster.data_folder import DataFolder
from lms_cluster.lmsctl.failure import CommandFailed
from lms_cluster.lmsctl.redaction import command_line
from raft.membership import Membership
from raft.types import EntryKind, Snapshot
from storage.log_inspection import FoundEntry, LogReport, LostEntries, inspect_log, log_records
from storage.set_aside import LOG, STATE
from storage.state_inspection import StateReport, inspect_state

KINDS = {kind.value: kind.name.lower() for kind in EntryKind}
LAST_SHOWN = 10
"""Entries at the log's end, when no range is asked for."""


def add_commands(areas: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = areas.add_parser("inspect", help="look into the data of a node that is stopped")
    command.add_argument("folder", type=Path, metavar="FOLDER", help="a node's data folder")
    command.add_argument("--from", type=int, dest="first", metavar="INDEX", help="entries from here on")
    command.add_argument("--to", type=int, dest="last", metavar="INDEX", help="up to and with this one")
    command.set_defaults(run=_inspect)


def _inspect(arguments: argparse.Namespace) -> None:
    """Ends with an error when something is damaged. Raises CommandFailed, DataFolderUnusable, OSError."""
    log, state = arguments.folder / LOG, arguments.folder / STATE
    if not log.exists() and not state.exists():
        raise CommandFailed(f"{arguments.folder} holds no node's data")
    held = DataFolder(arguments.folder)
    try:
        damaged = [path.name for path in (log, state) if path.exists() and _show(path, arguments)]
    finally:
        held.release()
    if damaged:
        raise CommandFailed(f"{' and '.join(damaged)} {'is' if len(damaged) == 1 else 'are'} damaged")


def _show(path: Path, arguments: argparse.Namespace) -> bool:
    """Whether it is damaged."""
    try:
        if path.name == LOG:
            log = inspect_log(path)
            _print(f"{path}", log_lines(log))
            first, last = _range(arguments, log)
            _print(f"entries {first} to {last}", entry_lines(path, first, last))
            return log.first_damaged is not None or log.is_head_sound is False
        state = inspect_state(path)
    except DatabaseError as error:
        _print(f"{path}", [f"no database: {error}"])
        return True
    _print(f"{path}", state_lines(state))
    return bool(state.problems) or state.applied is None


def log_lines(log: LogReport) -> Iterator[str]:
    yield from _file_lines(log.schema_version, log.file_bytes)
    if log.hard_state is None:
        yield "term and vote: cannot be read"
    else:
        state = log.hard_state
        synced = "synced" if state.synced else "NOT SYNCED"
        yield f"term {state.term}, vote {state.vote or 'for nobody'}, {synced}"
    yield f"base: {_snapshot(log.base)}"
    sound = {True: "sound", False: "DAMAGED", None: "without a checksum of its own"}[log.is_head_sound]
    yield f"head (term, vote, base, end of the log): {sound}"
    yield f"{log.entries} entries" + (f", {log.first_index} to {log.last_index}" if log.entries else "")
    for index, membership in log.memberships:
        yield f"membership from {index} on: {_membership(membership)}"
    for lost in log.lost:
        yield f"LOST: {lost.first} to {lost.last} ({lost.why})"
    yield "every checksum is right" if log.first_damaged is None else f"DAMAGED from {log.first_damaged} on"


def entry_lines(path: Path, first: int, last: int) -> Iterator[str]:
    for record in log_records(path):
        match record:
            case LostEntries() if record.last >= first and record.first <= last:
                yield f"{record.first} to {record.last}  LOST ({record.why})"
            case FoundEntry() if first <= record.index <= last:
                yield _entry(record)


def state_lines(state: StateReport) -> Iterator[str]:
    yield from _file_lines(state.schema_version, state.file_bytes)
    yield f"applied: {_snapshot(state.applied)}"
    yield f"history digest: {state.chain.hex() or 'cannot be read'}"
    for table, rows in state.rows.items():
        yield f"{table}: {'cannot be read' if rows is None else f'{rows} rows'}"
    for problem in state.problems:
        yield f"DAMAGED: {problem}"


def _entry(entry: FoundEntry) -> str:
    kind = KINDS.get(entry.kind, f"kind {entry.kind}")
    sound = {True: "", False: "  CHECKSUM WRONG", None: "  checksum unknown: the entry before is lost"}
    line = (
        f"{entry.index:>9}  term {entry.term:<4} {kind:10} {len(entry.data):>7} bytes{sound[entry.is_sound]}"
    )
    if entry.kind == EntryKind.COMMAND.value and entry.is_sound is not False:
        return f"{line}  {command_line(entry.data)}"
    if entry.kind == EntryKind.MEMBERSHIP.value and entry.is_sound is not False:
        return f"{line}  {_membership(Membership.decode(entry.data))}"
    return line


def _range(arguments: argparse.Namespace, log: LogReport) -> tuple[int, int]:
    end = log.last_index or 0
    if arguments.first is None and arguments.last is None:
        return max(1, end - LAST_SHOWN + 1), end
    return arguments.first or 1, arguments.last if arguments.last is not None else end


def _file_lines(schema_version: int, sizes: Mapping[str, int]) -> Iterator[str]:
    yield f"schema {schema_version}; " + ", ".join(f"{name} {size} bytes" for name, size in sizes.items())


def _snapshot(snapshot: Snapshot | None) -> str:
    if snapshot is None:
        return "cannot be read"
    return f"index {snapshot.index}, term {snapshot.term}, {_membership(snapshot.membership)}"


def _membership(membership: Membership) -> str:
    if not membership.members:
        return "members unknown"
    parts = [f"voters {' '.join(membership.voters)}"]
    if membership.outgoing:
        parts.append(f"before: {' '.join(membership.outgoing)}")
    if membership.learners:
        parts.append(f"learners {' '.join(membership.learners)}")
    return ", ".join(parts)


def _print(title: str, lines: Iterator[str] | list[str]) -> None:
    print(title)
    for line in lines:
        print(f"  {line}")
