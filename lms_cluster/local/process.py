"""One background process that outlives its starter: started, found by its pid file, signalled, waited for."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Process:
    """A Python module run as a process named `name`; its pid and its output live in `folder`."""

    name: str
    module: str
    arguments: tuple[str, ...]
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"

    def command(self) -> Sequence[str]:
        return [sys.executable, "-m", self.module, *self.arguments]

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Does nothing when it runs already. Returns before the process is ready to serve."""
        if self.pid() is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 (our own module, no shell)
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **(environment or {})},
            )
        self._pid_file.write_text(f"{child.pid}\n")

    def pid(self) -> int | None:
        """The pid of the running process; None when there is none, or the number belongs to another now."""
        try:
            pid = int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # a dead child of ours would else still look alive
        return pid if self._is_ours(pid) else None

    def signal(self, number: signal.Signals) -> None:
        pid = self.pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within `seconds`."""
        deadline = time.monotonic() + seconds
        while self.pid() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        self.wait(seconds=10)

    def stop(self) -> None:
        """Ask it to end; make it end if it has not within ten seconds."""
        self.signal(signal.SIGTERM)
        if not self.wait(seconds=10):
            self.kill()
        self._pid_file.unlink(missing_ok=True)

    def last_lines(self, count: int) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])
        except FileNotFoundError:
            return ""

    def _is_ours(self, pid: int) -> bool:
        words = _command_line(pid)
        return words is not None and (
            not words or (self.module in words and all(argument in words for argument in self.arguments))
        )


def _command_line(pid: int) -> list[str] | None:
    """None when no such process lives; empty for one that is just being started."""
    proc = Path("/proc") / str(pid)
    if not Path("/proc/self").exists():
        listing = subprocess.run(  # noqa: S603
            ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return listing.stdout.split() or None
    try:
        state = (proc / "stat").read_text().rpartition(")")[2].split()[0]
        return (
            None
            if state in "ZX"
            else (proc / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
        )
    except (FileNotFoundError, ProcessLookupError):
        return None
