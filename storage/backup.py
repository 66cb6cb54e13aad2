"""A cluster begins anew with the state of a backup, which is a snapshot that was kept."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from raft.membership import Membership
from raft.types import Snapshot
from storage.damage import as_storage_failure
from storage.database import bound_to, open_database
from storage.installation import finish, stage
from storage.log_store import SqliteLogStore
from storage.progress import store_progress
from storage.snapshot_file import read_copy
from storage.verification import verified_progress


def restore(backup: Path, log: Path, state: Path, membership: Membership) -> Snapshot:
    """Found the node whose log and state are to stand under the two paths, in one folder, with the backup's
    state and `membership` for its cluster. The backup is left as it is. Gives what the log begins after.

    A crash leaves a node that is founded, or one that is not and can be restored again. Raises
    FileExistsError where there is a log or a state already, SnapshotDamaged, StorageFailed.
    """
    for path in (log, state):
        if path.exists():
            raise FileExistsError(f"{path} is there already; a backup is restored into an empty folder")
    copy = state.with_name(state.name + ".restoring")
    with as_storage_failure(state):
        shutil.copyfile(backup, copy)
        copy.chmod(0o600)
    try:
        base = replace(read_copy(copy), membership=membership)
        with as_storage_failure(state):
            _tell_members(copy, membership)
            stage(copy, state)
    finally:
        copy.unlink(missing_ok=True)
    # The node exists as soon as its log does; whoever opens the state then finishes what was staged.
    SqliteLogStore.found_after(log, base).close()
    with as_storage_failure(state):
        finish(state)
    return base


def _tell_members(copy: Path, membership: Membership) -> None:
    """Snapshots of the new cluster must not name the old one's members."""
    with closing(open_database(copy, read_only=False)) as database, bound_to(database):
        store_progress(replace(verified_progress(), membership=membership.encode()))
        database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
