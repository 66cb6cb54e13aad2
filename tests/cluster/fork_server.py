"""`python -m tests.cluster.fork_server NODE`: forks nodes off a process that has loaded their modules.

Loading them takes a node longer than everything else that it does until it serves. The server does only that:
a node forked off it has just begun, with memory, files and an end of its own.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import subprocess
import sys
from contextlib import suppress
from threading import Lock

from lms_cluster.__main__ import main

MODULE = "tests.cluster.fork_server"


class ForkServer:
    """The handle of one that runs; it ends with this process."""

    def __init__(self, node_id: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, node_id], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._one_at_a_time = Lock()
        atexit.register(self._process.communicate)

    def fork(self, log: str, *arguments: str) -> int:
        """The pid of a node with these arguments, which writes to `log`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps([log, *arguments]) + "\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())


def serve() -> None:
    gc.freeze()  # a collection in a child would copy every page
    for line in sys.stdin:
        _forget_the_dead()
        log, *arguments = json.loads(line)
        if pid := os.fork():
            print(pid, flush=True)
        else:
            _be_a_node(log, arguments)


def _forget_the_dead() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _be_a_node(log: str, arguments: list[str]) -> None:
    """Does not return."""
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 1)
    os.dup2(1, 2)
    sys.argv[1:] = arguments
    main()


if __name__ == "__main__":
    serve()
