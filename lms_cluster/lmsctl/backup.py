"""`lmsctl backup FILE`: a copy of the classroom's state, taken from a node that goes on meanwhile.

The file appears under its name when all of it has arrived and is what was sent, and not before.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lms_cluster.config import load_config
from lms_cluster.lmsctl.failure import CommandFailed
from lms_cluster.operator_client import OperatorClient, leader_of
from lms_cluster.secret_file import read_secret
from protos.lms_pb2 import BackupHeader, BackupResponse
from storage.files import replace_durably

SECONDS = 3600.0
MEBIBYTE = 1 << 20


def add_commands(areas: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = areas.add_parser("backup", aliases=["snapshot"], help="copy the classroom's state into a file")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument(
        "--node", metavar="ID", help="which to ask; a follower by default, to spare the leader"
    )
    command.set_defaults(run=_backup)


def _backup(arguments: argparse.Namespace) -> None:
    """Raises CommandFailed, OperationRefused, OSError."""
    config = load_config(arguments.config)
    if arguments.file.exists():
        raise CommandFailed(f"{arguments.file} is there already; nothing was changed")
    client = OperatorClient(config.addresses, read_secret(config.secret_file))
    node_id = arguments.node or _least_busy(client)
    config.node(node_id)
    header = receive(client.backup(node_id, SECONDS), arguments.file)
    print(f"{arguments.file}: the state of {node_id} at index {header.index}, {header.size} bytes")


def receive(parts: Iterator[BackupResponse], path: Path) -> BackupHeader:
    """Write what arrives to `path`, once it is complete. Raises CommandFailed, OSError."""
    first = next(parts, None)
    if first is None or not first.HasField("header"):
        raise CommandFailed("the node sent no backup")
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        with open(unfinished, "wb", opener=_private) as file:
            _write(parts, file, first.header)
        replace_durably(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return first.header


def _write(parts: Iterator[BackupResponse], file: IO[bytes], header: BackupHeader) -> None:
    digest = hashlib.sha256()
    size = 0
    for part in parts:
        file.write(part.chunk)
        digest.update(part.chunk)
        size += len(part.chunk)
        _show_progress(size, header.size)
    file.flush()
    if (size, digest.digest()) != (header.size, header.sha256):
        raise CommandFailed("what arrived is not what was sent; nothing of it was kept")


def _show_progress(size: int, total: int) -> None:
    if sys.stderr.isatty():
        line = f"{size // MEBIBYTE} of {total // MEBIBYTE} MiB"
        print(f"\r{line}", end="\n" if size == total else "", file=sys.stderr, flush=True)


def _least_busy(client: OperatorClient) -> str:
    """Of those that are not behind, one that does not lead where there is one. Raises CommandFailed."""
    views = client.statuses()
    known = {node_id: view for node_id, view in views.items() if view and view.synced}
    if not known:
        raise CommandFailed("no node answers")
    leader = leader_of(views)
    followers = {n: view for n, view in known.items() if leader is None or n != leader.node_id}
    candidates = followers or known
    return max(candidates, key=lambda node_id: candidates[node_id].applied_index)


def _private(path: str, flags: int) -> int:
    """Password hashes and homework are in it."""
    return os.open(path, flags, 0o600)
