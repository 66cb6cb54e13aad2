"""A node whose data is not what was written gives it up: in a cluster the others have it too, and hand it
over anew. Until they have, the node is like a new one, and nothing that it promised is broken."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import structlog

from lms_cluster.config import ClusterConfig
from lms_cluster.data_folder import DataFolder
from lms_cluster.history_comparison import HistoryDiverged
from lms_cluster.opening import DAMAGE
from lms_cluster.operator_client import OperatorClient, leader_of
from lms_cluster.secret_file import read_secret
from storage.set_aside import set_aside

PAUSE_SECONDS = 0.5
SETTLED_SECONDS = 3.0
"""A leader that has lost its majority steps down sooner than this."""

_log = structlog.get_logger(__name__)


def is_damage(why: BaseException) -> bool:
    return isinstance(why, (*DAMAGE, HistoryDiverged))


def is_curable(why: BaseException, config: ClusterConfig) -> bool:
    """Whether the others can give this node anew what it has lost."""
    return is_damage(why) and len(config.nodes) > 1


async def others_go_on(config: ClusterConfig, node_id: str) -> None:
    """Returns once the other nodes have a leader that lasts, who can give this node what it has lost. Until
    then its data, damaged as it is, may be the best there is. Raises ConfigError."""
    others = {other: address for other, address in config.addresses.items() if other != node_id}
    client = OperatorClient(others, read_secret(config.secret_file))
    _log.critical("this node's data is damaged: it is kept until the others have a leader to replace it")
    led_since: float | None = None
    while led_since is None or time.monotonic() - led_since < SETTLED_SECONDS:
        await asyncio.sleep(PAUSE_SECONDS)
        if leader_of(await asyncio.to_thread(client.statuses)) is None:
            led_since = None
        else:
            led_since = led_since or time.monotonic()


def give_up_data(folder: Path, why: BaseException) -> None:
    """Set a stopped node's data aside, where it can be looked into, so that the node begins anew. Raises
    OSError, DataFolderUnusable."""
    held = DataFolder(folder)
    try:
        aside = set_aside(folder)
    finally:
        held.release()
    _log.critical(
        "this node's data is damaged, and set aside: the node begins anew, without a vote, until the others "
        "have given it everything",
        why=str(why),
        set_aside=str(aside),
    )


def advice(why: BaseException, config: ClusterConfig) -> str:
    """What is left to do about a failure that a node cannot mend itself; may be empty."""
    if not is_damage(why):
        return ""
    if len(config.nodes) == 1:
        return (
            "no other node has a copy: put the last backup back with lmsctl restore FILE --node "
            f"{config.nodes[0].id}, into an empty data folder"
        )
    return "this data was given anew by the others, and is damaged again: the disk or the memory is bad"
