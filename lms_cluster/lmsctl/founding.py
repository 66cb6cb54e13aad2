"""`lmsctl init`: the first thing that is done to a new cluster, once on every node's machine."""

from __future__ import annotations

import argparse

from lms_cluster.config import load_config
from lms_cluster.founding import found_node


def add_commands(areas: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = areas.add_parser("init", help="found a new cluster, once for each node of cluster.toml")
    command.add_argument("--node", required=True, metavar="ID", help="the node whose data is on this machine")
    command.set_defaults(run=_init)


def _init(arguments: argparse.Namespace) -> None:
    """Raises ConfigError, DataFolderUnusable, StorageFailed."""
    config = load_config(arguments.config)
    found_node(config, arguments.node)
    print(
        f"{arguments.node} is founded in {config.node(arguments.node).data}, "
        f"with {' '.join(sorted(config.addresses))} as voters; found the others alike, then start them"
    )
