"""`python -m lms_cluster --config cluster.toml --node n1`: run one node until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from threading import Timer
from typing import Any

import structlog

from lms_cluster.config import ClusterConfig, ConfigError, load_config
from lms_cluster.data_folder import DataFolderUnusable
from lms_cluster.departure import RemovedFromCluster
from lms_cluster.healing import advice, give_up_data, is_curable, others_go_on
from lms_cluster.node import Node
from lms_cluster.structured_logging import log_structured_lines
from raft.errors import RaftError

STOP_SECONDS_MAX = 8.0
"""A disk that never answers must not keep a process from ending."""
CURES_MAX = 1
"""In the life of a process: a disk that damages data twice is not to be trusted with a third copy."""

_log = structlog.get_logger(__name__)


async def run(config: ClusterConfig, node_id: str, *, join: bool = False) -> int:
    """The exit status: 0 when told to stop, or removed from the cluster; 1 when the node failed. A node whose
    data is damaged gives it up, once, and runs on to be given it anew by the others."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    cures = 0
    while (why := await _run_once(config, node_id, told, join=join, cures=cures)) is not None:
        if isinstance(why, RemovedFromCluster):
            _log.warning("this node was removed from the cluster, and ends", why=str(why))
            return 0
        if not is_curable(why, config) or cures == CURES_MAX:
            _log.critical("the node failed and stops", why=str(why), advice=advice(why, config))
            return 1
        if not await _before(told, others_go_on(config, node_id)):
            return 1
        give_up_data(config.node(node_id).data, why)
        cures += 1
    return 0


async def _run_once(
    config: ClusterConfig, node_id: str, told: asyncio.Event, *, join: bool, cures: int
) -> BaseException | None:
    """Why the node ended by itself; None when it was told to. Raises ConfigError, DataFolderUnusable and
    OSError when it cannot start for a reason that lies around it."""
    try:
        node = Node(config, node_id, join=join, times_set_aside=cures)
    except RaftError as failure:
        return failure
    waiting = asyncio.create_task(told.wait())
    try:
        await node.start()
        either: list[asyncio.Future[Any]] = [waiting, node.ended]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        patience = _out_of_patience_after(STOP_SECONDS_MAX)
        await node.stop()
        patience.cancel()
    return node.ended.result() if node.ended.done() else None


async def _before(told: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Whether the work was done before the process was told to stop. Raises what it raises."""
    working, waiting = asyncio.create_task(work), asyncio.create_task(told.wait())
    either: list[asyncio.Future[Any]] = [working, waiting]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not working.done():
        working.cancel()
        return False
    await working
    return True


async def _run_to_the_end(config: ClusterConfig, node_id: str, join: bool) -> int:
    """The same, and then the process ends, though Python waits for threads that may wait for a disk."""
    try:
        return await run(config, node_id, join=join)
    finally:
        _out_of_patience_after(STOP_SECONDS_MAX)


def _out_of_patience_after(seconds: float) -> Timer:
    """Ends the process then, unless it is cancelled: threads that wait for a disk cannot be."""

    def end() -> None:
        _log.critical("stopping takes too long: the process ends as it is", seconds=seconds)
        os._exit(1)

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    return timer


def main() -> None:
    parser = argparse.ArgumentParser(prog="homeroom-node", description="Run one node of the classroom.")
    parser.add_argument("--config", type=Path, default=Path("cluster.toml"), help="cluster.toml by default")
    parser.add_argument("--node", required=True, metavar="ID", help="which of the cluster's nodes this is")
    parser.add_argument("--join", action="store_true", help="ask the cluster to take this node in")
    arguments = parser.parse_args()
    log_structured_lines(arguments.node)
    try:
        status = asyncio.run(_run_to_the_end(load_config(arguments.config), arguments.node, arguments.join))
    except (ConfigError, DataFolderUnusable, RaftError, OSError) as error:
        _log.critical("the node cannot start", why=str(error))
        status = 1
    sys.exit(status)


if __name__ == "__main__":
    main()
