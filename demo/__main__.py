"""`./cluster.sh demo`: start the classroom, load the course, and open the chat.

Without a terminal, play the tour instead, and stop.
"""

from __future__ import annotations

import sys
from pathlib import Path

from demo.accounts import Account, first
from demo.chat import open_chat
from demo.classroom import open_or_found, start
from demo.tour.run import run
from lms_cluster.config import ConfigError
from lms_cluster.local.cluster import ClusterError

HOME = Path(".homeroom")


def main() -> None:
    try:
        if sys.stdin.isatty() and sys.stdout.isatty():
            begin_chat()
        raise SystemExit(0 if run(HOME) else 1)
    except (ClusterError, ConfigError, OSError) as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def begin_chat() -> None:
    """Becomes the chat. Raises ClusterError."""
    try:
        accounts = start(open_or_found(HOME))
    except KeyboardInterrupt:
        print("\nInterrupted. What was started may still run; ./cluster.sh down stops it.", file=sys.stderr)
        raise
    welcome(accounts)
    open_chat(first(accounts, "student").username)


def welcome(accounts: dict[str, Account]) -> None:
    print("\nThe demo course's people (in the chat, /login NAME; here, :as NAME switches):\n")
    for account in accounts.values():
        print(f"  {account.username:12}{account.role:16}{account.password}")
    print(
        "\nKill a node from another terminal: ./cluster.sh kill leader. Stop everything: ./cluster.sh down.\n"
    )


if __name__ == "__main__":
    main()
