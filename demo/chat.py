"""The console chat in the demo classroom: `python -m demo.chat [USER]`. A demo user named is signed in."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from demo.accounts import load_accounts
from demo.seed import is_seeded
from lms_cluster.config import ConfigError
from lms_cluster.local.cluster import ClusterError, LocalCluster

HOME = Path(".homeroom")


def open_chat(username: str | None) -> None:
    """Becomes the console bot. Raises ClusterError when no cluster runs, or it has no such demo user."""
    cluster = LocalCluster.open(HOME)
    cluster.require_running()
    config = str(cluster.folder / "cluster.toml")
    state = str(cluster.folder / "bot")
    command = [sys.executable, "-m", "bot", "console", "--config", config, "--state", state]
    environment = dict(os.environ)
    if username is not None:
        if not is_seeded(cluster):
            raise ClusterError("The demo course is not in this classroom. ./cluster.sh demo loads it.")
        accounts = load_accounts(HOME)
        if username not in accounts:
            raise ClusterError(f"There is no demo user {username}. Users: {', '.join(accounts)}.")
        command += ["--user", username]
        # Not an argument: those show in every process list.
        environment["HOMEROOM_PASSWORD"] = accounts[username].password
    os.execve(sys.executable, command, environment)  # noqa: S606 (our own module, no shell)


def main() -> None:
    parser = argparse.ArgumentParser(prog="cluster.sh chat", description=__doc__)
    parser.add_argument("user", nargs="?")
    try:
        open_chat(parser.parse_args().user)
    except (ClusterError, ConfigError, OSError) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
