"""Opening what a node keeps: the log, the state, and what happens when either is not what was written."""

from __future__ import annotations

from pathlib import Path

import structlog

from lms_cluster.commands import apply_command
from lms_cluster.config import ClusterConfig, NodeConfig
from lms_cluster.founding import founding_membership
from raft.errors import LogGap
from storage.classroom import Classroom
from storage.damage import StateCorrupted
from storage.log_reader import LogCorrupted
from storage.log_store import SqliteLogStore
from storage.set_aside import LOG, STATE

DAMAGE = (LogCorrupted, StateCorrupted)
"""The files are not what was written; everything else that can go wrong with them lies around them."""

_log = structlog.get_logger(__name__)


def open_data(config: ClusterConfig, own: NodeConfig) -> tuple[SqliteLogStore, Classroom]:
    """Both, agreeing with each other. Made where there are none: such a node is new and waits to be told.

    Raises StorageFailed, and of that LogCorrupted and StateCorrupted for files that are not what was written.
    """
    store = SqliteLogStore(own.data / LOG)
    try:
        _tell_of_founders(store, config, own)
        classroom = _open_state(own.data / STATE, store)
    except BaseException:
        store.close()
        raise
    return store, classroom


def _open_state(path: Path, store: SqliteLogStore) -> Classroom:
    classroom = Classroom(path, apply_command)
    try:
        if classroom.applied().index < store.base().index:
            raise StateCorrupted(
                f"{path} ends at {classroom.applied().index}, and the log begins after {store.base().index}: "
                "what was between is lost"
            )
        classroom.complete_from(store)
    except LogGap as gap:
        classroom.close()
        raise StateCorrupted(f"{path} has lost its log ({gap})") from gap
    except BaseException:
        classroom.close()
        raise
    return classroom


def _tell_of_founders(store: SqliteLogStore, config: ClusterConfig, own: NodeConfig) -> None:
    """A log of a release that did not record its cluster's members is told once; a new one is explained."""
    knows = store.base().membership.members or store.membership_entries()
    if not knows and store.hard_state().synced:
        store.adopt(founding_membership(config))
        _log.info("the log of an earlier release: its cluster's members are those of the configuration")
    elif not store.hard_state().synced:
        _log.warning(
            "this node is new, or lost its disk: it waits for the cluster to give it the log, and has no "
            f"vote before. In a new cluster, found every node first: lmsctl init --node {own.id}. In one "
            "that runs, a node that is a member already need only wait; any other is started with --join",
            folder=str(own.data),
        )
