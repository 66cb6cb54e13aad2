"""The demo's classroom: three nodes and a tutor in a folder, with the course and its people in it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.client.api import LmsError
from bot.client.grpc_client import GrpcLmsClient
from demo.accounts import Account, load_accounts
from demo.seed import seed
from lms_cluster.local.cluster import CLUSTER_FILE, ClusterError, LocalCluster

NODES = 3


def is_founded(folder: Path) -> bool:
    return (folder / CLUSTER_FILE).exists()


def open_or_found(folder: Path) -> LocalCluster:
    """Not started. Raises ClusterError."""
    if is_founded(folder):
        return LocalCluster.open(folder)
    return LocalCluster.create(folder, NODES, "Distributed systems")


def start(cluster: LocalCluster) -> dict[str, Account]:
    """Its people, once everything serves and the course is there. Raises ClusterError."""
    print(f"starting the tutor and {len(cluster.nodes)} nodes …", flush=True)
    cluster.start()
    print("loading the demo course …", flush=True)
    accounts = load_accounts(cluster.folder)
    try:
        asyncio.run(_load_course(cluster, accounts))
    except LmsError as error:
        logs = cluster.folder / "run"
        raise ClusterError(f"The course could not be loaded: {error} What the nodes wrote: {logs}") from None
    return accounts


async def _load_course(cluster: LocalCluster, accounts: dict[str, Account]) -> None:
    client = GrpcLmsClient(cluster.config.addresses)
    try:
        await seed(cluster, client, accounts)
    finally:
        await client.close()
