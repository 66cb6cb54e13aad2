"""`./cluster.sh demo`: start the classroom, load the course, and open the chat.

Without a terminal, play the tour instead, and stop.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.client.api import LmsError
from bot.client.grpc_client import GrpcLmsClient
from demo.accounts import Account, first, load_accounts
from demo.chat import open_chat
from demo.seed import seed
from demo.tour.play import play
from lms_cluster.local.cluster import ClusterError, LocalCluster

HOME = Path(".homeroom")
NODES = 3


def main() -> None:
    try:
        cluster = start()
        accounts = load_accounts(HOME)
        asyncio.run(load_course(cluster, accounts))
        if sys.stdin.isatty() and sys.stdout.isatty():
            welcome(accounts)
            open_chat(first(accounts, "student").username)
        try:
            held = asyncio.run(play(cluster, accounts))
        finally:
            cluster.stop()
        raise SystemExit(0 if held else 1)
    except ClusterError as error:
        raise SystemExit(str(error)) from None
    except LmsError as error:
        raise SystemExit(f"The course could not be loaded: {error} See ./cluster.sh logs.") from None
    except KeyboardInterrupt:
        print("\nInterrupted. What was started may still run; ./cluster.sh down stops it.", file=sys.stderr)
        raise SystemExit(130) from None


def start() -> LocalCluster:
    exists = (HOME / "cluster.toml").exists()
    cluster = LocalCluster.open(HOME) if exists else LocalCluster.create(HOME, NODES, "Distributed systems")
    print(f"starting the tutor and {len(cluster.nodes)} nodes …", flush=True)
    cluster.start()
    return cluster


async def load_course(cluster: LocalCluster, accounts: dict[str, Account]) -> None:
    client = GrpcLmsClient(cluster.config.addresses)
    try:
        print("loading the demo course …", flush=True)
        await seed(cluster, client, accounts)
    finally:
        await client.close()


def welcome(accounts: dict[str, Account]) -> None:
    print("\nThe demo course's people (in the chat, /login NAME; here, :as NAME switches):\n")
    for account in accounts.values():
        print(f"  {account.username:12}{account.role:16}{account.password}")
    print(
        "\nKill a node from another terminal: ./cluster.sh kill leader. Stop everything: ./cluster.sh down.\n"
    )


if __name__ == "__main__":
    main()
