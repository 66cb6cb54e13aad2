"""`lmsctl init`, `restore` and `recover`: what is done to a stopped node, on the machine that has its data,
to begin a cluster or to begin it anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from lms_cluster.config import ClusterConfig, load_config
from lms_cluster.founding import found_node, restore_node, take_over_alone
from lms_cluster.lmsctl.failure import CommandFailed
from raft.errors import SnapshotDamaged

WARNING = """\
{node} will go on alone, as the only voter of its cluster. Nobody agrees to this, so:
  - what the other nodes acknowledged and {node} does not hold is lost for good;
  - no other node may ever start again with the data it has: set its folder aside, and start it with --join;
  - do this on one node only, the one with the most recent log (lmsctl inspect shows each log's end), and
    only when a majority of the nodes is gone for good. One that comes back needs none of it."""
SURE = "--yes-i-lose-what-the-others-had"


def add_commands(areas: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = areas.add_parser("init", help="found a new cluster, once for each node of cluster.toml")
    _names_node(command, _init)
    command = areas.add_parser("restore", help="found a new cluster with the state of a backup, likewise")
    command.add_argument("file", type=Path, metavar="FILE")
    _names_node(command, _restore)
    command = areas.add_parser("recover", help="a majority is lost for good: let one node go on alone")
    command.add_argument(SURE, action="store_true", dest="is_sure", help="do not ask")
    _names_node(command, _recover)


def _init(arguments: argparse.Namespace) -> None:
    """Raises ConfigError, DataFolderUnusable, StorageFailed."""
    config = load_config(arguments.config)
    found_node(config, arguments.node)
    print(f"{arguments.node} is founded. {_next_steps(config)}")


def _restore(arguments: argparse.Namespace) -> None:
    """Raises ConfigError, CommandFailed, DataFolderUnusable, StorageFailed, OSError."""
    config = load_config(arguments.config)
    if not arguments.file.is_file():
        raise CommandFailed(f"there is no file {arguments.file}; nothing was changed")
    try:
        snapshot = restore_node(config, arguments.node, arguments.file)
    except SnapshotDamaged as damaged:
        # Its own words name the copy that was looked into, and is gone.
        raise CommandFailed(f"{arguments.file} cannot be restored: {damaged}") from damaged
    print(f"{arguments.node} is founded with the state at index {snapshot.index}. {_next_steps(config)}")


def _recover(arguments: argparse.Namespace) -> None:
    """Raises ConfigError, CommandFailed, DataFolderUnusable, StorageFailed."""
    config = load_config(arguments.config)
    config.node(arguments.node)
    print(WARNING.format(node=arguments.node))
    if not arguments.is_sure and _typed(f"Type {arguments.node} to do it: ") != arguments.node:
        raise CommandFailed("nothing was changed")
    entry = take_over_alone(config, arguments.node)
    print(
        f"{arguments.node} is the only voter, from index {entry.index} on. Start it; then let the others "
        "join: set each one's data folder aside, and start it with --join"
    )


def _next_steps(config: ClusterConfig) -> str:
    voters = " ".join(sorted(config.addresses))
    return f"The cluster's voters are {voters}: do the same for each of them, then start them"


def _typed(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""


def _names_node(command: argparse.ArgumentParser, run: object) -> None:
    command.add_argument("--node", required=True, metavar="ID", help="the node whose data is on this machine")
    command.set_defaults(run=run)
