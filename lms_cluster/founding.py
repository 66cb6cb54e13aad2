"""How a node comes to belong to a cluster that nobody has run before, or nobody can run any more.

A log is founded once, with everybody in cluster.toml as a voter: empty, or with the state of a backup. A node
whose log was not founded is new, or lost its disk, and waits to be told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lms_cluster.config import ClusterConfig
from lms_cluster.data_folder import DataFolder, DataFolderUnusable
from raft.membership import Membership
from raft.types import Entry, Snapshot
from storage.backup import restore
from storage.log_store import SqliteLogStore
from storage.lost_quorum import force_membership
from storage.set_aside import LOG, STATE


def found_node(config: ClusterConfig, node_id: str) -> None:
    """Raises ConfigError for a node that the configuration does not name, DataFolderUnusable when the folder
    holds a node's data already, StorageFailed."""
    with _empty_folder(config, node_id) as folder:
        SqliteLogStore.found(folder / LOG, founding_membership(config)).close()


def restore_node(config: ClusterConfig, node_id: str, backup: Path) -> Snapshot:
    """The same for a cluster that begins with the state of a backup; gives what that state stands for. Each
    node of the new cluster is restored from the same file. Raises SnapshotDamaged as well, and OSError."""
    with _empty_folder(config, node_id) as folder:
        return restore(backup, folder / LOG, folder / STATE, founding_membership(config))


def take_over_alone(config: ClusterConfig, node_id: str) -> Entry:
    """Make a stopped node the only voter of its cluster, whose majority is lost for good: storage.lost_quorum
    says what that costs. Gives the entry that ends its log now. Raises ConfigError, DataFolderUnusable,
    StorageFailed."""
    own = config.node(node_id)
    folder = DataFolder(own.data)
    try:
        if not (own.data / LOG).exists():
            raise DataFolderUnusable(f"{own.data} holds no node's data; there is nothing to go on with")
        members = Membership(voters=(node_id,), addresses=((node_id, own.address),))
        return force_membership(own.data / LOG, members)
    finally:
        folder.release()


def founding_membership(config: ClusterConfig) -> Membership:
    """Everybody in the configuration, as a voter."""
    return Membership(
        voters=tuple(sorted(config.addresses)), addresses=tuple(sorted(config.addresses.items()))
    )


@contextmanager
def _empty_folder(config: ClusterConfig, node_id: str) -> Iterator[Path]:
    """The node's data folder, held meanwhile."""
    path = config.node(node_id).data
    folder = DataFolder(path)
    try:
        if (path / LOG).exists() or (path / STATE).exists():
            raise DataFolderUnusable(f"{path} holds a node's data already; nothing was changed")
        yield path
    finally:
        folder.release()
