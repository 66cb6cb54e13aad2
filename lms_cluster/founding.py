"""How a node comes to belong to a cluster that nobody has run before: its log is founded, once, with
everybody in cluster.toml as a voter. A node whose log was not founded is new, or lost its disk, and waits to
be told."""

from __future__ import annotations

from lms_cluster.config import ClusterConfig
from lms_cluster.data_folder import DataFolder, DataFolderUnusable
from raft.membership import Membership
from storage.log_store import SqliteLogStore

LOG_FILE = "raft.db"
STATE_FILE = "classroom.db"


def found_node(config: ClusterConfig, node_id: str) -> None:
    """Raises ConfigError for a node that the configuration does not name, DataFolderUnusable when the folder
    holds a node's data already, StorageFailed."""
    path = config.node(node_id).data
    folder = DataFolder(path)
    try:
        for name in (LOG_FILE, STATE_FILE):
            if (path / name).exists():
                raise DataFolderUnusable(f"{path} holds a node's data already; nothing was changed")
        SqliteLogStore.found(path / LOG_FILE, founding_membership(config)).close()
    finally:
        folder.release()


def founding_membership(config: ClusterConfig) -> Membership:
    """Everybody in the configuration, as a voter."""
    return Membership(
        voters=tuple(sorted(config.addresses)), addresses=tuple(sorted(config.addresses.items()))
    )
