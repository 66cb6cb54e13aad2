"""`python -m lms_cluster --config cluster.toml --node n1`: run one node until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import structlog

from lms_cluster.config import ClusterConfig, ConfigError, load_config
from lms_cluster.data_folder import DataFolderUnusable
from lms_cluster.node import Node
from lms_cluster.structured_logging import log_structured_lines
from raft.errors import RaftError

_log = structlog.get_logger(__name__)


async def run(config: ClusterConfig, node_id: str) -> int:
    """The exit status: 0 when told to stop, 1 when the node failed."""
    node = Node(config, node_id)
    await node.start()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    node.failed.add_done_callback(lambda _: told.set())
    await told.wait()
    if node.failed.done():
        _log.critical("the node failed and stops", why=str(node.failed.result()))
    await node.stop()
    return 1 if node.failed.done() else 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="homeroom-node", description="Run one node of the classroom.")
    parser.add_argument("--config", type=Path, default=Path("cluster.toml"), help="cluster.toml by default")
    parser.add_argument("--node", required=True, metavar="ID", help="which of the cluster's nodes this is")
    arguments = parser.parse_args()
    log_structured_lines(arguments.node)
    try:
        status = asyncio.run(run(load_config(arguments.config), arguments.node))
    except (ConfigError, DataFolderUnusable, RaftError, OSError) as error:
        _log.critical("the node cannot start", why=str(error))
        status = 1
    sys.exit(status)


if __name__ == "__main__":
    main()
